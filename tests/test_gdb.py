"""make gdb: symbols of kernel and programs, and its commands for threads and capabilities, in gdb's batch mode."""
import os
import pty
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import termios
import time
from types import SimpleNamespace

import pytest

from guest_boot import machine

PROMPT = machine.PROMPT
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
pytestmark = pytest.mark.skipif(not shutil.which("gdb"), reason="gdb is missing; tools/setup.sh gdb installs it")


@pytest.fixture(scope="module")
def built(copy_stage_4):
    return copy_stage_4(["stage-4"], ["kernel.elf", "archive.cpio", "bin", "gen"])


def gdb(built, *script, program=None):
    words = [w for command in script for w in ("--script", command)]
    got = subprocess.run([sys.executable, "tools/run.py", "--stage", "4", "--build", str(built), "--boot", "kernel", "--gdb",
                          *(["--program", program] if program else []), *words],
                         cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                         timeout=600, check=False)
    return got.stdout


AT_PROMPT = ('tbreak line_read if $_streq($microk_thread(), "shell")', "continue")


def test_threads_and_capabilities(built):
    out = gdb(built, *AT_PROMPT, "backtrace", "microk-threads", "microk-caps shell", "microk-caps nobody",
              "set var cpu_area.cpu.current->name[0] = 27", "microk-threads", program="shell")
    assert re.search(rf"#0  line_read \(prompt=.*\"{PROMPT}\"\) at user/shell/line\.c:\d+", out), out
    assert re.search(r"#1 .* main \(\) at user/shell/main\.c:\d+", out), out
    rows = re.findall(r"^[* ] ([\w.]+) +(\w+) +\d+ +\d+ +0x\w+", out.split("there is no thread")[0], re.M)
    # init has a thread for each service, which waits for the service's end; vfs and dev have one for the time.
    assert sorted(rows) == sorted([("init", "receiving"), ("shell", "ready"), *[("reaper", "waiting")] * 11, *[("ticker", "waiting")] * 2,
                                   ("proc.reader", "waiting"), *((name, "receiving") for name in ("pci", "storage", "vfs", "proc", "console", "log", "power", "pipe", "dev", "rng"))])
    assert re.search(r"^\* shell", out, re.M)
    caps = dict(re.findall(r"^(\d+) +(\w+) +[rwgx-]{4}:", out, re.M))
    assert [caps.get(str(slot)) for slot in range(1, 6)] == ["cnode", "address_space", "thread", "untyped", "frame"]
    assert list(caps.values()).count("endpoint") >= 5 and "kernel" in caps.values()
    assert re.search(r"^10 +endpoint +-w--:01------ +[0-9a-f]+ +7$", out, re.M), "the way to vfs, badge 7"
    assert "there is no thread 'nobody'; microk-threads lists them" in out
    assert re.search(r"^\* \?hell", out, re.M) and "\x1b" not in out.split("there is no thread")[1], "a name is a program's"


def test_one_program_at_a_time_beside_the_kernel(built):
    out = gdb(built, "info line dir_dispatch", "microk-program console", "info line dir_dispatch",
              "info line syscall_handle", "microk-program nothing", program="vfs")
    assert "Symbols of the kernel and of vfs." in out and "Symbols of the kernel and of console." in out
    assert out.count('dir_server.c" starts at address') == 1 and 'Function "dir_dispatch" not defined' in out
    assert 'syscall.c" starts at address 0xffffffff80' in out
    assert re.search(r"no program 'nothing' was built; there are: .*console, .*init, .*vfs", out), out


def test_a_breakpoint_meets_one_program_only(built):
    """All programs have code at this address; the condition selects one."""
    out = gdb(built, 'tbreak *0x400000 if $_streq($microk_thread(), "vfs")', "continue", "print $microk_thread()",
              program="vfs")
    assert '$1 = "vfs"' in out and "_start () at lib/microk/start.S" in out, out


def test_in_the_middle_of_a_call_it_is_told_who_owes_the_answer(built):
    out = gdb(built, 'tbreak supervise_dispatch if $_streq($microk_thread(), "init")', "continue", "microk-threads", program="init")
    assert re.search(r"^\* init +ready", out, re.M) and re.search(r"^  log +awaiting .* the answer of init$", out, re.M), out
    assert "No such file" not in out and re.search(r"^\d+\t.*r->", out, re.M), "generated sources are found"


def test_an_unknown_program_is_told_before_anything_starts(built):
    out = gdb(built, "print 1", program="nothing")
    assert re.search(r"run: there is no program 'nothing'; stage 4 has: .*vfs", out) and "$1" not in out


