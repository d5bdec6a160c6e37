"""Stage 4: a person uses it. The grader types on the serial line; the files' content comes from the seed."""
import re

import compare
from kinds import Boot, Present, Typed
from run import PROMPT  # tools/run.py

TITLES = {
    "start": "The system builds and starts",
    "shell": "The shell answers",
    "look": "The system can be looked into",
    "end": "The machine can be switched off",
}
HELLO = "etc/hello.txt"
LINES = ("uname -a", "cat /etc/hello.txt", "cat /proc/ipc_stats", "ps", "caps", "frobnicate", "cat /etc/missing.txt",
         "cat /proc/ipc_stats", "echo one  two", "poweroff")
STATS = (r"IPC calls: (\d{1,3}(?:,\d{3}){0,6})", r"Average latency: (\d{1,3}(?:,\d{3}){0,6}) cycles")


def text(seed, lines=5):
    return [f"line {i + 1}: {(seed * (2 * i + 3) ^ seed >> (i % 40)) & 0xffffffffffff:012x}" for i in range(lines)]


SESSION = Boot("session", prompt=PROMPT, lines=LINES, limit=2_000_000_000,
               files=lambda seed, old, tree: {HELLO: "".join(line + "\n" for line in text(seed)).encode()})


def lines_are(expected):
    def judge(lines, seed, answers):
        return compare.difference(expected(seed) if callable(expected) else expected, lines)
    return judge


def boots(lines, seed, answers):
    return compare.in_order(["Booting MicroK OS v1.0...", "[ipc] ready", "[cap] root CSpace initialized", "[ok] vfs",
                             "[ok] console"], lines)


def stats(lines, seed, answers):
    """Checks the format, and that the count grows from one reading to the next."""
    counts = []
    for answer in (answers[3], answers[8] if len(answers) > 8 else answers[3]):
        found = re.search("^" + STATS[0] + r"\n" + STATS[1] + "$", answer, re.M)
        if not found:
            return "IPC calls: 1,234,567\nAverage latency: 183 cycles\n(the figures are the machine's own)", "\n".join(lines)
        counts.append(int(found[1].replace(",", "")))
    if counts[0] <= 0 or (len(answers) > 8 and counts[1] <= counts[0]):
        return "the number of IPC calls grows from one look to the next", f"first {counts[0]:,}, then {counts[1]:,}"
    return None


def lists(*names):
    """A table with a row for each of these."""
    def judge(lines, seed, answers):
        for name in names:
            if not any(name in line.split() for line in lines[1:]):
                return f"a row for {name}", "\n".join(lines)
        return None
    return judge


def caps(lines, seed, answers):
    wrong = lists("/", "/proc", "console", "supervisor")(lines, seed, answers)
    if wrong:
        return wrong
    rights = [line for line in lines if line.split()[-1] == "/" and " Endpoint " in f" {line} "]
    return None if rights and not re.search(r"\sr\S*:", rights[0]) else ("the shell may send to vfs, not receive in its place", "\n".join(rights))


def typed(check_id, title, points, topic, line, judge, **more):
    return Typed(check_id, title, points, topic, needs=("start.a",), boot=SESSION, line=line, judge=judge, again=False, **more)


CHECKS = [
    Present("start.a", "kernel and programs build", 6, "start", again=False),
    typed("start.b", "the boot reports each service, in order, and prompts", 14, "start", 0, boots),
    typed("shell.a", "uname -a", 8, "shell", 1, lines_are(["MicroK 1.0 x86_64 microkernel"])),
    typed("shell.b", "cat shows the text of /etc/hello.txt", 10, "shell", 2, lines_are(text)),
    typed("shell.c", "echo", 4, "shell", 9, lines_are(["one two"])),
    typed("shell.d", "a command that does not exist is refused", 6, "shell", 6,
          lines_are(["frobnicate: no such command (help lists all)"])),
    typed("shell.e", "so is a file", 6, "shell", 7, lines_are(["cat: /etc/missing.txt: no such file"])),
    typed("look.a", "/proc/ipc_stats, and that it counts", 8, "look", 3, stats),
    typed("look.b", "ps lists every service", 4, "look", 4, lists("init", "log", "vfs", "proc", "console", "power", "shell")),
    typed("look.c", "caps lists the shell's capabilities", 4, "look", 5, caps),
    typed("end.a", "poweroff ends QEMU with status 0", 10, "end", 10, None, last=True),
]
