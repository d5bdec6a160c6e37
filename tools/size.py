#!/usr/bin/python3
"""Lines of code of the kernel and of each server, driver and program: a small kernel is a promise,
so it is counted. Blank lines and comments do not count; a line with code and a comment counts once.
"""
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SOURCES = (".c", ".h", ".S", ".ld", ".idl")

# The code lines that each room of the kernel may have at the last stage. The budgets keep policy out of the kernel; code is
# never compressed to meet them. IoSpaces with VT-d and the remapping of interrupts took 1,160 lines of their sum.
BUDGETS = {
    "kernel": 50,  # the linker script
    "kernel/boot": 1345,  # device memory, found in the memory map: 140
    "kernel/cap": 2841,  # Endpoints that are to be looked at, on the lists of the urgencies: 9; a CNODE_FAIL begun apart from its steps: 2; the server that a dropped report leaves stopped: 5; a page replaced by a copy in one call: 110; many slots copied in one call, and bytes by slots: 105; a page made and mapped without a second look, and the short way to both: 70; more words in the answer of CNODE_NEXT: 15; a storm of messages stopped: 30; the methods of IoSpaces, and interrupts that are remapped: 80; lines that several devices share, and their bindings unbound: 85; watched, closed and holding slots in CNODE_DESCRIBE: 15; the end of objects at their own urgency (cap/dying.c) came late, and took 120; turns with the log, text shown in pieces, objects made in parts, 90; arguments by name, 65; interrupts checked for within twice an idle wake-up, 45; all registers of a thread, read and written: 60; its roots taken, in steps: 40; set in steps, and used slots found: 30; many Frames mapped, unmapped and given other rights in one call: 140; a Frame made and mapped in one call: 115; parts of a run: 30; the methods of Frames, from mm: 35; the short way to copy, mint and delete: 45
    "kernel/entry": 1455,  # an interrupt that is taken at once from the short way: 10; methods of an Untyped on the short way: 5; devices' refused accesses: 5; a shorter way in and out for signals and waits: 40; the fast path of messages with more than eight words: 64; the short way to methods of a CNode: 65; the way to calls with capabilities: 35; the way to calls with capabilities: 30
    "kernel/include": 453,  # a page replaced, bytes and slots copied, gaps passed over: 6; IRQ_UNBIND: 2; the places of device memory: 5; labels of the answer to a fault: 3; methods for many Frames: 6; for parts of them, for clearing, for one that is made and mapped: 4; the layout of a thread's registers, and the methods that move them: 30; THREAD_CLEAR: 10
    "kernel/ipc": 1605,  # looks at Endpoints in steps, and waits that end in a circle: 30; a handler that is given up leaves its endpoint, too: 10; a server that is left stopped after a fault leaves its endpoint: 15; the report of a device's answer without a request: 8; the short way back from a fault: 65; reports of devices' refused accesses: 105; the text of a report in steps of one item: 30; calls with capabilities, switched directly: 50; words of a message read by one list: 3, of which entry has one less; the receiver of a signal, found apart from its waking: 15; registers in the answer to a fault: 35; a fault that its handler dropped, queued again: 10; arrivals, by which a CNODE_FAIL ends: 8; the parts of the reports of a fault and of a circle: 25; reports recorded and made into text in parts, with their budget: 182
    "kernel/lib": 495,  # with the log's output later than its lines; a whole word of the command line, also after a longer one: 5; the line set up for the last report: 1; text that is made later: 27
    "kernel/mm": 1175,  # frame.c divided, a fresh page mapped, and copies by two methods: 38; the tables of devices, and Frames and PageTables in them: 235; a Frame is mapped and unmapped in steps, and a part of one is a state of its own: 100 lines; bytes copied between Frames that are not mapped: 80; the rights of a mapping that change in place: 115
    "kernel/object": 216,  # whether one is on a list: 1; identities compared before they are encrypted: 12
    "kernel/pc": 2167,  # interrupts paused: 12; a unit's records after its first page, and answers of hostile devices: 11; VT-d: its table of ACPI 145, units, queue, contexts, interrupts and faults 590; the parts of configuration space beside the one with a slot: 6; configuration space, and the registers that stay the kernel's: 92
    "kernel/sched": 973,  # a thread that is to be turned away keeps a number that shows it: 13; a thread that need not wait after all, in its own system call: 3; the direct switch to a woken thread: 50; the general registers of a thread (moved from cap): 55; interrupts checked for within twice an idle wake-up, in the search of a queue: 16
    "kernel/screen": 420,  # last words: drawn by the kernel itself, with its own font, in pieces as long on any screen
    "kernel/x86": 400,
}

