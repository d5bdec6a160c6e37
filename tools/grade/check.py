"""Checks and their results.

A check belongs to an exercise (or, where a stage has none yet, to a topic) and is of one of two levels: a *unit* check
runs the learner's file on the host, with all around it replaced, and so needs no other exercise; a *system* check boots the
machine, and needs the exercises that it uses. A need is a check, or an exercise, which stands for its unit checks. So needs
never form a circle, although every exercise of lab 1 has a system check that needs most of the others.
"""
import re
from dataclasses import dataclass, field

PASS, FAIL, MISSING, BLOCKED = "PASS", "FAIL", "MISSING", "BLOCKED"
BUILD, PANIC, TRIPLE, HANG = "BUILD ERROR", "PANIC", "TRIPLE FAULT", "HANG"
HALTED, STALLED, CRASH, NOSTART = "HALTED", "HOST STALLED", "CRASH", "NOT STARTED"
KINDS = {"panic": PANIC, "triple": TRIPLE, "hang": HANG, "halted": HALTED, "stalled": STALLED, "nostart": NOSTART}

CAUSES = {
    TRIPLE: "an exception came while the kernel could not take one: its stack, the page tables that CR3 names or the "
            "current thread's save area were wrong",
    HANG: "a loop that does not end, or tasks that keep waking each other",
    HALTED: "the kernel stopped itself, or went idle by a way that leaves interrupts off",
    STALLED: "the host, not your code: another program had the processor",
}
# The usual meaning of a panic, by its text (kernel/entry/trap_in_kernel.c) and the first line of its backtrace.
PANICS = (
    (r"at 0x0*[0-9a-f]{1,3}: exception", "a NULL pointer, or a field of one"),
    (r"vector 8,", "an exception could not be pushed: the stack pointer was wrong just then (on entry: is gs the kernel's yet?)"),
    (r"vector 13,[^\n]*(\n> [^\n]*)*\n *user_return", "a selector or flag that the way to user mode does not take"),
    (r"vector 13,", "a pointer that is not an address"),
    (r"vector 6,", "the processor ran bytes that are not code: a wrong return address or function pointer"),
    (r"vector 14,", "a pointer to an unmapped address: freed, never set, or a physical address used as a virtual one"),
)


@dataclass
class Check:
    id: str
    title: str
    points: int
    exercise: str = ""                 # "1.2", or a topic's key
    needs: tuple = ()
    read: str = ""                     # anchor in the handout
    causes: tuple = ()                 # (regular expression on what came, likely cause), first match counts
    again: bool = True                 # runs in later stages too (system checks only)
    level: str = "system"
    home: str = ""                     # folder of a private check; else its lab's checks/

    def run(self, context):
        raise NotImplementedError


@dataclass
class Result:
    check: Check
    status: str
    expected: str = ""
    came: str = ""
    cause: str = ""
    read: str = ""
    detail: list = field(default_factory=list)

    @property
    def passed(self):
        return self.status == PASS

    @property
    def points(self):
        return self.check.points if self.passed else 0


def likely_cause(check, shown, status):
    """The cause that what was shown stands for: a check's own, a panic's by its text, or the meaning of its status."""
    for pattern, cause in (PANICS if status == PANIC else ()) + check.causes:
        if re.search(pattern, shown, re.S):
            return cause
    return CAUSES.get(status, "")


NOTHING_MORE = "(nothing more came)"


def shown_by(outcome, came):
    """The part of a check's result that a likely cause may rest on. After a machine that did not run to its end these are the lines that
    came: a missing line stands for nothing, because no task ran to print it."""
    if outcome.kind not in KINDS:
        return came
    return "\n".join([outcome.words, *(line for line in came.splitlines() if line.startswith("> ") and NOTHING_MORE not in line), *outcome.detail])


def expand_needs(checks):
    """{id of a check: ids of the checks it needs}."""
    ids = {c.id for c in checks}
    found = {}
    for check in checks:
        wanted = []
        for need in check.needs:
            wanted += [need] if need in ids else [c.id for c in checks if c.exercise == need and c.level == "unit"
                                                  and c.id != check.id]
        found[check.id] = list(dict.fromkeys(wanted))
    return found
