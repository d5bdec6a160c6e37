#!/usr/bin/python3
"""A lab's handout is held against the tree: excerpts, sections, links, pictures, anchors, folded parts.

A comment line before a fenced block names its source:

    <!-- from kernel/ipc/reply.h -->      that file has these lines, outside every exercise
    <!-- boot: none|all|1.4 [, whole] [tasks=…] [disk [again]] -->
                                          the boot prints these lines, in this order, with no exercise, all, or those up
                                          to 1.4 solved; `whole`: and nothing else after "[ipc] ready"; `disk`: with a new
                                          disk; `disk again`: the second boot with one
                                          In lab 4: the answers to the block's lines that begin with a prompt
    <!-- check: 1.4 -->                   `make stage-N check` prints these lines when 1.4 has just been solved
    <!-- gdb -->                          gdb takes these commands without complaint
    <!-- bench -->                        `make stage-1 bench`, in lab 3 policy/measure.py, in lab 4 jobs/measure.py, prints these
                                          lines with all exercises solved

ChCore's pages pull code in when they are made; a comment keeps the handout one readable file, and a test keeps it true.
Blocks that need a machine (boot, check, gdb) are only listed here: tests/test_lab_1.py runs it.
"""
import re
import sys
from dataclasses import dataclass
from pathlib import Path

sys.dont_write_bytecode = True

from exercise import regions_of

SOURCE = re.compile(r"^<!-- (from|boot|check|gdb|bench)(?::? ([^>]*?))? -->$")
LINK = re.compile(r"(!?)\[[^\]]*\]\(([^)\s]+)\)")
ANCHOR = re.compile(r'<a (?:id|name)="([A-Za-z0-9._-]+)">')
FOLD = re.compile(r"<details><summary>.+</summary>|</details>")
# Every part that a handout has. A part is a heading, or a phrase, found in the text outside code.
PARTS = {
    "the core question": r"^\*\*The core question:",
    "hours": r"\b\d+ hours in all",
    "objectives": r"^## Objectives",
    "prerequisites": r"^## Prerequisites",
    "ideas to understand first": r"^## Ideas to understand first",
    "a walk through the code": r"^## A walk through the code",
    "design questions": r"^## Design questions",
    "a decision table": r"^\| Question \| Options \| Here \| Why \|",
    "the exercises": r"^## The exercises",
    "a thinking exercise": r"^## A thinking exercise",
    "common mistakes with their symptoms": r"^## Common mistakes",
    "misconceptions": r"^## Misconceptions",
    "performance traps": r"^## Performance traps",
    "debugging with GDB": r"^## Debugging with GDB",
    "how others do it": r"^## How others do it",
    "seL4": r"^\*\*seL4", "QNX": r"^\*\*QNX", "MINIX 3": r"^\*\*MINIX 3", "Redox": r"^\*\*Redox",
    "interviewers' questions": r"^## What interviewers ask",
    "reading": r"^## Reading",
    "extensions": r"^## Extensions",
    "an exercise with a result and no prescribed way": r"^##.* (?:open exercise|An attack of your own)",
    "levels of completion": r"^## Levels of completion",
    "a self-check": r"^## Self-check",
}
MIN_HINTS = 2
ROOMS = ("kernel", "lib", "servers", "drivers", "user")  # where exercises lie


@dataclass
class Block:
    kind: str
    words: str
    lines: list
    line: int


def parse(text):
    """(blocks with a source, lines outside fences as (number, line))."""
    blocks, outside, source, fence, body = [], [], None, None, []
    for at, line in enumerate(text.splitlines(), 1):
        if fence is not None:
            if line.startswith("```"):
                if source:
                    blocks.append(Block(*source, body, fence))
                source, fence, body = None, None, []
            else:
                body.append(line)
        elif line.startswith("```"):
            fence = at
        else:
            match = SOURCE.match(line)
            source = (match.group(1), (match.group(2) or "").strip()) if match else source if not line.strip() else None
            outside.append((at, line))
    return blocks, outside


def slug(heading):
    """GitHub's name for a heading, as web/page/handout.js makes it too."""
    return re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", heading.lower()).strip())


def anchors(outside):
    found = set()
    for _, line in outside:
        if re.match(r"#{1,6} ", line):
            found.add(slug(line.lstrip("#").strip()))
        found.update(ANCHOR.findall(line))
    return found


def given(path, text):
    """The text of a file without the parts between exercise markers: the part that is in a learner's tree, too."""
    lines = text.splitlines()
    for region in regions_of(path, text)[0]:
        lines[region.first:region.end] = [None] * (region.end - region.first)
    return ["" if line is None else line.rstrip() for line in lines]


def stands_in(wanted, lines):
    wanted = [line.rstrip() for line in wanted]
    return any(lines[i:i + len(wanted)] == wanted for i in range(len(lines) - len(wanted) + 1))


