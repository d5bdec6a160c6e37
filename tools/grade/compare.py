"""Compares a transcript with the expected lines: finds the first wrong line and shows it among its neighbours."""

from check import NOTHING_MORE

AROUND = 2


def first_difference(expected, came):
    """(index into came, index into expected) of the first line that differs, or None."""
    for i in range(max(len(expected), len(came))):
        if i >= len(expected) or i >= len(came) or expected[i] != came[i]:
            return i
    return None


def among_neighbours(lines, at, mark=">"):
    """The line at `at` with its neighbours; the wrong one is marked. Past the end: a note that no line came."""
    shown = []
    for i in range(max(0, at - AROUND), min(len(lines), at + AROUND + 1)):
        shown.append(f"{mark if i == at else ' '} {lines[i]}")
    if at >= len(lines):
        shown.append(f"{mark} {NOTHING_MORE}")
    return "\n".join(shown)


def difference(expected, came):
    """None if alike; else (the expected line, the received lines around it), for people."""
    at = first_difference(expected, came)
    if at is None:
        return None
    wanted = expected[at] if at < len(expected) else "(nothing more)"
    return wanted, among_neighbours(came, at)


def in_order(expected, came):
    """Each expected line comes (blanks apart), in this order, with anything between. None, or (wanted, received)."""
    at = 0
    for wanted in expected:
        found = next((i for i in range(at, len(came)) if came[i].split() == wanted.split()), None)
        if found is None:
            near = nearest(wanted, came[at:])
            return wanted, among_neighbours(came, at + near if near is not None else len(came))
        at = found + 1
    return None


def nearest(wanted, lines):
    """Index of the line that begins most like the wanted one."""
    best, length = None, 3
    for i, line in enumerate(lines):
        n = 0
        while n < min(len(line), len(wanted)) and line[n] == wanted[n]:
            n += 1
        if n > length:
            best, length = i, n
    return best
