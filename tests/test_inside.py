"""Seeing inside a running system: traces, the derivation tree, counters, and reports in names instead of numbers."""
import os
import re
import shutil
import subprocess
import sys

import pytest

import guest_boot
from guest_boot import ALL_PASSED, PANICKED, ROOT, machine
from guest import PROMPT, Shell

sys.path.insert(0, os.path.join(ROOT, "tools"))
import symbolise  # noqa: E402

CRASH = "tests/guest/crash/main.c"


@pytest.fixture(scope="module")
def built(copy_stage_4):
    """With the tests' programs."""
    return copy_stage_4(["stage-4", *[f"build/stage-4/{name}" for name in
                                      ("kernel.elf", "archive.cpio", "boot/crash", "boot/t_trace", "boot/symbols")]],
                        ["kernel.elf", "archive.cpio", "bin", "boot"])


# ---- A person at the shell ----

class Person(Shell):
    """Reads lines of text."""

    def __init__(self, command):
        super().__init__(command, seconds=300)

    def type(self, line):
        return [text.rstrip() for text in super().type(line).split("\n") if text.strip()]


@pytest.fixture(scope="module")
def shell(built):
    talk = Person(machine.qemu_command(4, boot="kernel", build=str(built), serial=["stdio"]))
    yield talk
    talk.close()


TRACE = re.compile(r"^ *(\d+\.\d)  ( *)(\S+) +(\S+) +(\S+) +(\d+) +(?:(\d+\.\d)|(sent|no answer yet))(?:  (ERR_\w+))?$")


