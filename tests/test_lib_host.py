"""The libraries beside lib/microk, and its command line, on the host, under sanitizers: the configuration, program files, the archive, reports."""
import glob
import os
import re
import subprocess

import pytest

from host_build import methods

FLAGS = ["-std=gnu17", "-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-Wall",
         "-Wextra", "-Werror", "-fno-builtin", "-I.", "-Ikernel/include"]
FORMAT = "lib/microk/print.c"
COMMAND_LINE = "lib/command_line/test_command_line"
# the test below tests/host: the sources under test
PROGRAMS = {
    "lib/conf/test_conf": [f"lib/conf/{name}.c" for name in ("conf", "names", "words")] + [FORMAT],
    "lib/postmortem/test_report": [f"lib/postmortem/{name}.c" for name in ("report", "fault", "backtrace", "program", "symbols")] + [FORMAT],
    "lib/chunks/test_chunks": ["lib/chunks/chunks.c"],
    COMMAND_LINE: ["lib/microk/command_line.c"],
    "lib/postmortem/test_symbols": ["lib/postmortem/symbols.c", FORMAT],
}
# Readers that the kernel has a copy of: (the library's file and flags, the kernel's).
READERS = {
    "elf": (("lib/spawn/elf", []), ("kernel/boot/elf", ["-Ikernel"])),
    "archive": (("lib/archive/archive", []), ("kernel/boot/archive", ["-Ikernel"])),
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
def test_library(name, root, tmp_path):
    part = os.path.basename(name).removeprefix("test_")
    program = tmp_path / part
    methods(str(tmp_path))
    run(["gcc", *FLAGS, f"-I{tmp_path}", f"tests/host/{name}.c", *PROGRAMS[name], "-o", program], root)
    arguments = stage_configurations(root) if part == "conf" else []
    assert part != "conf" or arguments, "no stage has a system.conf"
    assert run([program, *arguments], root).endswith(f"{part}: ok\n")


@pytest.mark.parametrize("name", READERS)
def test_kernel_and_library_read_alike(name, root, archive, tmp_path):
    """Both pass the vectors, and return the same for the same thousands of damaged files."""
    said = []
    for number, (reader, flags) in enumerate(READERS[name]):
        program = tmp_path / f"{name}_{number}"
        run(["gcc", *FLAGS, *flags, f'-DREADER="{reader}.h"', f"tests/host/loader/test_{name}.c", f"{reader}.c", "-o", program], root)
        said.append(run([program, *([archive] if name == "archive" else [])], root))
        assert said[-1].startswith("sum ") and said[-1].endswith(f"{name}: ok\n")
    assert said[0] == said[1]


def test_the_kernel_reads_the_command_line_as_the_library_does(root, tmp_path):
    program = tmp_path / "command_line"
    run(["gcc", *FLAGS, "-DKERNEL", "-Ikernel", f"tests/host/{COMMAND_LINE}.c", "kernel/lib/command_line.c", "-o", program], root)
    assert run([program], root).endswith("command_line: ok\n")


def test_every_program_is_run(root):
    """No test file is left out of PROGRAMS and READERS."""
    files = glob.glob("tests/host/lib/*/test_*.c", root_dir=root) + glob.glob("tests/host/loader/test_*.c", root_dir=root)
    assert set(files) == {f"tests/host/{name}.c" for name in PROGRAMS} | {f"tests/host/loader/test_{name}.c" for name in READERS}


def test_the_kernel_and_the_library_name_a_fault_alike(root):
    """The kernel's sentence for an exception is part of the library's sentence, which may say more about the cause."""
    with open(os.path.join(root, "kernel/ipc/fault_print.c"), encoding="utf-8") as f:
        kernel = dict(re.findall(r'case (\d+): return "([^"]+)";', f.read()))
    with open(os.path.join(root, "lib/postmortem/fault.c"), encoding="utf-8") as f:
        library = dict(re.findall(r'\[(\d+)\] = \(?"([^"]+)"\)?,', re.sub(r'"\s+"', "", f.read())))
    assert {"0", "3", "6", "13"} <= set(kernel), "the sentences were not found"
    apart = {vector: (text, library.get(vector)) for vector, text in kernel.items() if text not in library.get(vector, "")}
    assert not apart