def test_threads_before_there_are_any(built):
    assert "there is no root task yet" in gdb(built, "microk-threads")


class Person:
    """A person's terminal with make gdb in it (Ctrl-C is for all that run there), or with make gdb-terminal."""

    def __init__(self, built, program="init", what=None, environment=None):
        self.pid, self.terminal = pty.fork()
        if not self.pid:
            os.chdir(ROOT)
            os.execve(sys.executable, [sys.executable, "tools/run.py", "--stage", "4", "--build", str(built),
                                       *(what or ["--boot", "kernel", "--gdb", "--program", program])],
                      {**os.environ, **(environment or {})})
        self.said = ""

    def type(self, text):
        os.write(self.terminal, text.encode())

    def await_words(self, pattern, seconds=300):
        """Reads on until the pattern was printed; output up to it is forgotten."""
        end = time.monotonic() + seconds
        while not (found := re.search(pattern, self.said)):
            ready, _, _ = select.select([self.terminal], [], [], max(0, end - time.monotonic()))
            assert ready, f"{pattern!r} was not printed: {self.said[-2000:]}"
            try:
                self.said += os.read(self.terminal, 4096).decode(errors="replace")
            except OSError:  # the last process on it has closed the terminal
                raise AssertionError(f"it ended before {pattern!r}: {self.said[-2000:]}") from None
        self.said = self.said[found.end():]

    def family(self):
        """run.py and all that it started."""
        table = subprocess.run(["ps", "-eo", "pid=,ppid="], stdout=subprocess.PIPE, text=True, check=True).stdout
        parents = [tuple(map(int, line.split())) for line in table.splitlines()]
        found = {self.pid}
        while more := {pid for pid, parent in parents if parent in found} - found:
            found |= more
        return found


