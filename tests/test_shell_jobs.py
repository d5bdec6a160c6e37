"""Programs in the shell's pipelines and in the background, in a guest: tests/posix/filter.c is a part of each."""
import os
import re
import shutil
import time

import disk
import pytest

from guest import Shell
from guest_boot import machine

STAGE = 4
PIPE_FULL = "a pipe holds at most 131072 bytes; the rest of the output is lost (use a file instead)"


@pytest.fixture(scope="module")
def shell(build_tests, tmp_path_factory):
    built, folder = build_tests(STAGE), tmp_path_factory.mktemp("jobs")
    shutil.copy(os.path.join(built, "kernel.elf"), folder / "kernel.elf")
    shutil.copy(os.path.join(built, "tests.cpio"), folder / "archive.cpio")
    disk.make(str(folder / "disk.img"), STAGE)
    guest = Shell(machine.qemu_command(STAGE, boot="kernel", build=str(folder), memory="96M", serial=["chardev:terminal"], disk=str(folder / "disk.img"),
                                       extra=["-chardev", "stdio,id=terminal,signal=off"]), 240)
    yield guest
    guest.close()


def rows(shell, line):
    assert len(line) <= 70, "a longer line scrolls"
    return [row.strip("\0") for row in shell.type(line).split("\n")[:-1]]


def begin(shell, line):
    """Types the line, and returns when it runs."""
    shell.send(line + "\r")
    shell.until(line + "\n")
    time.sleep(0.3)


def wait_for(shell, row, got):
    """Types empty lines until the row is there; `got`: the rows so far."""
    for _ in range(200):
        if row in got:
            return
        time.sleep(0.1)
        got = rows(shell, "")
    raise AssertionError(f"{row} was never reported")


@pytest.mark.parametrize("line, expected", [
    ("filter lines 3 | filter count", ["3 48"]),
    ("echo one two | filter copy", ["one two"]),
    ("filter lines 2 | cat", ["line 0000000000", "line 0000000001"]),
    ("filter lines 2 | while read a b; do echo \"<$b>\"; done", ["<0000000000>", "<0000000001>"]),
    ("filter lines 9 | read a b; echo $b", ["0000000000"]),
    ("filter lines 20000 | filter copy | filter copy | filter count", ["20000 320000"]),
    ("filter lines 20000 | cat | filter count", ["20000 320000"]),
    ("cat /etc/hello.txt | filter copy | cat", ["Hello from MicroK."]),
    ("filter lines 9000 | filter copy | { read a; cat; } | filter count", ["8999 143984"]),
    ("{ filter lines 3; echo a; filter lines 2; } | filter count", ["6 82"]),
    ("for i in 1 2 3; do filter lines $i; done | filter count", ["6 96"]),
    ("f='filter count'; filter lines 4 | $f", ["4 64"]),
    ("filter lines 5 > g | cat; filter count < g; rm g", ["5 80"]),
])
def test_programs_and_commands_of_the_shell_in_a_pipeline(shell, line, expected):
    assert rows(shell, line) == expected


@pytest.mark.parametrize("line, expected", [
    ("while true; do echo x; done | filter first; echo $?", ["x", "0"]),  # the writer has no end
    ("filter lines 1000000 | filter first", ["line 0000000000"]),
    ("filter lines 1000000 | true; echo $?", ["0"]),
    ("cat /dev/zero | true; filter pause 0", [f"shell: {PIPE_FULL}"]),  # between two of the shell's own
    ("filter lines 9000 | cat | cat | filter count", [f"shell: {PIPE_FULL}", "8192 131072"]),
    ("x=$(filter lines 9000); echo $?", ["shell: $(...): its output is longer than 131072 bytes", "1"]),
])
def test_a_pipe_without_a_reader_and_one_that_is_full(shell, line, expected):
    assert rows(shell, line) == expected


def test_a_program_reads_a_part_of_its_input_and_the_rest_stays(shell):
    assert rows(shell, "filter lines 4 | { filter first; read a b; echo $b; cat; }") == [
        "line 0000000000", "0000000001", "line 0000000002", "line 0000000003"]
    assert rows(shell, "filter lines 4 > f; while read a; do filter first; done < f") == ["line 0000000001", "line 0000000003"]
    assert rows(shell, "{ echo a; echo b; echo c; } | { read x; filter first; cat; }") == ["b", "c"]
    assert rows(shell, "rm f") == []


