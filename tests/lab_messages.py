"""The messages of each wrong solution of a lab, as a table that people read: tests/lab_messages_N.txt.

    [1.2-walk-one-level-too-far]
    1.2.a: map_entry(root, 0x…, 1): entry 43 of a level 1 table | NULL
    likely: the walk goes a level too far: it ends where `level` is reached, and the entry there is returned and not read

The first line is the first failed check, with the first lines of its *expected* and *came*. Then come all likely causes of the report, of whichever
check: each must describe the mistake that the file in wrong/ states, and none may be missing. So a new cause, or one that is printed for another mistake,
is read by a person before it counts. Numbers of six digits or more are left out, since they follow from the seed or the layout.
"""
import re
from pathlib import Path

HERE = Path(__file__).resolve().parent
LONG = re.compile(r"0x[0-9a-f]{6,}")


def plain(text):
    return LONG.sub("0x…", (text.splitlines() or [""])[0].strip())


def said_by(report):
    """The lines of the table that this report gives."""
    failed = [r for r in report.results if r.status not in ("PASS", "BLOCKED")]
    first = failed[0]
    causes = dict.fromkeys(" ".join(LONG.sub("0x…", r.cause).split()) for r in failed if r.cause)
    return [f"{first.check.id}: {plain(first.expected)} | {plain(first.came)}", *(f"likely: {cause}" for cause in causes)]


def table(number):
    """{name of a wrong solution: its lines}; nothing for a lab without such a file."""
    found, name = {}, None
    path = HERE / f"lab_messages_{number}.txt"
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        if line.startswith("["):
            name = line.strip("[]")
            assert name not in found, f"{name} is there twice"
            found[name] = []
        elif line and not line.startswith("#"):
            found[name].append(line)
    return found


def written(name, lines):
    """An entry of the table."""
    return "\n".join([f"[{name}]", *lines, ""])
