"""A region beside a wrong solution's hunk that does not fit it, as `diff -y` shows two files."""

import re
from collections import Counter
from difflib import SequenceMatcher

NEIGHBOURS = 2     # lines of the region shown on each side of a place
RESEMBLES = 0.5    # a place less like the hunk than this is not the one that was meant
LEGEND = "`|` the line differs, if only in tabs and spaces; `<` only the hunk has it; `>` only the region has it."


def numbered(region, lines, first, last):
    """Lines of the region, as far as there are such, with their numbers in its file."""
    return [f"{region.first + at + 1:4}  {lines[at].expandtabs(4)}".rstrip()
            for at in range(max(first, 0), min(last, len(lines)))]


def all_places(hunk, region, lines, found):
    """Each place that a hunk fits, marked among its neighbours."""
    shown = []
    for at in found:
        end = at + len(hunk.old)
        parts = ((" ", at - NEIGHBOURS, at), (">", at, end), (" ", end, end + NEIGHBOURS))
        shown.append("\n".join(f"  {mark} {line}".rstrip() for mark, *span in parts for line in numbered(region, lines, *span)))
    return "\n\n".join(shown)


def beside(hunk, region, lines):
    """The hunk's lines beside the place of the region that is most like them, or beside all of it if none is."""
    title = ("the hunk", " ", f"{region.path} as it is")
    span = nearest(hunk.old, lines)
    if not span:
        return columns([title, *pairs(hunk.old, numbered(region, lines, 0, len(lines)), lambda row: " ")])
    before = numbered(region, lines, span[0] - NEIGHBOURS, span[0])
    after = numbered(region, lines, span[1], span[1] + NEIGHBOURS)
    return columns([title, *pairs([], before, lambda row: " "), *aligned(hunk.old, region, lines, *span),
                    *pairs([], after, lambda row: " ")]) + f"\n\n{LEGEND}"


def aligned(old, region, lines, first, last):
    rows = []
    for kind, i, i_end, j, j_end in SequenceMatcher(None, old, lines[first:last], autojunk=False).get_opcodes():
        left, right = old[i:i_end], numbered(region, lines, first + j, first + j_end)
        both = min(len(left), len(right))
        mark = "<" if len(left) > both else ">"
        rows += pairs(left, right, lambda row: " " if kind == "equal" else "|" if row < both else mark)
    return rows


def pairs(left, right, mark):
    """Rows of two columns; the shorter one ends early."""
    return [(left[row].expandtabs(4) if row < len(left) else "", mark(row), right[row] if row < len(right) else "")
            for row in range(max(len(left), len(right)))]


def columns(rows):
    width = max(len(row[0]) for row in rows)
    return "\n".join(f"  {left:{width}} {mark} {right}".rstrip() for left, mark, right in rows)


def nearest(old, lines):
    """(first, last) of the place that is most like `old`, or None if none is much like it."""
    best, where = RESEMBLES, None
    for size in range(max(len(old) - 1, 1), len(old) + 3):
        for at in range(len(lines) - size + 1):
            like = likeness(old, lines[at:at + size])
            if like > best:
                best, where = like, (at, at + size)
    return where


def likeness(some, others):
    """0 to 1: half for the words that both have, in any order, and half for words in the same order."""
    a, b = (re.findall(r"\w+|[^\w\s]", "\n".join(lines)) for lines in (some, others))
    both = 2 * sum((Counter(a) & Counter(b)).values()) / max(len(a) + len(b), 1)
    return (both + SequenceMatcher(None, a, b, autojunk=False).ratio()) / 2
