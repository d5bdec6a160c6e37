"""TinyCC in the guest, as a person uses it: programs that are written at the prompt, compiled and run there."""
import os
import re
import shutil
import subprocess

import pytest

import disk
from guest import Shell
from guest_boot import ROOT, machine

STAGE = 4
SECONDS = 240  # on a busy host; the expected text ends a wait at once
FILES = {
    "bad.c": "#include <stdio.h>\nint main(void)\n{\n\treturn undeclared;\n}\n",
    "include.c": "#include \"missing.h\"\n",
    "many.c": '#include <stdio.h>\nint main(void)\n{\n\tfor (int i = 0; i < 300; i++)\n\t\tprintf("line %d\\n", i);\n\treturn 3;\n}\n',
    "main.c": '#include <stdio.h>\n#include "twice.h"\nint main(int n, char **w)\n{\n\tprintf("%d %s\\n", twice(21), w[n - 1]);\n\treturn n;\n}\n',
    "twice.c": "int twice(int x)\n{\n\treturn 2 * x;\n}\n",
    "sub/twice.h": "int twice(int x);\n",
    "null.c": "int main(void)\n{\n\tint *p = 0;\n\t*p = 1;\n\treturn 0;\n}\n",
    "macro.c": "#define SQUARE(x) ((x) * (x))\nint nine = SQUARE(3);\n",
    "asm.s": "\t.globl answer\nanswer:\n\tmovl $42, %eax\n\tret\n",
    "answer.c": "int answer(void);\nint main(void)\n{\n\treturn answer();\n}\n",
    "write.c": "#include <sys/mman.h>\n#include <stdio.h>\n#include <errno.h>\n#include <string.h>\nint main(void)\n{\n"
               "\tchar *p = mmap(0, 4096, 3, MAP_PRIVATE | MAP_ANON, -1, 0);\n\tmemcpy(p, \"\\xb8\\x2a\\0\\0\\0\\xc3\", 6);\n"
               "\tint both = mprotect(p, 4096, 7), why = errno, run = mprotect(p, 4096, 5);\n"
               "\tprintf(\"%d %d %d %d\\n\", both, why == EACCES, run, ((int (*)(void))p)());\n\treturn 0;\n}\n",
}


def sources(folder):
    """The files, and those of the tests' programs that the host compiles, too."""
    disk.write(os.path.join(folder, "c"), {name: text.encode() for name, text in FILES.items()})
    for name in ("census", "language"):
        shutil.copy(os.path.join(ROOT, "tests", "posix", f"{name}.c"), os.path.join(folder, "c"))


def begin(built, folder, memory="64M", add=sources, archive="tests.cpio"):
    """A machine whose disk has TinyCC and these files, at its prompt in their folder."""
    shutil.copy(os.path.join(built, "kernel.elf"), folder / "kernel.elf")
    shutil.copy(os.path.join(built, archive), folder / "archive.cpio")
    listed = disk.listed(os.path.join(built, "disk.list"))

    def all_files(to):
        listed(to)
        add(to)

    disk.make(str(folder / "disk.img"), STAGE, add=all_files)
    guest = Shell(machine.qemu_command(STAGE, boot="kernel", build=str(folder), memory=memory, serial=["chardev:terminal"],
                                       disk=str(folder / "disk.img"), extra=["-chardev", "stdio,id=terminal,signal=off"]), SECONDS)
    guest.type("cd /c")
    return guest


@pytest.fixture(scope="module")
def built(build_tests, make):
    if not shutil.which("apt-get"):
        pytest.skip("TinyCC's source is Debian's, and there is no apt-get here")
    folder = build_tests(STAGE)
    got = make(f"build/stage-{STAGE}/archive.cpio", f"build/stage-{STAGE}/disk.list", f"STAGE={STAGE}")
    assert got.returncode == 0, got.stdout + got.stderr
    return folder


@pytest.fixture(scope="module")
def shell(built, tmp_path_factory):
    guest = begin(built, tmp_path_factory.mktemp("tinycc"))
    yield guest
    guest.close()


def rows(shell, line):
    assert len(line) <= 70, "a longer line scrolls"
    return [row.strip("\0") for row in shell.type(line).split("\n")[:-1]]


def test_a_program_is_written_compiled_and_run_at_the_prompt(shell):
    for line in ("#include <stdio.h>", "int main(void)", "{", '\tputs("written here");', "\treturn 0;", "}"):
        line = line.replace("\t", "")
        assert rows(shell, f"echo '{line}' >> hello.c") == []
    assert rows(shell, "tcc hello.c -o hello && ./hello; echo $?") == ["written here", "0"]
    assert rows(shell, "./hello | filter count; ./hello > out; cat out") == ["1 13", "written here"]


def test_output_goes_through_another_program(shell):
    assert rows(shell, "tcc many.c -o many; ./many | filter copy | filter count") == ["300 2590"]
    assert rows(shell, "./many > out; echo $?; filter count < out") == ["3", "300 2590"]


@pytest.mark.parametrize("line, expected", [
    ("tcc bad.c -o bad; echo $?; ls bad", [r"bad\.c:4: error: 'undeclared' undeclared", "1", "ls: bad: no such file"]),
    ("tcc include.c; echo $?", ["In file included from include.c:1:", r"include\.c:1: error: include file 'missing\.h' not found", "1"]),
    ("tcc twice.c -o none; echo $?", [r"tcc: error: undefined symbol 'main'", "1"]),
    ("tcc missing.c; echo $?", [r"tcc: error: file 'missing\.c' not found", "1"]),
    ("tcc main.c -Isub -lmissing; echo $?", [r"tcc: error: library 'missing' not found", "1"]),
    ("tcc; echo $?", None),
    ("tcc -v; echo $?", [r"tcc version 0\.9\.27 \(x86_64 Linux\)", "0"]),
])
def test_errors_have_file_and_line_and_a_status(shell, line, expected):
    got = rows(shell, line)
    if expected is None:
        assert any(row.startswith("Usage: tcc") for row in got) and got[-1] == "0"
        return
    assert len(got) == len(expected) and all(map(re.fullmatch, expected, got)), got