# String and character literals first, so that a "//" in one is not a comment.
C_TOKEN = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|//[^\n]*|/\*.*?\*/', re.S)


def strip_comments(text, name):
    if name.endswith(".idl"):
        return re.sub(r"#[^\n]*", "", text)

    def replace(match):
        token = match.group()
        return "\n" * token.count("\n") if token.startswith("/") else token

    return C_TOKEN.sub(replace, text)


def count_code(text, name):
    return sum(1 for line in strip_comments(text, name).splitlines() if line.strip())


def count_folder(folder, deep=True):
    """(files, code lines) of a folder of the tree."""
    files = lines = 0
    for path, folders, names in os.walk(os.path.join(ROOT, folder)):
        folders.sort()
        if not deep:
            folders.clear()
        for name in names:
            if name.endswith(SOURCES):
                with open(os.path.join(path, name), encoding="utf-8") as source:
                    lines += count_code(source.read(), name)
                files += 1
    return files, lines


def folders_of(parent):
    path = os.path.join(ROOT, parent)
    if not os.path.isdir(path):
        return []
    return sorted(f"{parent}/{n}" for n in os.listdir(path) if os.path.isdir(os.path.join(path, n)))


def kernel_rooms():
    """[(room, files, code lines)]; include/microk, the ABI, is one."""
    return [("kernel", *count_folder("kernel", deep=False))] + [(f, *count_folder(f)) for f in folders_of("kernel")]


def over_budget(rooms):
    """The complaints about rooms that are too large, or have no budget."""
    return [f"{room} has {lines} code lines; its budget is {BUDGETS.get(room, 0)} (tools/size.py)"
            for room, _, lines in rooms if lines > BUDGETS.get(room, 0)]


def print_group(title, rows, budgets=None):
    """One group with its sum; returns the sum of lines."""
    rows = [r for r in rows if r[1]]
    files, lines = sum(r[1] for r in rows), sum(r[2] for r in rows)
    print(f"{title:<24}{files:>7}{lines:>8}" + (f"{sum(budgets.values()):>8}" if budgets else ""))
    for name, row_files, row_lines in rows:
        print(f"  {name:<22}{row_files:>7}{row_lines:>8}" + (f"{budgets.get(name, 0):>8}" if budgets else ""))
    return lines


def main():
    if len(sys.argv) > 1:
        sys.exit("usage: size.py (it takes no arguments)")
    print(f"{'':<24}{'files':>7}{'lines':>8}{'budget':>8}")
    kernel = kernel_rooms()
    total = print_group("Kernel", kernel, BUDGETS)
    for title, parent in (("Library", "lib"), ("Servers", "servers"), ("Drivers", "drivers"), ("User programs", "user"),
                          ("Stages (stand-ins)", "stages")):
        total += print_group(title, [(f, *count_folder(f)) for f in folders_of(parent)])
    total += print_group("Protocols", [("protocols", *count_folder("protocols"))])
    print(f"{'All':<24}{'':>7}{total:>8}")
    print("\nCode lines: no blanks, no comments. A budget is the most that the room may have at the last stage.")
    for line in over_budget(kernel):
        print(line)


if __name__ == "__main__":
    main()
