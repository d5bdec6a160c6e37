"""Hostile submissions: each is a file in tests/hostile with a header that states what it does and how it must end.

Keys of a header: `kind` (KINDS), `does`, `into` (appended to this file of a solved tree; with `before`, put in after that
text instead) or `as` (a file of its own), `wrong` (OLD => NEW: the solution is made wrong, in the file `solution` if it is another one, so that a forged result would show),
`stage` (1 if it is not given), `grade` (the checks that are graded), `private` (with private checks), `ends` (the statuses that are right, by |), `prints` (in the report),
`notes` (in its notes), `never` (in no report: patterns all three). @SECRET@ is one of the host's files, @CANARY@ a path where nothing
may appear.
"""
import os
import re
import shutil
from dataclasses import dataclass

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "hostile")
# The aims of such submissions; a test fails if the folder has none of one kind.
KINDS = {
    "rules": "files of its own take the place of those that decide: make's, the linker's, the grader's headers",
    "checks": "checks of its own take the place of the grader's, or run as the teacher",
    "results": "a result that its code did not compute: forged, overwritten, answered ahead, or by code that runs in the checks' stead",
    "resources": "processes that stay, and memory, disk, time or output without end",
    "secrets": "files of the host, private checks, the environment",
    "compiler": "a source that no compiler comes to an end with",
    "names": "names that a terminal, a path or a report would obey",
}
NEEDED = {"kind", "does", "grade", "ends"}
KNOWN = NEEDED | {"into", "before", "as", "wrong", "solution", "stage", "private", "prints", "notes", "never"}
KEY = re.compile(r"^(?:/\*|#| \*) *([a-z]+): (.*)$")


@dataclass
class Hostile:
    name: str
    keys: dict
    body: str

    def lay_over(self, tree, **places):
        """Makes a solved tree into this submission."""
        body = self.body
        for name, value in places.items():
            body = body.replace(f"@{name.upper()}@", value)
        target = os.path.join(tree, self.keys.get("into") or self.keys["as"].encode().decode("unicode_escape"))
        if "wrong" in self.keys:
            self.make_wrong(os.path.join(tree, self.keys.get("solution") or self.keys["into"]))
        text = ""
        if "into" in self.keys:
            with open(target, encoding="utf-8") as f:
                text = f.read()
        at = len(text)
        if "before" in self.keys:
            after = self.keys["before"].replace("\\n", "\n")
            assert text.count(after) == 1, f"{self.name}: {target} holds {after!r} {text.count(after)} times"
            at = text.index(after) + len(after)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "w", encoding="utf-8") as f:
            f.write(text[:at] + "\n" + body + text[at:])

    def make_wrong(self, path):
        old, new = self.keys["wrong"].split(" => ")
        with open(path, encoding="utf-8") as f:
            text = f.read()
        assert text.count(old) == 1, f"{self.name}: {path} holds {old!r} {text.count(old)} times"
        with open(path, "w", encoding="utf-8") as f:
            f.write(text.replace(old, new))


def read(name):
    with open(os.path.join(FOLDER, name), encoding="utf-8") as f:
        lines = f.read().splitlines(keepends=True)
    keys, at = {}, 0
    while at < len(lines) and (found := KEY.match(lines[at].rstrip("\n"))):
        keys[found[1]] = found[2].strip()
        at += 1
    while at < len(lines) and lines[at].strip() == "*/":
        at += 1
    assert NEEDED <= set(keys) <= KNOWN, f"the header of {name} lacks a line, or has one that nothing reads"
    return Hostile(name, keys, "".join(lines[at:]))


def everything():
    return [read(name) for name in sorted(os.listdir(FOLDER))]


def solved_tree(root, top, stage=1):
    """The folders of sources of the reference, as a learner of that stage would hand them in."""
    # From lab 3 on exercises lie in programs, too.
    programs = ["lib", "servers", "drivers", "user"] if stage > 2 else ["user/attack"] if os.path.isdir(os.path.join(root, "user/attack")) else []
    for name in ("kernel", "labs", *programs):
        shutil.copytree(os.path.join(root, name), os.path.join(top, name))
    return top
