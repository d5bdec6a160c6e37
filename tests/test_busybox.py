"""BusyBox in a guest, as a person uses it at stage 4's prompt and in its own shell, ash."""
import os
import re
import shutil
import time

import disk
import pytest

from guest import Shell
from guest_boot import machine

STAGE = 4
ASH = "/ # "  # its prompt, in /
INTERRUPT, STOP, END = "\x03", "\x1a", "\x04"


@pytest.fixture(scope="module")
def shell(build_tests, tmp_path_factory):
    built, folder = build_tests(STAGE), tmp_path_factory.mktemp("busybox")
    shutil.copy(os.path.join(built, "kernel.elf"), folder / "kernel.elf")
    shutil.copy(os.path.join(built, "tests.cpio"), folder / "archive.cpio")
    disk.make(str(folder / "disk.img"), STAGE)
    guest = Shell(machine.qemu_command(STAGE, boot="kernel", build=str(folder), serial=["chardev:terminal"], disk=str(folder / "disk.img"),
                                       extra=["-chardev", "stdio,id=terminal,signal=off"]), 240)
    yield guest
    guest.close()


def rows(shell, line):
    assert len(line) <= 70, "a longer line scrolls"
    return [row.strip("\0") for row in shell.type(line).split("\n")[:-1]]


def begin(shell, line, until):
    """Types the line, and returns the output until the text is there."""
    shell.send(line + "\r")
    shell.until(line)
    return shell.until(until)


@pytest.fixture
def ash(shell):
    """ash, started at our prompt; it ends with the test."""
    begin(shell, "cd /; ash", ASH)
    yield shell
    shell.send("exit\r")
    shell.until("MicroK> ")


def ash_rows(shell, line):
    return begin(shell, line, ASH).strip("\n").split("\n")


@pytest.mark.parametrize("line, expected", [
    ("printf 'b\\na\\nb\\n' > w; sort w | uniq -c", ["      1 a", "      2 b"]),
    ("cat w | sort -r | head -n 1; wc -l < w; tail -n 1 w", ["b", "3", "b"]),  # our cat, and theirs after it
    ("find /etc -type f | sort | grep -c .", ["2"]),
    ("seq 3 | while read n; do echo $((n * n)); done | paste -sd,", ["1,4,9"]),
    ("echo $(seq 5 | awk '{ s += $1 } END { print s / 2 }')", ["7.5"]),
    ("echo one two > f; sed -i 's/one/three/' f; cat f; cut -d' ' -f2 f", ["three two", "two"]),
    ("echo x > g; cmp f g; diff f g | grep -c '^[-+]'", ["f g differ: char 1, line 1", "4"]),
    ("cp f g; cmp f g && echo same", ["same"]),
    ("echo hello | tee h | md5sum; sha256sum < h | cut -c1-8", ["b1946ac92492d2347c6235b4d2611184  -", "5891b5b5"]),
    ("od -An -tx1 h; hexdump -C h | head -n 1", [" 68 65 6c 6c 6f 0a", "00000000  68 65 6c 6c 6f 0a                                 |hello.|"]),
    ("expr 6 '*' 7; basename /a/b.c .c; dirname /a/b.c; id -u", ["42", "b", "/a", "0"]),
    ("env -i a=b /boot/bin/env; which sort; a=1 env | grep ^a=", ["a=b", "/boot/bin/sort", "a=1"]),
    ("yes | head -n 2; dd if=/dev/zero bs=1k count=3 2> n | wc -c", ["y", "y", "3072"]),
    ("tail -n 1 n | cut -d' ' -f1-3; timeout 9 true; echo $?", ["3072 bytes (3.0KB)", "0"]),
    ("rm w f g h n", []),
])
def test_pipes_and_files(shell, line, expected):
    assert rows(shell, line) == expected


