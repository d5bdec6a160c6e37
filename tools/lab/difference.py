"""A wrong solution made from a body: the hunks against the reference with as few lines as locate each of them."""

import re
from difflib import SequenceMatcher

from mistake import lines_of, places_of
from say import Stop


def difference(reference, body):
    """The hunks, each as its lines in a file, that turn the reference into the body."""
    old, new = lines_of(reference), lines_of(body)
    changes = [op[1:] for op in SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if op[0] != "equal"]
    # best[n]: the fewest lines for the first n changes. A hunk holds one change, or neighbours with what lies between.
    best = [[]] + [None] * len(changes)
    for end in range(1, len(changes) + 1):
        for begin in (b for b in range(end) if best[b] is not None):
            span = smallest_span(old, changes, begin, end)
            if span:
                hunks = [*best[begin], hunk_of(old, new, changes[begin:end], *span)]
                if best[end] is None or size(hunks) < size(best[end]):
                    best[end] = hunks
    if best[-1] is None:
        raise Stop("this difference cannot be located: the region holds no lines at all")
    return best[-1]


def size(hunks):
    return sum(map(len, hunks))


def smallest_span(old, changes, begin, end):
    """(first, last) of the fewest lines around neighbouring changes that stand in the reference once, or None. One of
    them has a word: a reader does not find a place by a brace or an empty line that happens to be the only one."""
    low = changes[begin - 1][1] if begin else 0
    high = changes[end][0] if end < len(changes) else len(old)
    first, last = changes[begin][0], changes[end - 1][1]
    for more in range(high - low - (last - first) + 1):
        for before in range(more, -1, -1):
            span = first - before, last + more - before
            if low <= span[0] < span[1] <= high:
                lines = old[slice(*span)]
                word = re.search(r"\w", "".join(lines)) or span == (low, high)
                if word and len(places_of(lines, old)) == 1:
                    return span
    return None


def hunk_of(old, new, changes, first, last):
    lines = ["@@"]
    for i, i_end, j, j_end in changes:
        lines += context(old[first:i])
        lines += [f"-{line}" for line in old[i:i_end]] + [f"+{line}" for line in new[j:j_end]]
        first = i_end
    return lines + context(old[first:last])


def context(lines):
    """Lines of context; an empty one stays empty, so that no line of the file ends in a space."""
    return [f" {line}" if line else "" for line in lines]


def text_of(says, hunks):
    """The text of a file: lines that describe the mistake, and the hunks."""
    return "".join(f"{line}\n" for line in [*(f"# {line}" for line in says), *(line for hunk in hunks for line in hunk)])
