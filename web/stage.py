"""A stage's facts for the page, read from the tree: its name, its one line, its handout,
where its output appears."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

ROOT = Path(__file__).resolve().parent.parent
CONSOLE = re.compile(r"^programs-y\b.*\bdrivers/console\b", re.MULTILINE)
FIRST_STEPS = re.compile(r"^# First steps: (.+)$", re.MULTILINE)
TITLE = re.compile(r"^# Stage \d+: ([^.\n]+)", re.MULTILINE)


class NoSuchStage(Exception):
    pass


@dataclass(frozen=True)
class Stage:
    number: int
    name: str
    title: str
    first_steps: str  # a sentence for the page: things to try at first
    has_screen: bool  # False: no console driver yet, so what it prints is on the serial line
    handout: Optional[Path]
    root: Path = ROOT


def find_stage(number, root=ROOT):
    found = [path for path in (root / "stages").glob("[0-9]*-*") if path.is_dir()]
    folders = {int(path.name.split("-")[0]): path for path in found}
    if number not in folders:
        there = ", ".join(str(known) for known in sorted(folders)) or "none"
        raise NoSuchStage(f"there is no stage {number} in this tree (stages here: {there})")
    name = folders[number].name.split("-", 1)[1]
    # A stage is made from its own manifest and those of the earlier stages.
    manifests = {n: (path / "stage.mk").read_text() for n, path in folders.items() if n <= number}
    title = TITLE.search(manifests[number])
    steps = FIRST_STEPS.search(manifests[number])
    handout = root / "labs" / folders[number].name / "handout.md"
    return Stage(
        number,
        name,
        title.group(1)[:1].upper() + title.group(1)[1:] if title else "",
        steps.group(1) if steps else "",
        any(CONSOLE.search(text) for text in manifests.values()),
        handout if handout.is_file() else None,
        root,
    )
