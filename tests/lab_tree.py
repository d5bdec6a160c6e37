"""A lab as a learner meets it, for the tests of each lab: its tree, whose exercises are solved or opened again, and its handout.

One tree of a lab is made for all of its tests; changes to it are taken out again, so that a step costs no more than the file that
changed. Private to the project: it holds starters and wrong solutions.
"""
import contextlib
import functools
import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
for folder in ("tools", "tools/lab", "tools/grade"):
    sys.path.insert(0, str(ROOT / folder))
sys.dont_write_bytecode = True

import disk  # noqa: E402
import exercise  # noqa: E402
import guest_boot  # noqa: E402
import handout  # noqa: E402
import lab_messages  # noqa: E402
import mistake  # noqa: E402
import unit  # noqa: E402
from engine import grade  # noqa: E402
from lab import tree_files  # noqa: E402
from source import scan  # noqa: E402

SEED = 20260101
GDB_COMPLAINS = re.compile(r"^(\(gdb\) )*(No symbol|Undefined|Cannot|No such|The program is not|Function .* not defined|There is no member)", re.M)


@functools.cache
def executed():
    """{(hashes of a unit's two programs, seed): results}, of all trees of this run."""
    return {}


@contextlib.contextmanager
def units_run_once():
    """While it lasts, a unit whose programs are those of an earlier grade is not run again: a wrong solution changes one of seven."""
    execute = unit.Units.execute

    def run(self, *programs):
        key = (*(hashlib.sha256(Path(program).read_bytes()).digest() for program in programs), self.seed)
        said = executed().get(key) or execute(self, *programs)
        if not said.words:  # else the host may have held it up
            executed()[key] = said
        return said
    unit.Units.execute = run
    try:
        yield
    finally:
        unit.Units.execute = execute


def environment():
    return {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}


def own_points(report):
    """Those of the lab itself: not of the earlier stages' checks."""
    return sum(r.points for r in report.results if r.check.exercise != "again")


def assert_printed(block, log):
    """The block's lines are in the log, in their order."""
    rest = iter(log)
    for line in block.lines:
        assert line in rest, f"the handout's line {block.line}: {line!r} is not printed there\n" + "\n".join(log)


class Lab:
    """The parts of a lab in this tree."""

    def __init__(self, number, folder, count=7):
        self.count = count  # of exercises
        self.number, self.folder = number, ROOT / "labs" / folder
        self.regions = [r for r in scan(tree_files(ROOT))[0] if r.lab == number]
        self.exercises = list(dict.fromkeys(r.id for r in sorted(self.regions, key=lambda r: r.number)))
        self.wrong = sorted(p.name for p in (self.folder / "wrong").iterdir())
        self.messages = lab_messages.table(number)
        self.handout = (self.folder / "handout.md").read_text()
        self.blocks = handout.parse(self.handout)[0]

    def of_kind(self, kind):
        return [block for block in self.blocks if block.kind == kind]

    def anchors(self):
        return handout.anchors(handout.parse(self.handout)[1])

    def assert_has_all(self):
        """Named in DESIGN: three wrong solutions an exercise."""
        assert self.exercises == [f"{self.number}.{n}" for n in range(1, self.count + 1)]
        for number in self.exercises:
            assert len({n for n in self.wrong if n.startswith(f"{number}-")}) >= 3

    def assert_starts_with(self, report, points):
        """The starter's report: its known score, which the handout has, too."""
        assert report.points == points, report.text()
        assert not report.build_error and not report.full
        assert f"scores {report.points} of {report.total} points" in self.handout

    def assert_shown(self, report, number):
        """The output that the handout shows for the solved exercise is in the report."""
        said = [" ".join(line.split()) for line in report.text(columns=200).splitlines()]
        for block in self.of_kind("check"):
            for line in block.lines if block.words == number else ():
                assert " ".join(line.split()) in said, f"the handout's line {block.line}\n{report.text()}"

    def assert_points_are_listed(self, report):
        for number in self.exercises:
            points = sum(r.check.points for r in report.results if r.check.exercise == number)
            assert re.search(rf"^\| \[{re.escape(number)} .*\| {points} \|$", self.handout, re.M), f"{number}: {points} points"

    def assert_table_is_whole(self):
        """Each wrong solution has its messages in the table, and none has them without a wrong solution."""
        assert [f"{name}.diff" for name in self.messages] == self.wrong

    def assert_said(self, report, name):
        """The report names the mistake as the table has it: no other likely cause is printed."""
        short = name.removesuffix(".diff")
        said, wanted = lab_messages.said_by(report), self.messages[short]
        assert said == wanted, (f"the report of {name} has other messages. If each of these describes the mistake, write it into "
                                f"lab_messages_{self.number}.txt:\n\n{lab_messages.written(short, said)}\n{report.text()}")

    def assert_caught(self, report, name):
        """A wrong solution: its own exercise's checks fail; others are green or blocked by it, and the report leads to the handout."""
        number = name.split("-")[0]
        assert not report.build_error, report.text()
        assert report.exercise(number) == "FAIL", f"{name} is not caught\n{report.text()}"
        for result in report.results:
            if result.check.exercise != number:
                assert result.status in ("PASS", "BLOCKED"), f"{name} fails {result.check.id}\n{report.text()}"
            if result.status == "BLOCKED":
                assert result.cause == number, f"{name}: {result.check.id} is blocked by {result.cause}\n{report.text()}"
            elif not result.passed:
                assert result.expected and result.came and "handout.md#" in result.read, report.text()