def test_several_files_objects_and_libraries(shell):
    assert rows(shell, "tcc -Isub main.c twice.c -o both; ./both x; echo $?") == ["42 x", "2"]
    assert rows(shell, "tcc -c -Isub main.c; tcc -c twice.c; tcc main.o twice.o -o both") == []
    assert rows(shell, "./both y; tcc -ar rcs libtwice.a twice.o; rm twice.o") == ["42 y"]
    assert rows(shell, "tcc -L. main.o -ltwice -o third; ./third z; echo $?") == ["42 z", "2"]
    assert rows(shell, "tcc -E macro.c | filter copy")[-1] == "int nine = ((3) * (3));"
    assert rows(shell, "tcc -c asm.s; tcc answer.c asm.o -o answer; ./answer; echo $?") == ["42"]


@pytest.mark.parametrize("line, expected", [
    ("tcc -run many.c | filter count; tcc -run many.c > out; echo $?", ["300 2590", "3"]),
    ("tcc -Isub twice.c -run main.c one two; echo $?", ["42 two", "3"]),
    ("tcc -run bad.c; echo $?", ["bad.c:4: error: 'undeclared' undeclared", "1"]),
    ("tcc -run write.c", ["-1 1 0 42"]),
    ("tcc write.c -o write; ./write", ["-1 1 0 42"]),
])
def test_programs_that_run_in_memory(shell, line, expected):
    """`write` makes code itself: memory is never writable and executable at once, but one after the other."""
    assert rows(shell, line) == expected


def test_a_fault_has_its_line(shell):
    assert rows(shell, "tcc -g -run null.c; echo $?") == ["null.c:4: at main: RUNTIME ERROR: invalid memory access", "255"]
    assert rows(shell, "tcc -bt null.c -o null; ./null; echo $?") == ["null.c:4: at main: RUNTIME ERROR: invalid memory access", "255"]


@pytest.mark.parametrize("name, words", [("language", ""), ("census", " /etc /usr/include /none")])
def test_a_program_runs_as_the_one_that_the_host_compiled(shell, name, words):
    line = f"{name}{words}; echo $?"
    expected = rows(shell, line)
    assert len(expected) > 3
    assert rows(shell, f"tcc {name}.c -lm -lpthread -o {name}") == []
    assert rows(shell, f"./{line}") == expected
    assert rows(shell, f"tcc -run {name}.c{words}; echo $?") == expected


def test_a_machine_of_40_mib_compiles(built, tmp_path):
    guest = begin(built, tmp_path, memory="40M", archive="archive.cpio")
    try:
        assert rows(guest, "tcc census.c -o census && ./census /etc; echo $?")[-1] == "0"
        assert rows(guest, "tcc -run twice.c main.c -Isub; echo $?")[-1] == "1"
    finally:
        guest.close()


# ---- docs/programs.md ----


def page_block(language):
    with open(os.path.join(ROOT, "docs", "programs.md"), encoding="utf-8") as f:
        return re.search(rf"^```{language}\n(.*?)^```$", f.read(), re.M | re.S)[1]


def test_the_page_on_programs_has_the_program():
    with open(os.path.join(ROOT, "tests", "posix", "census.c"), encoding="utf-8") as f:
        program = f.read()
    assert page_block("c") == program and 40 <= program.count("\n") <= 70


def test_a_program_is_added_as_the_page_has_it(built, tmp_path):
    """Its steps in a copy of the tree, whose build is a copy of this one's."""
    for name in os.listdir(ROOT):
        if name in ("stages", "user"):
            shutil.copytree(os.path.join(ROOT, name), tmp_path / name)
        elif name != "build":
            (tmp_path / name).symlink_to(os.path.join(ROOT, name))
    os.mkdir(tmp_path / "build")
    (tmp_path / "build" / "ports").symlink_to(os.path.join(ROOT, "build", "ports"))
    (tmp_path / "build" / "downloads").symlink_to(os.path.join(ROOT, "build", "downloads"))
    shutil.copytree(built, tmp_path / "build" / "stage-4")
    (tmp_path / "user" / "bin" / "census.c").write_text(page_block("c"))
    with open(tmp_path / "stages" / "4-shell" / "stage.mk", "a", encoding="utf-8") as manifest:
        manifest.write(page_block("make"))
    subprocess.run(["make", "stage-4", "build/stage-4/archive.cpio", "build/stage-4/disk.list"], cwd=tmp_path, check=True, capture_output=True, timeout=600,
                   env={k: v for k, v in os.environ.items() if not k.startswith("MAKE")})
    guest = begin(str(tmp_path / "build" / "stage-4"), tmp_path, archive="archive.cpio")
    try:
        with open(os.path.join(ROOT, "docs", "programs.md"), encoding="utf-8") as f:
            expected = re.search(r"^    MicroK> (census .*)\n((?:    .*\n)+)", f.read(), re.M)
        assert rows(guest, expected[1]) == [line[4:] for line in expected[2].splitlines()]
    finally:
        guest.close()
