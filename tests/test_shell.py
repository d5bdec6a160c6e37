"""The shell's language in a guest: typed at the serial line, with files on the disk."""
import os
import subprocess
import sys
import time

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tools"))
import run as machine  # noqa: E402  (tools/run.py: the one place that knows the machine)
from guest import PROMPT, Shell  # noqa: E402

SECONDS = 240  # on a busy host; the expected text ends a wait at once
SCRIPT = """#!/bin/sh
# The sum of its words, and its other words in a file.
sum=0
for word in "$@"
do
\tcase $word in
\t*[!0-9]*) echo "$word" >> rest ;;
\t*) sum=$((sum + word)) ;;
\tesac
done
echo $sum
[ $# -gt 0 ] || exit 3
"""


@pytest.fixture(scope="module")
def built(copy_stage_4):
    return copy_stage_4(["stage-4"], ["kernel.elf", "archive.cpio"])


@pytest.fixture(scope="module")
def shell(built, tmp_path_factory):
    folder = tmp_path_factory.mktemp("disk")
    image = str(folder / "disk.img")
    os.makedirs(folder / "root" / "etc")
    (folder / "root" / "etc" / "hello.txt").write_text("Hello from MicroK.\n")
    (folder / "root" / "sum").write_text(SCRIPT)
    (folder / "root" / "deepest").write_text('for i in /*/*; do cp /etc/hello.txt /none/x; done; echo $(( $(eval "$f") + 0 ))\n')
    subprocess.run(["mke2fs", "-q", "-t", "ext2", "-b", "4096", "-d", str(folder / "root"), image, "16M"], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    talk = Shell(machine.qemu_command(4, boot="kernel", build=str(built), serial=["chardev:terminal"], disk=image,
                                      extra=["-chardev", "stdio,id=terminal,signal=off"]), SECONDS)  # ^C is the guest's
    yield talk
    talk.close()


def rows(shell, line):
    return shell.type(line).split("\n")[:-1]


@pytest.mark.parametrize("line, expected", [
    ("x='a  b'; echo $x \"$x\" ${#x}", ["a b a  b 4"]),
    ("false && echo no || echo yes; echo $?", ["yes", "0"]),
    ("echo one > f; echo two >> f; cat f | while read w; do echo \"<$w>\"; done", ["<one>", "<two>"]),
    ("cat none 2> e; cat e; echo $(cat f) /et*/h*.txt", ["cat: none: no such file", "one two /etc/hello.txt"]),
    ("if [ -s f ]; then rm f e; fi; ls f; echo $?", ["ls: f: no such file", "1"]),
    ("n=0; while [ $n -lt 100 ]; do n=$((n + 1)); done; echo $n", ["100"]),
    ("(cd /etc; pwd); pwd; sleep 0.2 && echo slept", ["/etc", "/", "slept"]),
    ("cat /dev/zero | cat; echo on", ["shell: a pipe holds at most 131072 bytes; the rest of the output is lost (use a file instead)", "on"]),
    ("echo lost > /dev/full; echo $?", ["shell: /dev/full: no space left on the disk", "1"]),
])
def test_lines(shell, line, expected):
    got = rows(shell, line)
    assert [row.strip("\0") for row in got if row.strip("\0")] == expected


def test_a_script_on_the_disk(shell):
    assert rows(shell, "sh sum 1 two 3; cat rest; ./sum; echo $?; rm rest; echo $word") == ["4", "two", "0", "3", ""]


def test_a_pasted_loop_of_many_lines(shell):
    lines = "for i in 1 2 3\rdo\recho line $i\rdone\recho pasted\r"
    shell.send(lines)
    heard = shell.until(f"pasted\n{PROMPT}")
    assert "line 1\nline 2\nline 3\n" in heard


@pytest.mark.parametrize("line", ["while true; do true; done", "sleep 1000", "trace 60s", "for i in 1 2 3; do cat /dev/zero > /dev/null; done"])
def test_control_c_ends_it(shell, line):
    shell.send(f"{line}\r")
    shell.until("\n")
    time.sleep(0.3)  # it may not have begun; then ^C waits for it
    shell.send("\x03")
    shell.until(PROMPT)
    assert rows(shell, "echo $?") == ["130"]


def test_a_search_in_the_history(shell):
    rows(shell, "echo needle in the history")
    rows(shell, "echo hay")
    shell.send("\x12eedle\r")
    shell.until(f"{PROMPT}echo needle in the history\n")
    assert shell.until(PROMPT) == "needle in the history\n"


@pytest.mark.parametrize("line", [
    "f='eval \"$f\"'; eval \"$f\"",
    "f='x=${n:-${n:-${n:-$(eval \"$f\")}}}; echo $x'; eval \"$f\"",
    "f=$(cat deepest); eval \"$f\"",
    "echo 'sh deep' > deep; sh deep; rm deep",
])
def test_the_deepest_nesting_keeps_to_the_stack(shell, line):
    """The stack has 64 KiB and a gap below it, which a fault would name."""
    shell.type(line)
    assert rows(shell, "echo alive") == ["alive"]
