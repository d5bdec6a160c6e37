"""The part of tools/measure that knows the versions of QEMU's plugin interface, against a stand-in for each.

That the plugins work with the QEMU that is installed is what every graded stage and every benchmark shows.
"""
import subprocess

import pytest

from host_build import ROOT

FROM_2 = ["boards.c", "callbacks.c"]
# A release, the oldest and the newest version that it accepts, the version that the plugin must declare, its functions.
# 10.2 and 11.0 accept only 6 here: the plugin need not rely on the older ones.
RELEASES = [
    ("7.2.0", 0, 1, 1, ["qemu_1.c", "callbacks.c"]),
    ("9.0.0", 2, 2, 2, ["qemu_2.c", *FROM_2]),
    ("10.0.0", 2, 4, 3, ["qemu_3.c", *FROM_2]),
    ("10.2.0", 6, 6, 6, ["qemu_3.c", "qemu_6.c", *FROM_2]),
    ("11.0.0", 6, 6, 6, ["qemu_3.c", "qemu_6.c", *FROM_2]),
    ("11.1.3 (Debian 1:11.1.3+ds-1)", 7, 7, 7, ["qemu_3.c", "qemu_6.c", "boards.c", "callbacks_7.c"]),
    ("12.0.0", 7, 7, 7, ["qemu_3.c", "qemu_6.c", "boards.c", "callbacks_7.c"]),
]
FLAGS = ["-std=gnu17", "-O1", "-Wall", "-Wextra", "-Werror", "-fPIC", "-fsanitize=undefined", "-I."]


def compile_c(output, *arguments):
    made = subprocess.run(["gcc", *FLAGS, *arguments, "-o", output],
                          cwd=ROOT, text=True, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert made.returncode == 0, made.stdout
    return output


@pytest.fixture(name="plugin", scope="module")
def compiled_plugin(tmp_path_factory):
    """One file for every release, as tools/measure/plugins.py makes it."""
    return compile_c(tmp_path_factory.mktemp("plugin") / "plugin.so", "-shared", "tests/host/measure/test_plugin.c",
                     "tools/measure/plugin.c")


@pytest.mark.parametrize("release, oldest, newest, version, functions", RELEASES, ids=[r[0].split()[0] for r in RELEASES])
def test_plugin_finds_its_version(tmp_path, plugin, release, oldest, newest, version, functions):
    qemu = compile_c(tmp_path / "qemu", "-rdynamic", f'-DRELEASE="{release}"', f"-DOLDEST={oldest}", f"-DNEWEST={newest}",
                     "tests/host/measure/qemu.c", *(f"tests/host/measure/{name}" for name in functions), "-ldl")
    run = subprocess.run([qemu, plugin, str(version)], text=True, check=False, capture_output=True)
    assert run.returncode == 0, run.stderr
    assert run.stdout == "translations 1\n"


def test_a_release_that_cannot_be_read_is_refused_by_version(tmp_path, plugin):
    qemu = compile_c(tmp_path / "qemu", "-rdynamic", '-DRELEASE="of a vendor"', "-DOLDEST=7", "-DNEWEST=7", "tests/host/measure/qemu.c",
                     *(f"tests/host/measure/{name}" for name in RELEASES[-1][4]), "-ldl")
    run = subprocess.run([qemu, plugin, "7"], text=True, check=False, capture_output=True)
    assert run.returncode == 1
    assert run.stderr == "the plugin requires version 6; this QEMU supports 7 to 7\n"


@pytest.mark.parametrize("release, blocks, status, why", [
    (0, 1, 124, "limit"),  # before release 9 an `out` to the exit device ends the machine at once
    (2, 1, 0, "end"),
    (2, 900, 0, "end"),
    (2, 2000, 124, "limit"),
])
def test_the_main_thread_may_end_a_machine_at_its_limit(tmp_path, release, blocks, status, why):
    """From release 9 on the guest runs on after it has asked for its end: on a busy host to its limit."""
    plugin = compile_c(tmp_path / "limit.so", "-shared", "tools/measure/limit.c", "tools/measure/plugin.c", "-lpthread")
    qemu = compile_c(tmp_path / "qemu", "-rdynamic", "tests/host/measure/limited.c",
                     *(f"tests/host/measure/{name}" for name in RELEASES[release][4]), "-ldl")
    run = subprocess.run([qemu, plugin, tmp_path / "notes", str(blocks)], text=True, check=False, capture_output=True)
    assert run.returncode == status, run.stderr
    assert (tmp_path / "notes").read_text(encoding="utf-8").startswith(f"why {why}\n")
