"""Processes: programs in C at the prompt, their ends in words, and the process server killed under load."""
import os
import re
import shutil

import pytest

import disk
import guest_boot
from guest import Shell
from guest_boot import WELL, machine
from random_seed import SEED

STAGE = 4
CLOCK = ("-icount", "shift=0,sleep=on")


@pytest.fixture(scope="module")
def built(build_tests):
    return build_tests(STAGE)


@pytest.fixture(scope="module")
def prompt(built, tmp_path_factory):
    """A machine with the stage's own system, whose boot archive has the tests' programs, too."""
    folder = tmp_path_factory.mktemp("prompt")
    shutil.copy(os.path.join(built, "kernel.elf"), folder / "kernel.elf")
    shutil.copy(os.path.join(built, "tests.cpio"), folder / "archive.cpio")
    guest = Shell(machine.qemu_command(STAGE, boot="kernel", build=str(folder), memory="64M", serial=["chardev:terminal"],
                                       extra=["-chardev", "stdio,id=terminal,signal=off"]), 120)
    yield guest
    guest.close()


def with_disk(built, folder, *lines):
    """The answers to lines at the prompt of a machine with the stage's disk."""
    guest_boot.copy_built(built, folder)
    shutil.copy(os.path.join(built, "tests.cpio"), folder / "archive.cpio")
    image = folder / "disk.img"
    disk.make(str(image), STAGE)
    guest = Shell(machine.qemu_command(STAGE, boot="kernel", build=str(folder), memory="96M", serial=["chardev:terminal"], disk=str(image),
                                       extra=["-chardev", "stdio,id=terminal,signal=off"]), 120)
    try:
        return [guest.type(line) for line in lines]
    finally:
        guest.close()


@pytest.mark.parametrize("program", ["children", "signals", "forks"])
def test_children_signals_and_forks(built, tmp_path, program):
    """Programs that check POSIX's functions on processes, with children of their own."""
    guest_boot.copy_built(built, tmp_path)
    shutil.copy(os.path.join(built, "tests.cpio"), tmp_path / "archive.cpio")
    image = tmp_path / "disk.img"
    disk.make(str(image), STAGE)
    guest = Shell(machine.qemu_command(STAGE, boot="kernel", build=str(tmp_path), memory="96M", serial=["chardev:terminal"], disk=str(image),
                                       extra=["-chardev", "stdio,id=terminal,signal=off"]), 120)
    try:
        for _ in range(2):  # the first must leave no trace
            assert re.fullmatch(r"(Hello.*\n)?\d+ checks, 0 failures\n", guest.type(program))
    finally:
        guest.close()


def test_files_directories_memory_and_time(built, tmp_path):
    """A program that checks POSIX's functions, on the disk's file system; the second time in the shell's working directory."""
    said = with_disk(built, tmp_path, "files", "mkdir /deep", "cd /deep", "files")
    assert re.fullmatch(r"\d+ checks, 0 failures\n", said[0]) and re.fullmatch(r"\d+ checks, 0 failures\n", said[3])


def test_threads(built, tmp_path):
    """A program that checks POSIX's threads: 1,000 in turn, as many at a time as there can be, and all that they wait for. Its first thread ends
    before its last."""
    assert re.fullmatch(r"\d+ checks, 0 failures\n", with_disk(built, tmp_path, "threads")[0])


def test_signals_and_forks_of_processes_with_threads(prompt):
    assert re.fullmatch(r"\d+ checks, 0 failures\n", prompt.type("crowd"))


def test_programs_in_common_and_files_that_run(built, tmp_path):
    """Processes have a program's pages in common, and none sees another's changes; a file that runs cannot be written, and one that was changed
    is another program. The second time, on the disk, the server has the programs of the first."""
    for said in with_disk(built, tmp_path, "running", "running"):
        assert re.fullmatch(r"\d+ checks, 0 failures\n", said)


def test_attributes_limits_and_the_machine(built, tmp_path):
    assert re.fullmatch(r"\d+ checks, 0 failures\n", with_disk(built, tmp_path, "attributes")[0])


def test_pipes_sockets_and_waits_for_files(prompt):
    assert re.fullmatch(r"\d+ checks, 0 failures\n", prompt.type("poll"))


def test_settings_of_the_terminal(prompt):
    assert re.fullmatch(r"\d+ checks, 0 failures\n", prompt.type("terminal"))


def test_a_program_is_started_by_name_and_by_path(prompt):
    assert prompt.type("hello one 'two words'") == "Hello from a process of its own, by musl's printf.\n  argument 1: one\n  argument 2: two words\n"
    assert prompt.type("/boot/bin/hello") == "Hello from a process of its own, by musl's printf.\n"
    assert prompt.type("nosuch").startswith("nosuch: no such command")


def test_an_exit_status_is_shown(prompt):
    assert prompt.type("status 0; echo $?") == "0\n"
    assert prompt.type("status 42; echo $?") == "42\n"
    assert prompt.type("status 0 60; echo $?") == "0\n"