def test_ours_win_for_theirs(shell):
    """The shell's commands answer first, and programs take the options that they do not know. In ash, all names are BusyBox's."""
    assert [row.split(" [")[0] for row in rows(shell, "uname --help; ls --help; kill --help; rm")] == [
        "usage: uname", "usage: ls", "usage: kill", "usage: rm"]
    assert re.match(r"MicroK .* x86_64", rows(shell, "uname -a")[0])
    assert rows(shell, "mkdir -p a/b; touch a/c; ls -R a | paste -sd' '; rm -rf a; ls a") == ["a: b c  a/b:", "ls: a: no such file"]
    assert rows(shell, "date -u -d @0 +%F; uname -n; uname -q")[:1] == ["1970-01-01"]
    assert rows(shell, "ash -c 'uname -s; uname -m; uname -o'") == ["MicroK", "x86_64", "MicroK"]
    assert rows(shell, "busybox | grep -c ' sort,'") == ["1"]
    assert rows(shell, "sorty")[0].startswith("sorty: no such command")


def test_find_xargs_and_archives(shell):
    assert rows(shell, "mkdir d; mkdir d/e; for i in 1 2 3; do echo $i > d/e/$i; done") == []
    assert rows(shell, "ln -s e/1 d/l; find d | sort | paste -sd' '") == ["d d/e d/e/1 d/e/2 d/e/3 d/l"]
    assert rows(shell, "find d -type f -name '[12]' -exec cat '{}' ';' | sort") == ["1", "2"]
    assert rows(shell, "find d -type f | xargs wc -c | tail -n 1") == ["        6 total"]
    assert rows(shell, "tar czf d.tgz d; tar tzf d.tgz | wc -l; mv d before") == ["6"]
    assert rows(shell, "tar xzf d.tgz; diff -r d before && echo same; cat d/l") == ["same", "1"]
    assert rows(shell, "gzip -k d/e/1; gunzip -c d/e/1.gz; stat -c '%s %F' d/e/1") == ["1", "2 regular file"]
    assert rows(shell, "du -s d | cut -f2; readlink d/l") == ["d", "e/1"]
    assert rows(shell, "touch -d '2001-02-03 04:05:06' d/t; stat -c %Y d/t; date -r d/t +%F") == ["981173106", "2001-02-03"]
    assert rows(shell, "rm -r d before d.tgz; test -e d; echo $?") == ["1"]


def escape(shell, status):
    """ESC, and no key until the line of status is there: a key at once would make one of several bytes of it."""
    shell.send("\x1b")
    shell.until(status)


def test_vi_edits_a_file(shell):
    begin(shell, "vi letter", "- letter")
    shell.send("ifirst line\rsecond line\rthird")
    escape(shell, "- letter [Modified] 3/3")
    shell.send("1GddOnew first\rnew next")
    escape(shell, "- letter [Modified] 2/4")
    shell.send(":%s/second/2nd/\r:wq\r")
    shell.until("MicroK> ")
    assert rows(shell, "cat letter") == ["new first", "new next", "2nd line", "third"]
    assert "new first" in begin(shell, "vi letter", "- letter")
    shell.send("Gx:q!\r")
    shell.until("MicroK> ")
    assert rows(shell, "wc < letter; rm letter") == ["        4         7        34"]


@pytest.mark.parametrize("line, wait, keys", [
    ("seq 100 | less", "standard input", [("G", "100\n")]),
    ("seq 100 | more", "--More--", [(" ", "46\n--More--"), (" ", "69\n--More--")]),
])
def test_less_and_more_show_pages(shell, line, wait, keys):
    """Their keys come from the terminal, their text from the pipe: so they open /dev/tty."""
    begin(shell, line, "22\n")
    shell.until(wait)
    for one, shown in keys:
        shell.send(one)
        shell.until(shown)
    shell.send("q")
    shell.until("MicroK> ")
    assert rows(shell, "seq 3 | less | cat; jobs") == ["1", "2", "3"]


