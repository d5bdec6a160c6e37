"""The libraries beside lib/microk on the host, under sanitizers: the configuration, program files, the archive, reports."""
import glob
import os
import subprocess

import pytest

FLAGS = ["-std=gnu17", "-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-Wall",
         "-Wextra", "-Werror", "-fno-builtin", "-I.", "-Ikernel/include"]
FORMAT = "lib/microk/print.c"
# the test below tests/host: the sources under test
PROGRAMS = {
    "lib/conf/test_conf": [f"lib/conf/{name}.c" for name in ("conf", "names", "words")] + [FORMAT],
    "lib/spawn/test_elf": ["lib/spawn/elf.c"],
    "lib/archive/test_archive": ["lib/archive/archive.c"],
    "lib/postmortem/test_report": [f"lib/postmortem/{name}.c" for name in ("report", "fault", "backtrace", "program", "symbols")] + [FORMAT],
    "lib/postmortem/test_symbols": ["lib/postmortem/symbols.c", FORMAT],
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
def test_library(name, root, archive, tmp_path):
    part = os.path.basename(name).removeprefix("test_")
    program = tmp_path / part
    run(["gcc", *FLAGS, f"tests/host/{name}.c", *PROGRAMS[name], "-o", program], root)
    arguments = {"conf": stage_configurations(root), "archive": [archive]}.get(part, [])
    assert part != "conf" or arguments, "no stage has a system.conf"
    assert run([program, *arguments], root).endswith(f"{part}: ok\n")


def test_every_program_is_run(root):
    """A test file that is never run would be no test."""
    files = glob.glob("tests/host/lib/*/test_*.c", root_dir=root)
    assert set(files) == {f"tests/host/{name}.c" for name in PROGRAMS}
