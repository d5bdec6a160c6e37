"""A wrong solution is kept as the mistake that it is: a few lines against the reference of its exercise.

    # Begins at 1. Symptom: the first entry is never looked at.
    @@
    -	for (u32 i = 0; i < count; i++) {
    +	for (u32 i = 1; i < count; i++) {

The head, lines that begin with `# `, describes the mistake and its symptom. Each hunk begins with a line
`@@`. Its lines are those of a unified diff: a space before a line of context, `-` before a line that goes, `+` before
a line that comes; an empty line is an empty line of context. A hunk has no line numbers: its context and the lines
that go must stand in the region together, exactly once, byte for byte. So an insertion needs at least one line of
context, and a hunk whose lines are unique needs none. All hunks are located in the reference itself, never in the
result of another hunk.

Why this way: patch, and quilt with it, begins at a line number, searches from there, and then leaves out up to two lines of
context at each end (fuzz). A hunk nearly always lands that way, sometimes in the wrong place. A mistake in the wrong place
is another mistake, and a check that catches it proves nothing; so a hunk that fits no place, or two, is refused, as
dpkg-source refuses all fuzz. Mutation testing keeps a mutant as line, column and replacement (Stryker's report): that holds
for one text of the source, which the report must carry along. Located by content alone, a mistake survives every edit of its
region except an edit of its own lines, after which a person must look at it anyway.
"""

from dataclasses import dataclass
from pathlib import Path

from beside import all_places, beside
from say import Stop


EXTENSION = "diff"


class Refused(Stop):
    """A wrong solution that cannot be read, or does not fit the reference: where, and the remedy."""

    def __init__(self, where, what):
        super().__init__(f"{where}: {what}")
        self.where, self.what = where, what


@dataclass
class Hunk:
    line: int       # its `@@` in the file, from 1
    old: list       # its context and the lines that go: these must stand in the region
    new: list       # its context and the lines that come


@dataclass
class Mistake:
    path: str
    says: list      # the lines that describe the mistake
    hunks: list

    def apply(self, region):
        """The body of the region with the mistake in it."""
        lines = lines_of(region.body)
        places = sorted(((place(self, hunk, region), hunk) for hunk in self.hunks), key=lambda found: found[0])
        for (at, hunk), (after, other) in zip(places, places[1:]):
            if at + len(hunk.old) > after:
                raise Refused(f"{self.path}:{other.line}", f"this hunk and the one in line {hunk.line} both change "
                              f"{region.path}:{region.first + after + 1}: write them as one hunk")
        for at, hunk in reversed(places):
            lines[at:at + len(hunk.old)] = hunk.new
        return "".join(f"{line}\n" for line in lines)


def lines_of(text):
    return text.removesuffix("\n").split("\n") if text else []


def read(path):
    """The mistake in a file."""
    return parse(str(path), Path(path).read_bytes().decode("utf-8", "surrogateescape"))


def parse(path, text):
    mistake = Mistake(path, [], [])
    for number, line in enumerate(lines_of(text), 1):
        kind, rest = line[:1] or " ", line[1:]
        if line == "@@":
            mistake.hunks.append(Hunk(number, [], []))
        elif mistake.hunks and kind in " -+":
            mistake.hunks[-1].old += [rest] if kind in " -" else []
            mistake.hunks[-1].new += [rest] if kind in " +" else []
        elif mistake.hunks:
            raise Refused(f"{path}:{number}", "a line of a hunk begins with a space, `-` or `+`, and this one begins with "
                          f"{kind!r}; the next hunk begins with `@@` alone on its line")
        elif line.startswith("# "):
            mistake.says.append(line[2:])
        else:
            raise Refused(f"{path}:{number}", "each line before the first hunk is a comment that describes the mistake, `# …`; "
                          "a hunk begins with `@@` alone on its line")
    check(mistake)
    return mistake


def check(mistake):
    if not mistake.says:
        raise Refused(f"{mistake.path}:1", "want a first line that is a comment that describes the mistake, `# …`")
    if not mistake.hunks:
        raise Refused(mistake.path, "has no hunk: want `@@`, and below it the lines that differ from the reference")
    for hunk in mistake.hunks:
        if hunk.old == hunk.new:
            raise Refused(f"{mistake.path}:{hunk.line}", "this hunk changes nothing: want a line that begins with `-` or `+`")
        if not hunk.old:
            raise Refused(f"{mistake.path}:{hunk.line}", "this hunk only adds lines, so it fits anywhere: want the line "
                          "before or after them as context")


def places_of(old, lines):
    """Where the lines `old` stand in others, in one piece."""
    return [at for at in range(len(lines) - len(old) + 1) if lines[at:at + len(old)] == old]


def place(mistake, hunk, region):
    """Where a hunk's lines stand in its region; Refused unless that is one place."""
    lines = lines_of(region.body)
    found = places_of(hunk.old, lines)
    if len(found) == 1:
        return found[0]
    where = f"{mistake.path}:{hunk.line}"
    reference = f"the reference of exercise {region.label}, {region.path}:{region.first + 1}-{region.end}"
    if found:
        raise Refused(where, f"this hunk fits {len(found)} places in {reference}:\n\n{all_places(hunk, region, lines, found)}\n\n"
                      "Add a line of context that only one of these places has.")
    raise Refused(where, f"this hunk no longer applies to {reference}:\n\n{beside(hunk, region, lines)}\n\n"
                  "If the mistake is still possible, write the hunk with the region's present lines; or make the mistake in\n"
                  f"{region.path} itself and run `tools/lab/lab.py make-wrong {mistake.path}`.\n"
                  "If it is no longer possible, delete the file.")