def trace(shell, words):
    """(output before the table, [(at, depth, caller, server, message, words, took, error)], last line)."""
    lines = shell.type(f"trace {words}")
    rows = [TRACE.match(line) for line in lines]
    first = next((i for i, line in enumerate(lines) if line.split()[:2] == ["AT", "us"]), len(lines))
    table = [(float(m[1]), len(m[2]) // 2, *m.group(3, 4, 5), int(m[6]), float(m[7]) if m[7] else None, m[9])
             for m in rows[first + 1:] if m]
    return lines[:first], table, lines[first + 1 + len(table):]


def test_trace_names_the_messages_of_a_command(shell):
    said, table, rest = trace(shell, "cat /etc/hello.txt")
    assert said == ["Hello from MicroK."]
    assert [row[2:5] for row in table] == [
        ("shell", "vfs", "dir.open"), ("shell", "vfs", "file.read"), ("shell", "vfs", "file.read"),
        ("shell", "console", "file.write")]
    assert rest == ["4 messages"]
    for before, after in zip(table, table[1:]):  # each is sent when the one before is answered
        assert before[6] > 0 and after[0] >= before[0] + before[6] - 0.2


def test_trace_shows_what_a_server_asks_for_its_caller(shell):
    _, table, rest = trace(shell, "-n 1000 ls /proc")
    assert rest == [f"{len(table)} messages"]
    nested = [(i, row) for i, row in enumerate(table) if row[1] == 1]
    assert nested and all(row[2:5] == ("proc", "init", "inspect.next") for _, row in nested)
    for i, row in nested:
        caller = next(other for other in reversed(table[:i]) if other[1] == 0)
        assert caller[2:4] == ("shell", "proc")
        assert row[0] >= caller[0] and row[0] + row[6] <= caller[0] + caller[6] + 0.2
    # How a listing ends, in the protocol's own words.
    assert ("file.entry", "ERR_NOT_FOUND") in [(row[4], row[7]) for row in table]
    assert all(row[1] == 0 for row in table if row[2] == "shell")


def test_trace_is_bounded_and_says_so(shell):
    _, table, rest = trace(shell, "-n 2 ls /proc")
    assert len(table) == 2 and re.fullmatch(r"trace: \d+ more; trace -n \d+ shows all", rest[0]), rest
    _, table, rest = trace(shell, "-n 5000 caps -t")  # more than the ring holds
    assert len(table) <= 1023 and rest[-1] == f"{len(table)} messages"


def test_trace_of_an_idle_second_is_empty(shell):
    assert shell.type("trace 1s") == ["0 messages"]
    assert "not a" not in shell.type("trace 1x")[0]
    assert shell.type("trace 1x") == ['trace: "1x" is neither a command nor a time such as 2s (at most 60s)']


# ---- The tree ----

def tree(shell, words):
    """{"vfs 8": (text, parent's key or None)}, and the closing line."""
    found, above = {}, []
    lines = shell.type(f"caps -t {words}".strip())
    for line in lines[:-1]:
        m = re.match(r"^((?:│  |   )*)(├─ |└─ )?([\w.-]+) (\d+): (.*)$", line)
        assert m, line
        depth = len(m[1]) // 3 + (m[2] is not None)
        key = f"{m[3]} {m[4]}"
        assert depth <= len(above) and key not in found, line
        above = above[:depth] + [key]
        found[key] = m[5], above[-2] if depth else None
    return found, lines[-1]


def test_tree_goes_from_the_roots_to_what_programs_hold(shell):
    whole, last = tree(shell, "")
    assert re.fullmatch(r"\d+ capabilities of 12 processes", last)
    roots = {text.split("  ")[-1] for key, (text, up) in whole.items() if up is None}
    assert {"cnode", "all.irqs", "all.ports", "info", "kernel", "trace", "archive", "memory"} <= roots
    names = {text.split("  ")[-1]: key for key, (text, _) in whole.items()}

    def chain(key):
        while key:
            yield whole[key][0]
            key = whole[key][1]

    # The console's interrupt comes from the root's by init's master; the shell's way to vfs from vfs' endpoint.
    held = next(key for key, (text, _) in whole.items() if key.startswith("console") and text.endswith("  keyboard.irq"))
    assert [text.split("  ")[-1] for text in chain(held)] == ["keyboard.irq", "console:keyboard.irq", "all.irqs"]
    held = next(key for key, (text, _) in whole.items() if key.startswith("shell") and text.endswith("  /"))
    assert [text.split("  ")[-1] for text in chain(held)] == ["/", "shell:/", "vfs.endpoint", "memory"]
    assert whole[held][0].startswith("Endpoint w+01  badge 7")
    assert whole[whole[names["shell:trace.switch"]][1]][0] == "Kernel rwgx  kernel"
    assert whole[names["iospace"]][0] == "IoSpace rwgx  0x0..0xffff  iospace"


def test_tree_of_one_process_is_that_part_of_the_whole(shell):
    whole, _ = tree(shell, "")
    part, last = tree(shell, "vfs")
    own = [key for key in part if key.startswith("vfs ")]
    several = (re.match(r"(\d+) × ", part[key][0]) for key in own)  # neighbours on one line
    assert last == f"{sum(int(m[1]) if m else 1 for m in several)} capabilities of vfs, and their ancestors"
    assert {key for key in whole if key.startswith("vfs ")} == set(own)
    for key, (_, up) in part.items():
        assert whole[key][1] == up
        assert up is None or not up.startswith(("shell ", "console "))


def messages(shell):
    """Messages that vfs' endpoint has delivered, by `caps vfs`."""
    line = next(line for line in shell.type("caps vfs") if line.endswith("  vfs"))
    return int(re.search(r"  (\d+) messages", line)[1])


def test_an_endpoint_counts_its_messages(shell):
    first, second = messages(shell), messages(shell)
    shell.type("cat /etc/hello.txt")  # open, read, read: as the trace shows
    assert messages(shell) - second == second - first + 3


def test_the_kernel_records_messages(built, tmp_path):
    shutil.copy(built / "kernel.elf", tmp_path)
    guest_boot.pack(tmp_path / "archive.cpio", {"boot/t_trace": built / "boot/t_trace"})
    status, log, report = guest_boot.run(tmp_path, tmp_path, "root=boot/t_trace")
    assert status == ALL_PASSED and report.endswith("DONE 0 failed\n"), report + log
    assert report.count("PASS ") == 6


# ---- Faults ----

def line_of(text):
    """The single line of the crashing program's output that has this text."""
    with open(os.path.join(ROOT, CRASH), encoding="utf-8") as f:
        found = [i for i, line in enumerate(f, 1) if text in line]
    assert len(found) == 1
    return found[0]


@pytest.fixture
def fault(built, tmp_path):
    """fault(what, symbols): the report in the machine itself, and as `make run` shows it."""

    def boot(what, symbols=True):
        shutil.copy(built / "kernel.elf", tmp_path)
        files = {"boot/init": built / "boot/init", "boot/crash": built / "boot/crash",
                 "boot/system.conf": f"stage 4\nservice bad\n\tprogram boot/crash\n\targuments {what}\n"}
        if symbols:
            subprocess.run([sys.executable, "tools/symbolise.py", "--table", tmp_path / "symbols",
                            f"crash={built}/bin/crash", f"init={built}/bin/init"], cwd=ROOT, check=True)
            files["boot/symbols"] = tmp_path / "symbols"
        guest_boot.pack(tmp_path / "archive.cpio", files)
        status, log = guest_boot.run(tmp_path, tmp_path, "", lines=("log",))
        assert isinstance(status, int), f"{status}:\n{log}"
        named = subprocess.run([sys.executable, "tools/symbolise.py", "--build", built, tmp_path / "log"], cwd=ROOT,
                               check=True, stdout=subprocess.PIPE).stdout
        return log, named.decode().replace("\r", "")

    return boot


@pytest.mark.parametrize("what, place", [("null", "*(volatile int *)0 = 1;"), ("halt", '"hlt"')])
def test_fault_names_function_callers_and_lines(fault, what, place):
    log, named = fault(what)
    assert re.search(r"\n        at 0x\w+ main\+0x\w+ in boot/crash, stack .*\n"
                     r"        called from 0x\w+ program_start\+0x\w+ in boot/crash\n"
                     r"        called from 0x\w+ _start\+0x\w+ in boot/crash\n        rax", log), log
    assert re.search(rf"at 0x\w+ main\+.* \({CRASH}:{line_of(place)}\)\n", named), named
    assert re.search(r"called from 0x\w+ program_start\+0x\w+ in boot/crash \(lib/microk/start\.c:\d+\)\n", named), named


def test_the_page_on_debugging_shows_this_report(fault):
    """Its functions, files and lines; the compiler chooses the addresses."""
    def places(text):
        return re.findall(r"(\w+)\+0x\w+ in boot/crash[^(\n]*\(([\w/.]+:\d+)\)", text)
    with open(os.path.join(ROOT, "docs/debugging.md"), encoding="utf-8") as page:
        shown = places(page.read())
    assert shown and shown == places(fault("null")[1])


def test_fault_without_a_table_is_named_on_the_host(fault):
    log, named = fault("null", symbols=False)
    assert re.search(r"        at 0x\w+ in boot/crash, stack .*\n        called from 0x\w+ in boot/crash\n", log), log
    assert re.search(rf"at 0x\w+ in .* main\+0x\w+ \({CRASH}:{line_of('*(volatile int *)0 = 1;')}\)\n", named), named


def test_deep_and_wild_ends_are_bounded(fault):
    log, _ = fault("stack")  # a hundred levels
    deep = re.findall(r"called from 0x\w+ go_deep\+", log)
    assert 10 <= len(deep) <= 16 and log.count("called from") <= 17, log
    log, _ = fault("data")  # it called an address without code: the caller is on top of the stack
    assert re.search(r"at 0x7\w+ in boot/crash.*\n        called from 0x\w+ main\+", log), log


def test_a_panic_is_told_in_functions_and_lines(built, tmp_path):
    """The kernel made to run on at an address without code, deep in a system call."""
    if not shutil.which("gdb"):
        pytest.skip("gdb is missing; tools/setup.sh gdb installs it")
    port = tmp_path / "gdb"
    command = machine.qemu_command(4, boot="kernel", build=str(built), append="exit=debug", serial=[f"file:{tmp_path}/log"],
                                   extra=[*machine.DEBUG_EXIT, "-S", "-chardev", f"socket,id=gdb,path={port},server=on,wait=off",
                                          "-gdb", "chardev:gdb"])
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as guest:
        try:
            words = ["set confirm off", f"target remote {port}", "break cnode_decode", "continue", "delete", "set $rip = 0x10",
                     "continue"]
            machine.await_socket(guest, str(port))
            subprocess.run(["gdb", "-nx", "-batch", str(built / "kernel.elf"), *(w for word in words for w in ("-ex", word))],
                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60,
                           check=False)
            assert guest.wait(30) == PANICKED
        finally:
            guest.kill()
    raw = (tmp_path / "log").read_bytes()
    log = symbolise.Annotator(str(built)).feed(raw).decode().replace("\r", "")
    trace = log[log.index("KERNEL PANIC: "):]
    assert re.search(r"\n  at 0xffffffff80\w+ syscall_handle\+0x\w+ \(kernel/entry/syscall\.c:\d+\)\n", trace), trace
    assert re.search(r'for thread "[\w.]*", which was at 0x\w+', trace), trace
    assert re.sub(r"( \S+\+0x\w+)? \([\w/.]+:\d+\)(?=\n)", "", log) == raw.decode().replace("\r", ""), "only added to"


# ---- The tool ----

def test_bytes_pass_as_they_come(built):
    """A prompt is shown before its line ends, and other output of a machine is left as it is."""
    annotator, prompt = symbolise.Annotator(str(built)), f"\x1b[K{PROMPT}".encode()
    assert annotator.feed(prompt) == prompt
    noise = bytes(range(256)) * 8 + b"\r\n  at 0xzz\r\n  at 0xffffffffffffffff0\n at 0x10\n[fault] nobody\n  at 0x400000\n" + b"x" * 5000
    assert annotator.feed(noise) == noise
    elf = symbolise.Elf(str(built / "kernel.elf"))
    start = elf.starts[elf.names.index("syscall_handle")]
    line = f"  at {start + 1:#x}\r\n".encode()  # its first instruction: further on may be inlined code of a header
    whole = symbolise.Annotator(str(built)).feed(line)
    assert re.fullmatch(rb"  at 0x\w+ syscall_handle\+0x1 \(kernel/entry/syscall\.c:\d+\)\r\n", whole), whole
    annotator = symbolise.Annotator(str(built))
    assert b"".join(annotator.feed(line[i:i + 1]) for i in range(len(line))) == whole
    assert symbolise.Annotator("/nowhere").feed(line) == line


@pytest.mark.parametrize("damage", [b"", b"\x7fELF", b"\x7fELF\x02\x01" + b"\xff" * 200],
                         ids=["empty", "short", "wild"])
def test_a_damaged_file_knows_no_names(tmp_path, damage):
    (tmp_path / "kernel.elf").write_bytes(damage)
    line = b"  at 0xffffffff80200000\n"
    assert symbolise.Annotator(str(tmp_path)).feed(line) == line
    got = subprocess.run([sys.executable, "tools/symbolise.py", "--table", tmp_path / "out", f"x={tmp_path}/kernel.elf"],
                         cwd=ROOT, text=True, stderr=subprocess.PIPE, check=False)
    assert got.returncode == 1 and "symbolise.py: " in got.stderr and "Traceback" not in got.stderr
    assert not (tmp_path / "out").exists()


def test_run_is_a_terminal_still(built):
    """make run's own program: QEMU's output passes through the names, the keys and the monitor still work."""
    talk = Person([sys.executable, os.path.join(ROOT, "tools/run.py"), "--stage", "4", "--build", str(built), "--boot", "kernel"])
    try:
        assert talk.type("cat /etc/hello.txt") == ["Hello from MicroK."]
        talk.send("oops\x03")  # Ctrl-C is the guest's
        talk.until("^C")
        talk.until(PROMPT)
        talk.send("\x01x")
        assert talk.wait_for_end() == 0
    finally:
        talk.close()


def test_run_keeps_what_is_piped_in_until_the_guest_listens(built):
    """More than a serial line holds, there from the start: as much of it arrives as was sent."""
    command = [sys.executable, os.path.join(ROOT, "tools/run.py"), "--stage", "4", "--build", str(built), "--boot", "kernel"]
    words = [f"line{n}" for n in range(20)]
    done = subprocess.run(command, input="".join(f"echo {word}\r" for word in words).encode() + b"poweroff\r",
                          stdout=subprocess.PIPE, timeout=90, check=False)
    assert done.returncode == 0
    assert re.findall(rb"^\r?(line\d+)\r?$", done.stdout, re.M) == [word.encode() for word in words], done.stdout


def test_run_passes_on_what_is_piped_in_to_a_silent_guest(built):
    """A guest without any output: QEMU's own keys, Ctrl-A and X, still end it."""
    command = [sys.executable, os.path.join(ROOT, "tools/run.py"), "--stage", "4", "--build", str(built), "--boot", "kernel",
               "--append", "root=boot/none"]
    done = subprocess.run(command, input=b"\x01x", stdout=subprocess.PIPE, timeout=60, check=False)
    assert done.returncode == 0 and PROMPT.encode() not in done.stdout


def test_the_archive_tells_the_functions_of_its_programs(built):
    table = (built / "boot/symbols").read_text().splitlines()
    programs = [line.split()[1] for line in table if line.startswith("program ")]
    assert set(programs) >= {"init", "vfs", "console", "shell"}
    start = table.index("program vfs") + 1
    functions = [line.split() for line in table[start:table.index("400000 _start", start + 1) - 1]]
    addresses = [int(address, 16) for address, _ in functions]
    assert addresses == sorted(set(addresses)) and {"main", "dir_dispatch", "_start"} <= {name for _, name in functions}
