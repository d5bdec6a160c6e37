"""init's logic on the host, under sanitizers: the configuration, program files, the archive, reports."""
import os
import subprocess

import pytest

SOURCES = "tests/host/init"
FLAGS = ["-std=gnu17", "-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-Wall",
         "-Wextra", "-Werror", "-fno-builtin", "-I.", "-Ikernel/include", f"-I{SOURCES}"]
FORMAT = "lib/microk/print.c"
# name: the sources under test
PROGRAMS = {
    "conf": [f"servers/init/{name}.c" for name in ("conf", "conf_names", "conf_words")] + [FORMAT],
    "elf": ["servers/init/elf.c"],
    "archive": ["servers/init/archive.c"],
    "fault": ["servers/init/fault.c", "servers/init/backtrace.c", "servers/init/symbols.c", FORMAT],
    "symbols": ["servers/init/symbols.c", FORMAT],
}


def run(command, root):
    got = subprocess.run(command, cwd=root, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                         timeout=120, check=False)
    assert got.returncode == 0, f"{' '.join(map(str, command))}\n{got.stdout}"
    return got.stdout


def stage_configurations(root):
    """Every stage's own system.conf: good ones, to parse and to damage."""
    stages = os.path.join(root, "stages")
    paths = [os.path.join("stages", stage, "system.conf") for stage in sorted(os.listdir(stages))]
    return [path for path in paths if os.path.exists(os.path.join(root, path))]


@pytest.fixture
def archive(root, tmp_path):
    files = {"boot/a": "one", "boot/ab": "", "etc/b": "x" * 5000}
    arguments = []
    for number, (name, text) in enumerate(files.items()):
        path = tmp_path / str(number)
        path.write_text(text)
        arguments.append(f"{name}={path}")
    run(["/usr/bin/python3", "tools/image/archive.py", tmp_path / "archive.cpio", *arguments], root)
    return tmp_path / "archive.cpio"


@pytest.mark.parametrize("name", PROGRAMS)
def test_init(name, root, archive, tmp_path):
    program = tmp_path / name
    run(["gcc", *FLAGS, f"{SOURCES}/test_{name}.c", *PROGRAMS[name], "-o", program], root)
    arguments = {"conf": stage_configurations(root), "archive": [archive]}.get(name, [])
    assert name != "conf" or arguments, "no stage has a system.conf"
    assert run([program, *arguments], root).endswith(f"{name}: ok\n")


def test_every_program_is_run(root):
    """A test file that is never run would be no test."""
    files = {f for f in os.listdir(os.path.join(root, SOURCES)) if f.startswith("test_")}
    assert files == {f"test_{name}.c" for name in PROGRAMS}
