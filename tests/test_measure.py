"""The part of tools/measure that knows the versions of QEMU's plugin interface, against a stand-in for each.

That the plugins work with the QEMU that is installed is what every graded stage and every benchmark shows.
"""
import subprocess

import pytest

from host_build import ROOT

VERSIONS = {1: ["qemu_1.c"], 2: ["qemu_2.c", "boards.c"], 3: ["qemu_3.c", "boards.c"]}


@pytest.mark.parametrize("version", VERSIONS)
def test_plugin_finds_its_version(tmp_path, version):
    fakes = [f"tests/host/measure/{name}" for name in VERSIONS[version]]
    made = subprocess.run(["gcc", "-std=gnu17", "-O1", "-Wall", "-Wextra", "-Werror", "-fPIC", "-fsanitize=undefined", "-I.",
                           "tests/host/measure/test_plugin.c", "tools/measure/plugin.c", *fakes, "-o", tmp_path / "test"],
                          cwd=ROOT, text=True, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert made.returncode == 0, made.stdout
    run = subprocess.run([tmp_path / "test", str(version)], text=True, check=False, capture_output=True)
    assert run.returncode == 0, run.stderr