class LabTree:
    """The lab's tree in a folder; `solved` are the exercises that hold the reference."""

    def __init__(self, lab, path):
        self.lab, self.path, self.logs = lab, path, {}
        subprocess.run([sys.executable, str(ROOT / "tools/lab/lab.py"), "tree", str(lab.number), "lab", str(path), "--work", "--quiet"],
                       check=True, timeout=60)
        self.starter = {r.key: r.body for r in scan(tree_files(path))[0] if r.lab == lab.number}

    def put(self, bodies):
        """Writes the bodies, {(lab, number, part): text}, that differ from the present ones."""
        for path in {r.path for r in self.lab.regions if r.key in bodies}:
            file = self.path / path
            old = file.read_text()
            new = exercise.replace_regions(path, old, bodies)
            if new != old:
                file.write_text(new)

    def solve(self, upto=None):
        """Puts the reference into the exercises up to this one (into all if none is given), the starters into the others."""
        exercises = self.lab.exercises
        solved = exercises[:len(exercises) if upto is None else exercises.index(upto) + 1 if upto else 0]
        self.put({r.key: r.body if r.id in solved else self.starter[r.key] for r in self.lab.regions})

    def wrong(self, name):
        """All exercises solved, except one that holds this wrong solution."""
        self.solve()
        region = exercise.region_of(exercise.parse_file(name), self.lab.regions)
        self.put({region.key: mistake.read(self.lab.folder / "wrong" / name).apply(region)})

    @contextlib.contextmanager
    def changed(self, path, *pairs):
        """The file with each `old` replaced by its `new`, for a while."""
        file = self.path / path
        text = new_text = file.read_text()
        for old, new in pairs:
            assert new_text.count(old) == 1, f"{path} no longer holds {old!r} once: this test must follow it"
            new_text = new_text.replace(old, new)
        file.write_text(new_text)
        try:
            yield
        finally:
            file.write_text(text)

    def grade(self, *only):
        """Grades everything, or only the checks of these exercises."""
        with units_run_once():
            return grade(str(self.path), self.lab.number, seed=SEED, checks_root=str(ROOT), only=only or None)

    def assert_way_to_full_score(self, before, graded, may_be=("PASS", "BLOCKED")):
        """Each exercise, solved in order, adds to the score and shows what the handout has, and the last fills it. graded(exercise): the report
        then; `may_be`: the states of exercises that are solved. `before`: the starter's report."""
        exercises = self.lab.exercises
        for at, number in enumerate(exercises):
            self.solve(number)
            report = graded(number)
            assert own_points(report) > own_points(before), f"solving {number} gained nothing\n{report.text()}"
            for done in exercises[:at + 1]:
                assert report.exercise(done) in may_be, report.text()
                assert all(r.passed for r in report.results if r.check.exercise == done and r.check.level == "unit"), report.text()
            self.lab.assert_shown(report, number)
            before = report
        self.lab.assert_points_are_listed(before)
        assert before.full and before.total == 100, before.text()

    def boot(self, words="", patch=""):
        """QEMU's status, and the machine's output on its first serial line; by its own clock, so that a busy host changes nothing. The word "disk" gives
        it a new disk with the stage's files, whose requests take the host's time; "disk again" is the second boot with such a disk."""
        stage = f"stage-{self.lab.number}"
        more = [f"PATCHED={patch}"] if patch else []
        subprocess.run(["make", stage, *more], cwd=self.path, env=environment(), check=True, timeout=120, stdout=subprocess.DEVNULL)
        folder = self.path / "build" / ("patched" if patch else "") / stage
        if not words.startswith("disk"):
            return guest_boot.run(folder, folder, words, extra=["-no-reboot"], lines=["log"])
        disk.make(str(self.path / "disk.img"), self.lab.number)
        for _ in words.split():
            ended = guest_boot.run(folder, folder, "", extra=["-no-reboot", *guest_boot.machine.disk_options(self.path / "disk.img")], lines=["log"], clock=())
        return ended

    def log(self, state, words, ended_well, patch=""):
        """The lines of the boot with these exercises solved: "all", "none", or up to the one that is named."""
        if (state, words, patch) not in self.logs:
            self.solve(None if state == "all" else "" if state == "none" else state)
            status, log = self.boot(words, patch)
            assert ended_well(status), log
            self.logs[state, words, patch] = log.splitlines()
        return self.logs[state, words, patch]

    def assert_handout_holds(self):
        """Against the project's tree, and against the learner's, which must have everything that the handout quotes."""
        self.solve("")
        for root in (ROOT, self.path):
            assert not handout.check(root, self.lab.folder, self.lab.exercises)
        named = [*(self.lab.folder / "starter").iterdir(), *self.lab.folder.glob("checks/*.py")]
        assert not list(handout.anchor_problems(self.lab.folder, named))

    def assert_gdb_takes(self, blocks, *program):
        """gdb takes the commands of the handout's blocks; `program`: PROGRAM=…, of which they are."""
        self.solve()
        assert blocks
        for block in blocks:
            commands = "\n".join(["set pagination off", *block.lines, "echo all-taken\\n", "quit", ""])
            done = subprocess.run(["make", f"stage-{self.lab.number}", "gdb", *program], cwd=self.path, env=environment(), input=commands, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, check=False)
            assert "all-taken" in done.stdout, done.stdout
            assert not GDB_COMPLAINS.search(done.stdout), done.stdout
