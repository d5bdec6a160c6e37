"""Exercises as they are marked in the sources: a pair of comment lines around the reference.

    /* EXERCISE 1.2 map-a-page: begin */
    ...
    /* EXERCISE 1.2 map-a-page: end */

An exercise that lies in several places has a region for each: "1.2 map-a-page part 2: begin". A marker
or a file name without a part stands for part 1.
The lines stay in every tree, so that a learner's solution can be found wherever it was moved.
Here regions are found and replaced (replace_regions); Source.build of source.py cuts the exercises of a lab out of its tree: it
puts the starter in the place of each region.
"""

import io
import re
from dataclasses import dataclass

# Where exercises may lie. A stand-in (stages/) never holds one.
ROOTS = ("kernel", "lib", "servers", "drivers", "user")

MARK = re.compile(r"^\s*(?:/\*|//|#|;)\s*EXERCISE\s+(\d{1,9})\.(\d{1,9})\s+([A-Za-z0-9][A-Za-z0-9-]*)"
                  r"(?:\s+part\s+(\d{1,9}))?\s*:\s*(begin|end)\s*(?:\*/)?\s*$")
NEARLY = re.compile(r"EXERCISE\s+\d+\.\d+\b.*\b(begin|end)\b")
# Starter and wrong solution: 1.2-map-a-page.c and 1.2-what.diff; 1.3-context-switch.2.S and 1.3-what.2.diff for part 2.
FILE = re.compile(r"^(\d+)\.(\d+)-([A-Za-z0-9][A-Za-z0-9-]*)(?:\.(\d+))?\.([A-Za-z0-9]+)$")


@dataclass
class Region:
    lab: int
    number: int
    slug: str
    part: int
    path: str
    first: int  # index of the first line of the body
    end: int    # index of the line with the end marker
    body: str

    @property
    def id(self):
        return f"{self.lab}.{self.number}"

    @property
    def key(self):
        return (self.lab, self.number, self.part)

    @property
    def where(self):
        return f"{self.path}:{self.first}"

    @property
    def label(self):
        return self.id if self.part == 1 else f"{self.id} part {self.part}"

    @property
    def starter(self):
        """The name of its starter file without the extension."""
        return f"{self.id}-{self.slug}" + ("" if self.part == 1 else f".{self.part}")


def region_of(name, regions):
    """The region that a starter or wrong solution with this parsed file name is for, or None."""
    return next((r for r in regions if r.key == (name[0], name[1], name[3])), None)


def lines_of(text):
    """The lines with their ends, as compilers and editors number them: splitlines() ends one at a form feed or U+2028, too."""
    return io.StringIO(text).readlines()


def may_hold(path):
    return path.split("/", 1)[0] in ROOTS


def regions_of(path, text):
    """([Region], [problem]) of one file. A problem is (line number, text)."""
    found, problems, opened = [], [], None
    lines = lines_of(text)
    for at, line in enumerate(lines):
        if "EXERCISE" not in line:
            continue
        mark = MARK.match(line)
        if not mark:
            if NEARLY.search(line[:500]):  # its time grows with the square of a line's length
                problems.append((at + 1, "looks like an exercise marker, but is not: want "
                                 "`/* EXERCISE 1.2 name: begin */` alone on its line"))
            continue
        lab, number, slug, part, what = mark.groups()
        name = (int(lab), int(number), slug, int(part or 1))
        shown = f"{lab}.{number} {slug}" + (f" part {part}" if part else "")
        if what == "begin":
            if opened:
                problems.append((at + 1, f"exercise {shown} begins inside another, begun in line {opened[1]}"))
            opened = (name, at + 1)
        elif not opened:
            problems.append((at + 1, f"exercise {shown} ends, but did not begin"))
        else:
            if opened[0] != name:
                problems.append((at + 1, f"the end of {shown} does not match what began in line {opened[1]}"))
            else:
                body = "".join(lines[opened[1]:at])
                found.append(Region(*name, path=path, first=opened[1], end=at, body=body))
            opened = None
    if opened:
        problems.append((opened[1], "an exercise begins here and never ends"))
    return found, problems


def replace_regions(path, text, bodies):
    """The text with regions' bodies replaced; bodies is {Region.key: new body}."""
    lines = lines_of(text)
    for region in sorted(regions_of(path, text)[0], key=lambda r: -r.first):
        if region.key in bodies:
            body = bodies[region.key]
            if body and not body.endswith("\n"):
                body += "\n"
            lines[region.first:region.end] = [body]
    return "".join(lines)


def normal(body):
    """A body as it is compared: ends of lines and blank lines at its edges do not count."""
    return "\n".join(line.rstrip() for line in body.splitlines()).strip("\n")


def code_lines(body):
    return sum(1 for line in body.splitlines() if line.strip())


def parse_file(name):
    """(lab, number, slug, part, extension) of a starter's or wrong solution's file name, or None."""
    match = FILE.match(name)
    if not match:
        return None
    lab, number, slug, part, ext = match.groups()
    return int(lab), int(number), slug, int(part or 1), ext