def test_redirections_of_programs(shell):
    assert rows(shell, "filter lines 2 > f; filter lines 1 >> f; filter count < f") == ["3 48"]
    assert rows(shell, "filter error oops 2> e; filter count < e; cat e; rm e f") == ["1 5", "oops"]
    assert rows(shell, "filter error oops 2>&1 | filter count; filter error a 2>&1 > f") == ["1 5", "a"]
    assert rows(shell, "filter lines 1 > /none/x; echo $?") == ["shell: /none/x: no such file", "1"]
    assert rows(shell, "filter terminal; filter terminal | cat; filter terminal < f; rm f") == ["111", "101", "011"]


def test_the_output_of_programs_as_words(shell):
    assert rows(shell, "echo $(filter lines 2) $(filter status 3; echo $?)") == ["line 0000000000 line 0000000001 3"]
    assert rows(shell, "x=$(filter error a 2>&1; filter lines 1 | cat; echo b)") == []
    assert rows(shell, "echo \"$x\"") == ["a", "line 0000000000", "b"]


def test_the_status_is_that_of_the_last_part(shell):
    assert rows(shell, "filter status 3 | filter status 0; echo $?") == ["0"]
    assert rows(shell, "true | filter status 5; echo $?; filter status 4 | true; echo $?") == ["5", "0"]
    assert rows(shell, "! filter status 1; echo $?; ! filter status 0 | filter status 0") == ["0"]
    assert rows(shell, "echo $?; filter status 0 && echo yes || echo no") == ["1", "yes"]
    assert rows(shell, "nosuch | filter count; filter lines 1 | nosuch; echo $?") == [
        "nosuch: no such command; did you mean \"touch\"? (help lists all)", "0 0",
        "nosuch: no such command; did you mean \"touch\"? (help lists all)", "127"]
    ended, status = rows(shell, "faults null | filter copy; faults divide | filter copy; faults abort")[0], rows(shell, "echo $?")
    assert re.match("faults: ended by signal 11: the instruction at .* a null pointer$", ended) and status == ["134"]


def test_the_environment_and_path(shell):
    assert rows(shell, "v=1; filter env v; export v; filter env v; w=2 filter env w") == ["(not set)", "1", "2"]
    assert rows(shell, "filter env w; (v=3; filter env v | cat); filter env v") == ["(not set)", "3", "1"]
    assert rows(shell, "filter env PATH; echo $HOME; filter env TERM") == ["/bin:/boot/bin", "/", "xterm"]
    assert rows(shell, "PATH=/none:/etc; filter env v; PATH=/boot/bin; filter env v") == ["filter: no such command (help lists all)", "1"]
    assert rows(shell, "PATH=/bin:/boot/bin; unset v; (cd /boot/bin; PATH=; filter env v)") == ["(not set)"]


@pytest.mark.parametrize("line", [
    "filter pause 1000 | filter copy",
    "filter copy",
    "filter copy | cat",
    "cat /dev/zero | filter count",
    "filter lines 1000000000 | cat > /dev/null",
    "while true; do filter pause 0; done",
    "while true; do filter pause 0; done | filter count",
    "echo $(filter pause 1000)",
    "echo a | { filter pause 1000; cat; } | filter copy",
    "sleep 1000 & fg",
])
def test_control_c_ends_all_processes_of_the_job(shell, line):
    begin(shell, line)
    shell.send("\x03")
    shell.until("MicroK> ")
    assert rows(shell, "echo $?; jobs") == ["130"]


def test_the_terminal_is_a_programs_input(shell):
    begin(shell, "filter copy | cat")
    shell.send("typed\r")
    shell.until("typed\ntyped\n")
    shell.send("\x04")
    shell.until("MicroK> ")
    assert rows(shell, "echo $?") == ["0"]


def test_jobs_in_the_background(shell):
    first, = rows(shell, "sleep 1000 &")
    number = re.fullmatch(r"\[1\] (\d+)", first)[1]
    second, = rows(shell, "filter pause 1000 | filter copy > /dev/null &")
    assert re.fullmatch(r"\[2\] \d+", second)
    assert rows(shell, "jobs") == ["[1] running: sleep 1000", "[2] running: filter pause 1000 | filter copy > /dev/null"]
    assert rows(shell, f"kill -9 {number}; wait %1; echo $? $!") == [f"137 {second.split()[1]}"]
    assert rows(shell, "kill %2; wait %2; echo $?; jobs; wait %2; echo $?") == [
        "143", "wait: %2: there is no such job (jobs lists them)", "127"]


