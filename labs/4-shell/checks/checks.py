"""Lab 4: the checks and their points.

Each exercise has unit checks (host/, which need nothing else). The machine's checks type on the serial line, as a person does; the files' content, and
so the words of programs, come from the seed. A check that a program has to run for needs the exercises on the way.
"""
import re

import compare
from kinds import Boot, Present, Typed, Unit
from run import PROMPT  # tools/run.py

TITLES = {
    "start": "The system builds and starts",
    "4.1": "ELF load",
    "4.2": "Initial stack",
    "4.3": "Exit, wait, orphans",
    "4.4": "Line discipline",
    "4.5": "Pipes by deferred reply",
    "4.6": "Pipeline and redirection",
    "4.7": "A sandbox by namespace",
    "shell": "The shell answers",
    "look": "The system can be looked into",
    "end": "The machine can be switched off",
}
ANCHORS = {
    "4.1": "41-elf-load",
    "4.2": "42-initial-stack",
    "4.3": "43-exit-wait-orphans",
    "4.4": "44-line-discipline",
    "4.5": "45-pipes-by-deferred-reply",
    "4.6": "46-pipeline-and-redirection",
    "4.7": "47-a-sandbox-by-namespace",
    "shell": "common-mistakes",
    "look": "common-mistakes",
    "end": "common-mistakes",
}
STACK_STRINGS = ["strings_fakes.c"]
UNITS = {
    "image": {"regions": ["4.1"], "file": "servers/proc/image.c"},
    "stack": {"regions": ["4.2"], "file": "servers/proc/stack.c"},
    "family": {"regions": ["4.3", "4.3.2"], "file": "servers/proc/family.c", "protocols": ("protocols/process",)},
    "ldisc": {"regions": ["4.4", "4.4.2", "4.4.3"], "file": "lib/terminal/ldisc.c", "around": ["lib/terminal/line.c", "lib/terminal/ldisc_read.c", "lib/terminal/settings.c"]},
    "transfer": {"regions": ["4.5", "4.5.2", "4.5.3"], "file": "servers/pipe/transfer.c", "around": ["servers/pipe/waiting.c"], "protocols": ("protocols/file", "protocols/pipe")},
    "streams": {"regions": ["4.6", "4.6.2"], "file": "user/shell/lang/redirect.c", "protocols": ("protocols/file", "protocols/dir")},
    "sandbox": {"regions": ["4.7"], "file": "user/shell/sandbox.c", "protocols": ("protocols/file", "protocols/dir"), "fakes": STACK_STRINGS},
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


# ---- Programs ----
# One session for all exercises, in their order: a check needs those before its own, so that one mistake is one report.
KIN_LINE = "show kin"
EDITED = "mis take\x17\x7fstakes"  # Ctrl-W, Backspace
RELAY = "show relay $(cat /etc/size)"
CONNECTED = "cat /long | show count; show count < /long | show count 2>&1 | cat"
SANDBOXED = "NAMESPACE=/=/etc show count /etc/words /words /../boot/init"
WORK = ("hello", "hello $(cat /etc/words)", "/boot/bin/mixed", KIN_LINE, "show ask $(cat /etc/prompt)", EDITED, RELAY, CONNECTED, SANDBOXED, "poweroff")
LONG = 1200  # lines
NEEDS = {f"4.{n}": ("start.a", *(f"4.{i}" for i in range(1, n + 1))) for n in range(1, 8)}
PF_X, PF_W = 1, 2


def words(seed):
    return [f"{(seed * (i + 3) ^ seed >> i) & 0xffffff:06x}" for i in range(3)]


def long_text(seed):
    return "".join(f"{line}\n" for line in text(seed, LONG))


def with_writable_code(program):
    """The program, with the right to write its code: nothing else is wrong with it."""
    found, at = bytearray(program), int.from_bytes(program[32:40], "little")
    for i in range(int.from_bytes(program[56:58], "little")):
        flags = at + i * 56 + 4
        if found[flags] & PF_X:
            found[flags] |= PF_W
    return bytes(found)


def relayed(seed):
    return 60000 + seed % 50000


def of_work(seed, old, tree):
    return {"etc/words": " ".join(words(seed)).encode() + b"\n", "etc/prompt": PROMPT.strip().encode(), "long": long_text(seed).encode(),
            "etc/size": str(relayed(seed)).encode(), "boot/bin/mixed": with_writable_code(old["boot/bin/hello"])}


SESSION_OF_WORK = Boot("work", prompt=PROMPT, lines=WORK, limit=4_000_000_000, files=of_work)


def greets(seed):
    return ["Hello from a process of its own, by musl's printf.", *(f"  argument {i + 1}: {word}" for i, word in enumerate(words(seed)))]


KIN = ["kin: child 1 ended with status 11", "kin: child 2 ended with status 12", "kin: child 3 was ended by signal 9", "kin: there is no further child",
       "kin: the orphan's parent is 1 now"]


def edited(lines, seed, answers):
    return None if lines[-1:] == ["<misstakes>, 9 bytes"] else ("<misstakes>, 9 bytes", "\n".join(lines))


def refuses(lines, seed, answers):
    cannot = [line for line in lines if re.match(r"/boot/bin/mixed: cannot be run: .", line)]
    return None if len(cannot) == len(lines) == 1 else ("/boot/bin/mixed: cannot be run: (the reason)", "\n".join(lines))


def unit(check_id, title, name):
    return Unit(check_id, title, 1, check_id[:3], unit=name, parts=UNITS[name])


def work(check_id, title, line, judge):
    exercise = check_id[:3]
    return Typed(check_id, title, 1, exercise, needs=NEEDS[exercise], boot=SESSION_OF_WORK, line=WORK.index(line) + 1, judge=judge, again=False)


CHECKS = [
    Present("start.a", "kernel and programs build", 1, "start", again=False),
    typed("start.b", "the boot reports each service, in order, and prompts", 1, "start", 0, boots),
    typed("shell.a", "uname -a", 1, "shell", 1, lines_are(["MicroK 1.0 x86_64 microkernel"])),
    typed("shell.b", "cat shows the text of /etc/hello.txt", 1, "shell", 2, lines_are(text)),
    typed("shell.c", "echo", 1, "shell", 9, lines_are(["one two"])),
    typed("shell.d", "a command that does not exist is refused", 1, "shell", 6,
          lines_are(["frobnicate: no such command (help lists all)"])),
    typed("shell.e", "so is a file", 1, "shell", 7, lines_are(["cat: /etc/missing.txt: no such file"])),
    typed("look.a", "/proc/ipc_stats, and that it counts", 1, "look", 3, stats),
    typed("look.b", "ps lists every service", 1, "look", 4, lists("init", "log", "vfs", "proc", "console", "power", "shell")),
    typed("look.c", "caps lists the shell's capabilities", 1, "look", 5, caps),
    typed("end.a", "poweroff ends QEMU with status 0", 1, "end", 10, None, last=True),

    unit("4.1.a", "segments become parts; entry point and headers", "image"),
    unit("4.1.b", "a position-independent program is placed", "image"),
    unit("4.1.c", "headers that are not loaded, and too many that are", "image"),
    unit("4.1.d", "segments outside the file", "image"),
    unit("4.1.e", "segments outside the addresses of programs", "image"),
    unit("4.1.f", "segments that share a page, or are not aligned", "image"),
    unit("4.1.g", "code that may be written, and entry points outside of it", "image"),
    unit("4.1.h", "1,500 damaged programs at random, as a model reads them", "image"),
    work("4.1.i", "in the machine: a program runs", WORK[0], lines_are(["Hello from a process of its own, by musl's printf."])),
    work("4.1.j", "in the machine: one with writable code is refused", WORK[2], refuses),

    unit("4.2.a", "arguments and variables", "stack"),
    unit("4.2.b", "neither; the auxiliary vector", "stack"),
    unit("4.2.c", "16 random bytes, for each process others", "stack"),
    unit("4.2.d", "the stack pointer is aligned", "stack"),
    unit("4.2.e", "long strings and empty ones", "stack"),
    unit("4.2.f", "the end of the strings", "stack"),
    unit("4.2.g", "1,024 words, and not one more", "stack"),
    unit("4.2.h", "memory for the stack, and errors", "stack"),
    work("4.2.i", "in the machine: a program shows its arguments", WORK[1], lines_are(greets)),

    unit("4.3.a", "a child that has ended", "family"),
    unit("4.3.b", "the child that is meant, or none", "family"),
    unit("4.3.c", "no end yet, and a status that stays", "family"),
    unit("4.3.d", "a child that was stopped", "family"),
    unit("4.3.e", "answer and change in one transaction", "family"),
    unit("4.3.f", "a parent that waits", "family"),
    unit("4.3.g", "SIGCHLD", "family"),
    unit("4.3.h", "orphans, those that have ended too", "family"),
    unit("4.3.i", "a status that no parent will take", "family"),
    work("4.3.j", "in the machine: children, their statuses, an orphan", KIN_LINE, lines_are(KIN)),

    unit("4.4.a", "a line is readable when it ends, and alone", "ldisc"),
    unit("4.4.b", "the echo of a line's end", "ldisc"),
    unit("4.4.c", "a line in parts", "ldisc"),
    unit("4.4.d", "the end of the file, and other ends", "ldisc"),
    unit("4.4.e", "erasing, on the screen, too", "ldisc"),
    unit("4.4.f", "characters of several bytes", "ldisc"),
    unit("4.4.g", "words, and terminals that cannot erase", "ldisc"),
    unit("4.4.h", "a ring without room, a line that is too long", "ldisc"),
    unit("4.4.i", "300 lines at random", "ldisc"),
    work("4.4.j", "in the machine: a program reads a line that was edited", EDITED, edited),

    unit("4.5.a", "a reader waits for bytes", "transfer"),
    unit("4.5.b", "each queue in its order", "transfer"),
    unit("4.5.c", "the last writer has gone", "transfer"),
    unit("4.5.d", "a writer waits for room", "transfer"),
    unit("4.5.e", "small writes stay together, long ones do not", "transfer"),
    unit("4.5.f", "requests that must not wait", "transfer"),
    unit("4.5.g", "the last reader has gone", "transfer"),
    unit("4.5.h", "a request that is given up", "transfer"),
    unit("4.5.i", "records, their number, and descriptors with them", "transfer"),
    unit("4.5.j", "2,000 requests at random", "transfer"),
    work("4.5.k", "in the machine: more bytes than a pipe holds", RELAY, lines_are(lambda seed: [f"relay: {relayed(seed)} bytes in order, and then the end"])),

    unit("4.6.a", "into files and from files", "streams"),
    unit("4.6.b", "one stream to where the other one leads", "streams"),
    unit("4.6.c", "several files, and their names", "streams"),
    unit("4.6.d", "a file that cannot be opened", "streams"),
    unit("4.6.e", "numbers and directions that are wrong", "streams"),
    unit("4.6.f", "three programs, connected", "streams"),
    unit("4.6.g", "the shell closes its ends, and when", "streams"),
    unit("4.6.h", "the shell's own streams and state", "streams"),
    unit("4.6.i", "beside the shell's own parts, and in the background", "streams"),
    work("4.6.j", "in the machine: three programs and a file", CONNECTED, lines_are(
        lambda seed: [f"{LONG} lines, {len(long_text(seed))} bytes", f"1 lines, {len(f'{LONG} lines, {len(long_text(seed))} bytes') + 1} bytes"])),

    unit("4.7.a", "a directory, also in another one's place", "sandbox"),
    unit("4.7.b", "several entries, and none", "sandbox"),
    unit("4.7.c", "entries to be read only", "sandbox"),
    unit("4.7.d", "paths that lead elsewhere", "sandbox"),
    unit("4.7.e", "names that are too long, entries that are too many", "sandbox"),
    unit("4.7.f", "two entries with one prefix", "sandbox"),
    unit("4.7.g", "a directory becomes a root", "sandbox"),
    unit("4.7.h", "one that the shell itself cannot write", "sandbox"),
    work("4.7.i", "in the machine: a program finds its table, and nothing else", SANDBOXED, lines_are(
        lambda seed: ["count: /etc/words: No such file or directory", f"/words: 1 lines, {len(' '.join(words(seed))) + 1} bytes",
                      "count: /../boot/init: No such file or directory"])),
]