ENDS = [
    ("null", r"ended by signal 11: the instruction at 0x[0-9a-f]+ wrote to 0x0, a null pointer"),
    ("wild", r"ended by signal 11: the instruction at 0x[0-9a-f]+ read 0x7654321, where nothing is mapped"),
    ("constant", r"ended by signal 11: the instruction at 0x[0-9a-f]+ wrote to 0x[0-9a-f]+, which is read-only"),
    ("jump", r"ended by signal 11: the instruction at 0x[0-9a-f]+ jumped to 0x[0-9a-f]+, which cannot be executed"),
    ("stack", r"ended by signal 11: its stack is full \(512 KiB\): the instruction at 0x[0-9a-f]+ wrote to 0x[0-9a-f]+, below it"),
    ("divide", r"ended by signal 8: the instruction at 0x[0-9a-f]+ divides by zero, or its quotient is too large"),
    ("privileged", r"ended by signal 11: the instruction at 0x[0-9a-f]+ is privileged, or uses an address that no program can have"),
    ("abort", r"ended by signal 6"),
]


@pytest.mark.parametrize("how, words", ENDS)
def test_the_cause_of_an_end_is_in_words(prompt, how, words):
    assert re.fullmatch(f"faults: {words}\n", prompt.type(f"faults {how}"))


def test_a_process_that_takes_all_memory_gets_its_own_limit(prompt):
    taken = int(re.fullmatch(r"no more after (\d+) KiB\n", prompt.type("faults bomb"))[1])
    assert 500 <= taken <= 8192
    assert prompt.type("status 5 60; echo $?") == "5\n"


@pytest.mark.parametrize("how", ["loop", "sleep"])
def test_interrupt_ends_a_process(prompt, how):
    prompt.send(f"faults {how}\r")
    prompt.until(f"faults {how}\n")
    prompt.send("\x03")
    assert prompt.until("MicroK> ") == "^C\n"
    assert prompt.type("echo $?; status 1; echo $?") == "130\n1\n"


def test_a_file_that_is_no_program(prompt):
    assert prompt.type("/boot/system.conf").startswith("/boot/system.conf: cannot be run: it is neither a program, nor a script")
    assert prompt.type("/boot") == "shell: /boot: is a directory\n"


def test_the_page_has_the_figures(built, tmp_path):
    """By the guest's clock, which counts instructions."""
    guest_boot.copy_built(built, tmp_path)
    shutil.copy(os.path.join(built, "tests.cpio"), tmp_path / "archive.cpio")
    guest = Shell(machine.qemu_command(STAGE, boot="kernel", build=str(tmp_path), memory="64M", serial=["chardev:terminal"],
                                       extra=[*CLOCK, "-chardev", "stdio,id=terminal,signal=off"]), 120)
    try:
        text = guest.type("costs")
    finally:
        guest.close()
    text += guest_boot.run(tmp_path, tmp_path, f"root=boot/t_processes_killed report seed={SEED} kills=0 end=1", clock=CLOCK, iommu=True, seconds=120)[2]
    costs = {name: int(count) for name, count in re.findall(r"^COST (\w+) (\d+)$", text, re.M)}
    with open(os.path.join(guest_boot.ROOT, "docs", "processes.md"), encoding="utf-8") as f:
        stated = {name: int(count.replace(",", "")) for name, count in re.findall(r"^\| (\w+) \| ([\d,]+) \| [\d,]+ \|$", f.read(), re.M)}
    wrong = [f"{name}: {count} on the page, {costs.get(name)} now" for name, count in stated.items() if abs(count - costs.get(name, 0)) > count / 5]
    assert len(stated) == 11 and not wrong, "; ".join(wrong)


def killed(built, folder, words):
    """The report of the process server under load (tests/guest/processes_killed), in which nothing failed."""
    guest_boot.copy_built(built, folder)
    status, log, report = guest_boot.run(folder, folder, f"root=boot/t_processes_killed report seed={SEED} {words}", clock=CLOCK, iommu=True, seconds=600)
    shown = f"QEMU's status {status}\n{report[-3000:]}\n{log[-3000:]}"
    print(re.findall("^NOTE .*$", report + log, re.M))
    assert (status, report.endswith("DONE 0 failed\n")) == (WELL, True) and "FAIL" not in report, shown
    assert "[fault]" not in log and not re.search("^proc: ", log, re.M), shown
    return report


def test_ends_at_random_points_and_bombs(built, tmp_path):
    """1,000 processes that are ended at random points of their making and their run, bombs of forks and of memory between them, leave memory
    and capabilities as before (ten thousand: ENDS=10000 in the environment). Beside a bomb, others run."""
    ends = int(os.environ.get("ENDS", "1000"))
    report = killed(built, tmp_path, f"kills=0 end=0,{ends}")
    assert int(re.search(r"^NOTE (\d+) ended at random points$", report, re.M)[1]) >= ends


@pytest.mark.parametrize("words, least", [("kills=0 end=1000", 1000), ("kills=150", 50), ("kills=300 stride=11", 20)])
def test_the_process_server_is_killed(built, tmp_path, words, least):
    """1,000 processes leave memory and capabilities as before; with the server killed at random moments, and in small steps from its start on, each
    process has the end that it must have."""
    report = killed(built, tmp_path, words)
    assert int(re.search(r"^NOTE (\d+) processes$", report, re.M)[1]) >= least, report
    families, tired = map(int, re.search(r"^NOTE (\d+) families, of which (\d+) met", report, re.M).groups())
    assert families > tired and (tired == 0 or "stride" in words), report  # only kills in small steps hit a request three times