def test_an_end_is_reported_before_the_next_prompt(shell):
    wait_for(shell, "[1] exit status 3: filter status 3", rows(shell, "filter status 3 &"))
    assert len(rows(shell, "sleep 1000 &")) == 1
    assert rows(shell, "kill -KILL %%; wait; jobs; jobs") == ["[1] ended by signal 9: sleep 1000"]
    _, cause, end = rows(shell, "faults null & wait")
    assert re.match("faults: ended by signal 11: the instruction .* a null pointer$", cause) and end == "[1] ended by signal 11: faults null"


def test_control_z_stops_a_job_and_it_goes_on(shell):
    for line in ("filter pause 1000; echo no", "filter pause 1000 | filter copy"):
        begin(shell, line)
        shell.send("\x1a")
        assert shell.until("MicroK> ") == f"^Z\n[1] stopped: {line.split(';')[0]}\n"
        assert rows(shell, "echo $?; jobs")[1:] == [f"[1] stopped: {line.split(';')[0]}"]
        assert rows(shell, "bg; jobs") == [f"[1] running: {line.split(';')[0]}"] * 2
        begin(shell, "fg")
        shell.send("\x1a")
        shell.until("MicroK> ")
        assert rows(shell, "kill -9 %1; wait %1; echo $?") == ["137"]
    begin(shell, "filter copy")
    shell.send("\x1a")
    shell.until("MicroK> ")
    begin(shell, "fg")
    shell.send("typed\r")
    shell.until("typed\ntyped\n")
    shell.send("\x04")
    shell.until("MicroK> ")
    begin(shell, "filter pause 1 | cat")  # the shell has a part in it
    shell.send("\x1a")
    shell.until("MicroK> ")
    assert rows(shell, "jobs") == []


def test_a_job_in_the_background_reads_nothing_and_is_not_interrupted(shell):
    started, counted, ended = sorted(rows(shell, "filter count & wait"))  # it may print before the shell does
    assert (started, ended) == ("0 0", "[1] done: filter count") and re.fullmatch(r"\[1\] \d+", counted)
    assert len(rows(shell, "sleep 1000 &")) == 1
    begin(shell, "filter pause 1000")
    shell.send("\x03")
    shell.until("MicroK> ")
    assert rows(shell, "jobs") == ["[1] running: sleep 1000"]
    begin(shell, "wait")
    shell.send("\x03")  # ends the wait alone
    shell.until("MicroK> ")
    assert rows(shell, "echo $?; jobs") == ["130", "[1] running: sleep 1000"]
    assert rows(shell, "kill %1; wait %1; echo $?") == ["143"]


def test_commands_that_cannot_be_jobs(shell):
    own = "shell: &: a command of the shell's own cannot run in the background"
    assert rows(shell, "history & { sleep 1; } & true && sleep 1 & echo $?") == [own, own, own, "1"]
    assert rows(shell, "nosuch & echo $?") == ["shell: &: nosuch: there is no such program", "127"]
    assert rows(shell, "kill 1; kill %9; kill -x 1; kill; echo $?") == [
        "kill: 1: it is a service, and not this shell's to end", "kill: %9: this shell has no such job or process (jobs lists them)",
        "kill: \"x\" is not a signal (kill -l lists them)", "usage: kill [-SIGNAL] JOB...", "2"]
    assert rows(shell, "fg; bg; wait x; echo $?")[-1] == "127"


def test_many_jobs_leave_nothing(shell):
    """Slots, pipes and processes: more of each in turn than there are."""
    assert rows(shell, "for i in $(filter lines 130); do true | filter copy | cat; done") == []  # 260 times, with two pipes each
    limit = "shell: there are 16 jobs already; wait for one, or end one by kill"
    assert rows(shell, "for i in 1 2 3 4 5 6 7 8 9; do sleep 1000 & sleep 1000 & done")[-2:] == [limit, limit]
    assert len(rows(shell, "jobs")) == 16
    for n in range(1, 17):
        rows(shell, f"kill -9 %{n}")
    rows(shell, "wait")
    assert rows(shell, "jobs") == []
    assert rows(shell, "filter lines 3 | filter count") == ["3 48"]