def test_the_terminal_has_a_name(shell):
    assert rows(shell, "ash -c 'echo to > /dev/tty; test -c /dev/tty && echo it' | cat") == ["to", "it"]
    assert rows(shell, "echo a | ash -c 'stty < /dev/tty | head -n 1'")[0].startswith("speed 38400 baud")


SCRIPT = """#!/bin/sh
greet() {
	local name=$1
	echo "hello $name"
}
trap 'echo bye' EXIT
trap 'echo usr' USR1
kill -USR1 $$
cat <<END
sum $((2 + 3)) `greet you`
END
for i in a b; do greet $i; done | while read x y; do echo "$y:$x"; done
case $0 in *script) echo case;; esac
( exit 3 ); echo $?
set -- x y z; shift; echo $# "$@"
exit 7
"""
ANSWER = ["usr", "sum 5 hello you", "a:hello", "b:hello", "case", "3", "2 y z", "bye"]


def test_ash_runs_scripts(shell):
    shell.send("ash -c 'echo rea''dy; cat > script'\r")
    shell.until("ready\n")  # from now on the terminal is the program's
    shell.send(SCRIPT.replace("\n", "\r").replace("\t", " ") + END)
    shell.until("MicroK> ")
    assert rows(shell, "ash script; echo $?") == [*ANSWER, "7"]
    assert rows(shell, "chmod +x script; ash -c './script'; echo $?") == [*ANSWER, "7"]  # by its first line
    assert rows(shell, "env ./script | tail -n 1; rm script") == ["bye"]
    assert rows(shell, "ash -c 'echo $0 $1' name x; ash -c 'exit 5'; echo $?") == ["name x", "5"]
    assert rows(shell, "echo 'echo in' | ash; echo 'exit 4' | ash; echo $?") == ["in", "4"]
    assert rows(shell, "ash -c 'nosuch; echo $?' 2>&1") == ["ash: nosuch: not found", "127"]


def test_control_c_ends_a_loop_of_ash_and_not_ash(ash):
    ash.send("echo be''gun; while true; do :; done\r")
    ash.until("begun")
    ash.send(INTERRUPT)
    ash.until(ASH)
    assert ash_rows(ash, "echo $?") == ["130"]
    run_sleep(ash)
    ash.send(INTERRUPT)
    ash.until(ASH)
    assert ash_rows(ash, "echo $?") == ["130"]


def run_sleep(ash):
    """A program in ash's foreground, once the terminal is its own."""
    ash.send("ash -c 'echo be''gun; exec sleep 1000'\r")
    ash.until("begun")


def test_job_control_of_ash(ash):
    run_sleep(ash)
    ash.send(STOP)
    assert "Stopped" in ash.until(ASH)
    assert "Stopped" in ash_rows(ash, "jobs")[0]
    ash.send("fg\r")
    ash.until('exec sleep 1000"')
    time.sleep(1)
    ash.send(INTERRUPT)
    ash.until(ASH)
    assert ash_rows(ash, "jobs; echo none") == ["none"]
    # An interactive ash ignores SIGTERM, and so does its child until it has run for a moment.
    assert "143" in ash_rows(ash, "sleep 1000 & sleep 1; kill $!; wait $!; echo $?")


def test_busybox_on_the_smallest_machine_and_without_a_disk(build_tests, tmp_path):
    built = build_tests(STAGE)
    shutil.copy(os.path.join(built, "kernel.elf"), tmp_path / "kernel.elf")
    shutil.copy(os.path.join(built, "archive.cpio"), tmp_path / "archive.cpio")
    guest = Shell(machine.qemu_command(STAGE, boot="kernel", build=str(tmp_path), memory="32M", serial=["chardev:terminal"],
                                       extra=["-chardev", "stdio,id=terminal,signal=off"]), 240)
    try:
        assert rows(guest, "seq 3 | sort -r | head -n 1; /bin/sh -c 'echo $((6*7))'") == ["3", "42"]
    finally:
        guest.close()
