"""Programs that take or do too much: others go on. And /proc of programs, which ps and top show beside services."""
import os
import re
import shutil

import pytest

from guest import Shell
from guest_boot import machine

STAGE = 4


@pytest.fixture(scope="module")
def prompt(build_tests, tmp_path_factory):
    """A machine with the stage's own system, whose boot archive has the tests' programs, too."""
    folder, built = tmp_path_factory.mktemp("unruly"), build_tests(STAGE)
    shutil.copy(os.path.join(built, "kernel.elf"), folder / "kernel.elf")
    shutil.copy(os.path.join(built, "tests.cpio"), folder / "archive.cpio")
    guest = Shell(machine.qemu_command(STAGE, boot="kernel", build=str(folder), memory="64M", serial=["chardev:terminal"],
                                       extra=["-chardev", "stdio,id=terminal,signal=off"]), 120)
    yield guest
    guest.close()


def still_works(prompt):
    """Another program runs, and the unruly one has ended."""
    assert prompt.type("status 5 60; echo $?") == "5\n"
    assert "unruly" not in prompt.type("ps")


def test_a_program_sees_itself_and_its_child_in_proc(prompt):
    assert re.fullmatch(r"\d+ checks, 0 failures\n", prompt.type("inspect 'two words'"))


def test_ps_and_top_show_programs_beside_services(prompt):
    number = re.search(r"\] (\d+)", prompt.type("/boot/bin/sleep 1000 &"))[1]
    try:
        shown = prompt.type("ps")
        assert re.search(rf"^ *{number}  sleep  +waiting ", shown, re.M) and re.search(r"^ *\d+  vfs  ", shown, re.M)
        assert f"Id: {number}\n" in prompt.type(f"cat /proc/{number}/status")
        assert prompt.type(f"cat /proc/{number}/cmdline").startswith("/boot/bin/sleep")
        assert "[stack]" in prompt.type(f"cat /proc/{number}/maps")
    finally:
        prompt.type(f"kill -9 {number}")
        prompt.type("wait")
    assert not re.search(r"^ *\d+  sleep ", prompt.type("ps"), re.M)


def test_arguments_of_two_mebibytes(prompt):
    assert prompt.type("unruly arguments") == ("spawn: Argument list too long; exec: Argument list too long\n"
                                               "a child with a short list: 5\n")
    still_works(prompt)


def test_a_bomb_of_descriptors(prompt):
    children, files, having = map(int, re.fullmatch(r"(\d+) children; (\d+) files, then: (?:No file descriptors available|Too many open files in system)\n"
                                                    r"(\d+) children had files\n", prompt.type("unruly descriptors")).groups())
    assert children >= 4 and files >= 10 and having == children
    still_works(prompt)


def test_pipes_that_no_process_reads(prompt):
    pipes = re.fullmatch(r"(\d+) pipes, then: No file descriptors available\na write to a full pipe: Interrupted system call\n", prompt.type("unruly unread"))
    assert int(pipes[1]) >= 20
    still_works(prompt)


def test_a_thousand_threads(prompt):
    """As many as a process may have; and again as many when these have ended."""
    one = r"(\d+) threads, then: Resource temporarily unavailable\n"
    first, second = re.fullmatch(one + one, prompt.type("unruly threads")).groups()
    assert first == second == "15"
    still_works(prompt)


def test_a_program_that_ignores_every_signal(prompt):
    number = re.search(r"\] (\d+)", prompt.type("unruly stubborn &"))[1]
    prompt.type(f"kill {number}")
    prompt.type(f"kill -2 {number}")
    assert re.search(rf"^ *{number}  unruly ", prompt.type("ps"), re.M)
    assert prompt.type("status 6; echo $?") == "6\n"
    prompt.type(f"kill -9 {number}")
    prompt.type("wait")
    still_works(prompt)


def test_a_program_that_deletes_its_own_capabilities(prompt):
    """Its calls fail, and it ends by a fault, which needs no capability."""
    said = prompt.type("unruly deletes")
    assert re.fullmatch(r"no capabilities from here on\nunruly: ended by signal 4: the instruction at 0x[0-9a-f]+ does not exist\n", said)
    still_works(prompt)