def excerpts(root, blocks):
    for block in blocks:
        if block.kind != "from":
            continue
        path = Path(root, block.words)
        if not path.is_file():
            yield block.line, f"is an excerpt of {block.words}, which does not exist"
        elif not stands_in(block.lines, given(block.words, path.read_text())):
            yield block.line, f"is not in {block.words} in this form (outside its exercises)"


def links(folder, outside, known):
    for at, line in outside:
        for picture, target in LINK.findall(line):
            if target.startswith("#") and target[1:] not in known:
                yield at, f"links to {target}, and there is no such heading"
            elif picture and not Path(folder, target).is_file():
                yield at, f"shows {target}, which is not beside the handout"


def folds(outside):
    """Inside a paragraph a tag that begins or ends a folded part is text of that paragraph."""
    for at, line in outside:
        if re.search(r"</?(?:details|summary)\b", line) and not FOLD.fullmatch(line):
            yield at, "has a tag of a folded part among text; put <details><summary>…</summary> or </details> on a line of its own"


def exercises(outside, lab):
    """{id: [lines of its section]}."""
    found, current = {}, None
    for _, line in outside:
        match = re.match(rf"### ({lab}\.\d+) ", line)
        if match:
            current = found.setdefault(match.group(1), [])
        elif re.match(r"##? ", line):
            current = None
        elif current is not None:
            current.append(line)
    return found


def in_text(lines):
    """The text of an exercise states a contract and asks questions; the steps to it belong into the hints."""
    text, inside = [], False
    for line in lines:
        inside = line.startswith("<details>") or inside and line != "</details>"
        if not inside:
            text.append(line)
    for part in ("The contract", "Questions."):
        if not any(line.startswith(f"**{part}") for line in text):
            yield f"has no paragraph **{part}** before its hints"
    if any(re.match(r"\d+\. ", line) for line in text):
        yield "has numbered steps in its text: they belong into a hint"
    last = max((i for i, line in enumerate(text) if line.startswith("**Proof.**")), default=0)
    if any(line.startswith("**The contract") for line in text[last:]):
        yield "states its contract after its proof"


def hours(text):
    """(the hours of the parts in the table of contents, the hours in all), as numbers."""
    def number(words):
        return int(words.rstrip("½") or 0) + ("½" in words) / 2
    rows = re.findall(r"^\|[^|]+\| (\d*½?) \| [^|]*\|$", text.partition("## Contents and hours")[2].partition("\n## ")[0], re.M)
    return [number(row) for row in rows if row], number(re.search(r"(\d+½?) hours in all", text)[1])


def check(root, folder, wanted=()):
    """[(where, what is wrong)] of the handout in a lab's folder. `wanted`: ids of the exercises that there are."""
    path = Path(folder, "handout.md")
    text = path.read_text()
    lab = Path(folder).name.split("-")[0]
    blocks, outside = parse(text)
    known, plain = anchors(outside), "\n".join(line for _, line in outside)
    found = [(f"{path}:{at}", what)
             for at, what in [*excerpts(root, blocks), *links(folder, outside, known), *folds(outside)]]
    found += [(str(path), f"has no part: {part}") for part, pattern in PARTS.items()
              if not re.search(pattern, plain, re.M)]
    sections = exercises(outside, lab)
    for number in wanted:
        lines = sections.get(number)
        if lines is None:
            found.append((str(path), f"has no heading `### {number} …`"))
            continue
        if not any(line.startswith("**Proof.**") for line in lines):
            found.append((str(path), f"exercise {number} has no proof (**Proof.**)"))
        if sum("<summary>Hint" in line for line in lines) < MIN_HINTS:
            found.append((str(path), f"exercise {number} has fewer than {MIN_HINTS} hints"))
        found += [(str(path), f"exercise {number} {what}") for what in in_text(lines)]
    return found


def anchor_problems(folder, files):
    """Starters and others name sections of the handout: they must exist."""
    known = anchors(parse(Path(folder, "handout.md").read_text())[1])
    for file in files:
        for name in re.findall(r"handout\.md#([\w.-]+)", Path(file).read_text()):
            if name not in known:
                yield str(file), f"points to #{name}, and the handout has no such heading"


def main():
    root = Path(__file__).resolve().parents[2]
    problems = []
    for handout in sorted(root.glob("labs/*/handout.md")):
        sources = [p for room in ROOMS for p in root.glob(f"{room}/**/*.[cS]")]
        lab = handout.parent.name.split("-")[0]
        ids = sorted({r.id for p in sources for r in regions_of(str(p), p.read_text())[0] if str(r.lab) == lab})
        problems += check(root, handout.parent, ids)
        problems += anchor_problems(handout.parent, handout.parent.glob("starter/*"))
    for where, what in problems:
        print(f"{Path(where).relative_to(root) if where.startswith(str(root)) else where}: {what}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