def is_running(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.fixture
def person(built):
    person = Person(built)
    family = {person.pid}
    try:
        person.await_words(r"\(gdb\) ")
        family = person.family()
        assert len(family) == 3, "run.py, QEMU and gdb"
        person.everybody = family
        person.type("continue\n")
        person.await_words("Continuing")
        time.sleep(1)  # the guest is on its way
        yield person
    finally:
        for pid in filter(is_running, family):
            os.kill(pid, signal.SIGKILL)
        os.waitpid(person.pid, 0)


@pytest.fixture
def sit_down(built):
    """sit_down(...): one more terminal; its program is ended after the test, the last first."""
    people = []

    def start(*arguments, **named):
        people.append(Person(built, *arguments, **named))
        return people[-1]

    yield start
    for person in reversed(people):
        for pid in filter(is_running, person.family()):
            os.kill(pid, signal.SIGKILL)
        os.waitpid(person.pid, 0)


def await_end(pids):
    end = time.monotonic() + 120
    while left := [pid for pid in pids if is_running(pid)]:
        assert time.monotonic() < end, f"still running: {left}"
        time.sleep(0.05)


def test_ctrl_c_stops_the_guest_and_the_session_goes_on(person):
    for answer in (41, 42):
        person.type("\x03")
        person.await_words("Program received signal SIGINT")
        person.await_words(r"\(gdb\) ")
        time.sleep(0.5)
        person.type(f"print {answer} + 1\n")
        person.await_words(rf"= {answer + 1}\r?\n")
        person.type("continue\n")
        person.await_words("Continuing")
        time.sleep(0.5)
    person.type("\x03")
    person.await_words(r"\(gdb\) ")
    person.type("quit\n")
    await_end(person.everybody)


def test_a_closed_terminal_ends_everything(person):
    os.close(person.terminal)
    await_end(person.everybody)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_the_machine_ends_with_who_started_it(person, number):
    machine = [pid for pid in person.everybody if open(f"/proc/{pid}/comm").read().startswith("qemu")]
    os.kill(person.pid, number)
    await_end([*machine, person.pid])


# ---- the second terminal ----

def test_a_breakpoint_in_vfs_is_reached_by_typing_cat(sit_down, built):
    """gdb in one terminal, the prompt in the other: both people's, as in docs/debugging.md."""
    debugger = sit_down("vfs")
    debugger.await_words(r"in a second terminal: make stage-4 gdb-terminal")
    debugger.await_words(r"\(gdb\) ")
    guest = sit_down(what=["--terminal"])
    guest.await_words("Ctrl-A X leaves")
    debugger.type("continue\n")
    guest.await_words("Booting MicroK OS")
    guest.await_words(PROMPT)
    debugger.type("\x03")
    debugger.await_words("SIGINT")
    debugger.await_words(r"\(gdb\) ")
    debugger.type('break dir_dispatch if $_streq($microk_thread(), "vfs")\n')
    debugger.await_words(r"Breakpoint 1 at")
    debugger.type("continue\n")
    debugger.await_words("Continuing")
    guest.type("cat /etc/hello.txt\r")
    debugger.await_words(r"Breakpoint 1, .*dir_dispatch")
    debugger.await_words(r"\(gdb\) ")
    debugger.type("backtrace\n")
    debugger.await_words(r"#0 .*dir_dispatch[^#]*#1 .*run[^#]*#2 .*(?:dispatch[^#]*#\d .*)*server_handle[^#]*#\d .*server_run")
    assert "Hello from MicroK." not in guest.said, "the machine stands still"
    debugger.await_words(r"\(gdb\) ")
    debugger.type("delete\ncontinue\n")
    guest.await_words(r"cat /etc/hello\.txt\r\n(.*\r\n)?Hello from MicroK\.")
    guest.await_words(PROMPT)
    guest.type("\x01x")
    guest.await_words("The serial line is left")
    debugger.type("\x03")
    debugger.await_words(r"\(gdb\) ")
    debugger.type("quit\n")
    os.waitid(os.P_PID, debugger.pid, os.WEXITED | os.WNOWAIT)
    assert not os.path.lexists(built / "serial.socket"), "nothing of it is left"
    assert "Hello from MicroK." in (built / "serial.log").read_text(), "and all output is kept"


def test_who_comes_late_sees_what_was_said(sit_down):
    debugger = sit_down("vfs")
    debugger.await_words(r"\(gdb\) ")
    debugger.type("tbreak line_read\n" "microk-program shell\n" 'tbreak line_read if $_streq($microk_thread(), "shell")\n')
    debugger.await_words(r"Temporary breakpoint \d+ at")
    debugger.type("continue\n")
    debugger.await_words("Temporary breakpoint .*line_read")
    guest = sit_down(what=["--terminal"])
    guest.await_words(r"\[ok\] vfs")
    debugger.await_words(r"\(gdb\) ")
    debugger.type("continue\n")
    guest.await_words(PROMPT)
    guest.type("echo he\x03")  # Ctrl-C is the guest's
    guest.await_words(r"\^C")
    guest.type("echo there\r")
    guest.await_words(r"\nthere\r")


def test_a_second_terminal_without_a_machine_says_so(built):
    done = subprocess.run([sys.executable, "tools/run.py", "--stage", "4", "--build", str(built), "--terminal"], cwd=ROOT,
                          stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=30, check=False)
    assert done.returncode == 1 and "start `make gdb` in another terminal first" in done.stderr


@pytest.mark.parametrize("name", ["a, b", "x" * 95])
def test_sockets_in_any_temporary_folder(built, tmp_path, name):
    """A comma begins QEMU's next option, and a socket's address has 107 bytes."""
    (tmp_path / name).mkdir()
    command = [sys.executable, "tools/run.py", "--stage", "4", "--build", str(built), "--boot", "kernel", "--gdb"]
    done = subprocess.run([*command, "--script", "info registers rip"], cwd=ROOT, env={**os.environ, "TMPDIR": str(tmp_path / name)},
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False)
    assert re.search(r"rip +0xfff0", done.stdout), done.stdout + done.stderr
    assert not list((tmp_path / name).iterdir())


def test_one_second_terminal_at_a_time(tmp_path):
    """QEMU would let the second terminal wait without a message. Here a socket of the test stands for QEMU's."""
    (tmp_path / "serial.socket").symlink_to(tmp_path / "serial")
    command = [sys.executable, "tools/run.py", "--stage", "4", "--build", str(tmp_path), "--terminal"]
    pipes = {"cwd": ROOT, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with socket.socket(socket.AF_UNIX) as machine:
        machine.bind(str(tmp_path / "serial"))
        machine.listen(1)
        for _ in range(2):  # the first one's end makes room for another
            with subprocess.Popen(command, stdin=subprocess.PIPE, **pipes) as first:
                assert "serial line" in first.stdout.readline()
                try:
                    other = subprocess.run(command, stdin=subprocess.DEVNULL, timeout=60, check=False, **pipes)
                except subprocess.TimeoutExpired:
                    first.kill()
                    raise
                assert other.returncode == 1
                assert other.stderr == ("gdb-terminal: another terminal is joined to this machine's serial line; "
                                        "leave that one first (Ctrl-A X), or work there\n")
                first.communicate("\x01x")
                assert first.returncode == 0


@pytest.mark.parametrize("ends", [signal.SIGTERM, signal.SIGHUP])
def test_the_terminal_is_as_it_was_after_a_signal(tmp_path, ends):
    """Otherwise the shell that runs next would not show what is typed. A socket of the test stands for QEMU's."""
    (tmp_path / "serial.socket").symlink_to(tmp_path / "serial")
    command = [sys.executable, "tools/run.py", "--stage", "4", "--build", str(tmp_path), "--terminal"]
    persons, terminal = pty.openpty()
    try:
        with socket.socket(socket.AF_UNIX) as machine:
            machine.bind(str(tmp_path / "serial"))
            machine.listen(1)
            before = termios.tcgetattr(terminal)
            with subprocess.Popen(command, cwd=ROOT, stdin=terminal, stdout=subprocess.DEVNULL) as shown:
                joined, _ = machine.accept()
                end = time.monotonic() + 60
                while termios.tcgetattr(terminal) == before and time.monotonic() < end:
                    time.sleep(0.01)
                assert termios.tcgetattr(terminal) != before
                shown.send_signal(ends)
                assert shown.wait(60) == 128 + ends
                joined.close()
            assert termios.tcgetattr(terminal) == before
    finally:
        os.close(persons)
        os.close(terminal)


def test_gdb_waits_as_long_as_the_machine_needs_to_start(monkeypatch, tmp_path, capsys):
    """On a clock of our own: a socket that comes after a minute, never, or not because QEMU has ended."""
    sys.path.insert(0, os.path.join(ROOT, "tools"))
    import run
    now, ended = [0.0], [None]
    comes = {"late": 60, "never": 1e9, "dead": 1e9}
    monkeypatch.setattr(run, "time", SimpleNamespace(monotonic=lambda: now[0], sleep=lambda seconds: now.__setitem__(0, now[0] + seconds)))
    monkeypatch.setattr(run.os.path, "exists", lambda path: now[0] >= comes[path])
    machine = SimpleNamespace(poll=lambda: ended[0])
    run.await_socket(machine, "late")
    assert 60 <= now[0] < 61
    with pytest.raises(SystemExit):
        run.await_socket(machine, "never")
    assert "QEMU runs, but has not made its socket for gdb in 120 s" in capsys.readouterr().err
    ended[0] = 1
    with pytest.raises(SystemExit):
        run.await_socket(machine, "dead")
    assert "QEMU did not start" in capsys.readouterr().err


def test_in_tmux_the_second_terminal_is_opened(sit_down, built, tmp_path):
    """tmux is asked for a pane with the command that a person would type."""
    (tmp_path / "tmux").write_text(f'#!/bin/sh\nfor word; do echo "$word"; done >{tmp_path}/asked\n')
    (tmp_path / "tmux").chmod(0o755)
    debugger = sit_down("vfs", environment={"TMUX": "1", "PATH": f"{tmp_path}:{os.environ['PATH']}"})
    debugger.await_words("in the other pane")
    debugger.await_words(r"\(gdb\) ")
    split, *options, words = (tmp_path / "asked").read_text().splitlines()
    assert split == "split-window" and "-d" in options
    assert words.endswith(f"--stage 4 --build {built} --terminal")


def test_a_file_in_the_place_of_the_second_terminals_link_stays(tmp_path):
    sys.path.insert(0, os.path.join(ROOT, "tools"))
    import second_terminal
    place = tmp_path / second_terminal.LINK
    place.symlink_to("gone")  # of a process that was killed
    with second_terminal.offered(str(tmp_path), str(tmp_path)):
        assert os.readlink(place) == str(tmp_path / "serial")
    assert not os.path.lexists(place)
    place.write_text("mine")
    with pytest.raises(FileExistsError), second_terminal.offered(str(tmp_path), str(tmp_path)):
        pass
    assert place.read_text() == "mine"


def test_keys_of_the_second_terminal():
    """Ctrl-A X ends it, Ctrl-A twice is one for the guest, however they are cut."""
    sys.path.insert(0, os.path.join(ROOT, "tools"))
    import second_terminal
    assert second_terminal.keys_of(b"ls\r", False) == (b"ls\r", False, False)
    assert second_terminal.keys_of(b"a\x01\x01b", False) == (b"a\x01b", False, False)
    assert second_terminal.keys_of(b"a\x01", False) == (b"a", True, False)
    assert second_terminal.keys_of(b"xb", True) == (b"", False, True)
    assert second_terminal.keys_of(b"yb", True) == (b"yb", False, False)
