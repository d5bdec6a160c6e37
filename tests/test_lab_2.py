"""Lab 2 as a learner meets it: the starter, the way to full score, each wrong solution, and the handout's claims.

As test_lab_1.py, but for two things. The starters of lab 2 let the system run, so the attacks must succeed on them. And earlier stages' checks run
on the first and the last tree only, because they take most of the time.
"""
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LAB = ROOT / "labs" / "2-caps"
for folder in ("tools", "tools/lab", "tools/grade"):
    sys.path.insert(0, str(ROOT / folder))
sys.dont_write_bytecode = True

import exercise  # noqa: E402
import guest_boot  # noqa: E402
import handout  # noqa: E402
import mistake  # noqa: E402
from engine import grade  # noqa: E402
from lab import tree_files  # noqa: E402
from source import scan  # noqa: E402

SEED = 20260101
STARTER_POINTS = 23  # that it builds and starts, and that lab 1's work still holds
REGIONS = [r for r in scan(tree_files(ROOT))[0] if r.lab == 2]
EXERCISES = list(dict.fromkeys(r.id for r in sorted(REGIONS, key=lambda r: r.number)))
WRONG = sorted(p.name for p in (LAB / "wrong").iterdir())
HANDOUT = (LAB / "handout.md").read_text()
BLOCKS = handout.parse(HANDOUT)[0]
# Each wrong solution is held against its own exercise's checks, the next one's and the demonstration; with
# MICROK_WHOLE=1 against all of lab 2.
WHOLE = os.environ.get("MICROK_WHOLE") == "1"


def environment():
    return {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}


class LabTree:
    """The tree of lab 2; `solved` are the exercises that hold the reference."""

    def __init__(self, path):
        self.path = path
        subprocess.run([sys.executable, str(ROOT / "tools/lab/lab.py"), "tree", "2", "lab", str(path), "--work", "--quiet"],
                       check=True, timeout=60)
        self.starter = {r.key: r.body for r in scan(tree_files(path))[0] if r.lab == 2}
        self.logs = {}

    def put(self, bodies):
        """Writes the bodies, {(lab, number, part): text}, that differ from the present ones."""
        for path in {r.path for r in REGIONS if r.key in bodies}:
            file = self.path / path
            old = file.read_text()
            new = exercise.replace_regions(path, old, bodies)
            if new != old:
                file.write_text(new)

    def solve(self, upto=None):
        """Puts the reference into the exercises up to this one (into all if none is given), the starters into the others."""
        last = len(EXERCISES) if upto is None else EXERCISES.index(upto) + 1 if upto else 0
        self.put({r.key: r.body if r.id in EXERCISES[:last] else self.starter[r.key] for r in REGIONS})

    def wrong(self, name):
        """All exercises solved, except one that holds this wrong solution."""
        self.solve()
        region = exercise.region_of(exercise.parse_file(name), REGIONS)
        self.put({region.key: mistake.read(LAB / "wrong" / name).apply(region)})

    def grade(self, *only):
        """Grades everything, or only the checks of these exercises."""
        return grade(str(self.path), 2, seed=SEED, checks_root=str(ROOT), only=only or None)

    def boot(self, words=""):
        """The machine's output on its first serial line."""
        subprocess.run(["make", "stage-2"], cwd=self.path, env=environment(), check=True, timeout=120, stdout=subprocess.DEVNULL)
        folder = self.path / "build/stage-2"
        status, log = guest_boot.run(folder, folder, words, extra=["-no-reboot"], lines=["log"])
        assert isinstance(status, int) and guest_boot.machine.exit_value(status) is not None and status != guest_boot.PANICKED, log
        return log.splitlines()


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    return LabTree(tmp_path_factory.mktemp("lab") / "tree")


def test_every_exercise_has_what_it_needs():
    """Named in DESIGN: three wrong solutions an exercise; and an attack on each, which the learner can read."""
    assert EXERCISES == [f"2.{n}" for n in range(1, 8)]
    for number in EXERCISES:
        assert len({n for n in WRONG if n.startswith(f"{number}-")}) >= 3
    attacks = "\n".join(p.read_text() for p in (LAB / "attacks").glob("*.c"))
    for number in EXERCISES:
        assert f"(exercise {number})" in attacks


def attacks_of(report):
    return [r for r in report.results if r.check.title.startswith("attack: ")]


def points_of_lab_2(report):
    return sum(r.points for r in report.results if r.check.exercise != "again")


def test_the_way_to_full_score(lab):
    """The starter has its known score; each exercise, solved in order, adds to it, and the last fills it. Nearly all
    attacks succeed on the starter, and the one on old memory as soon as there is a revoke; none on the solution."""
    lab.solve("")
    before = lab.grade()
    assert before.points == STARTER_POINTS, before.text()
    assert not before.build_error and not before.full
    assert f"scores {before.points} of {before.total} points" in HANDOUT
    for number in EXERCISES:
        assert before.exercise(number) == "MISSING", before.text()
    stolen = [r.check.title for r in attacks_of(before) if "stole the secret" in r.came]
    assert len(stolen) == 8, before.text()
    for at, number in enumerate(EXERCISES):
        lab.solve(number)
        last = number == EXERCISES[-1]
        report = lab.grade() if last else lab.grade(*EXERCISES, "start", "demo")
        assert points_of_lab_2(report) > points_of_lab_2(before), f"solving {number} gained nothing\n{report.text()}"
        for done in EXERCISES[:at + 1]:
            assert report.exercise(done) in ("PASS", "BLOCKED"), report.text()
            assert all(r.passed for r in report.results if r.check.exercise == done and r.check.level == "unit"), report.text()
        if number == "2.4":
            assert "stole the secret" in report.result("2.5.k").came, report.text()
        said = [" ".join(line.split()) for line in report.text(columns=200).splitlines()]
        for block in (b for b in BLOCKS if b.kind == "check" and b.words == number):
            for line in block.lines:
                assert " ".join(line.split()) in said, f"the handout's line {block.line}\n{report.text()}"
        before = report
    for number in EXERCISES:
        points = sum(r.check.points for r in before.results if r.check.exercise == number)
        assert re.search(rf"^\| \[{re.escape(number)} .*\| {points} \|$", HANDOUT, re.M), f"{number}: {points} points"
    assert before.full and before.total == 100, before.text()


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_solution_is_caught(lab, name):
    """By its own exercise's checks; others are green or blocked by it, and the report leads to the handout."""
    lab.wrong(name)
    number = name.split("-")[0]
    after = EXERCISES[(EXERCISES.index(number) + 1) % len(EXERCISES)]
    report = lab.grade(*(EXERCISES if WHOLE else (number, after)), "start", "demo")
    assert not report.build_error, report.text()
    assert report.exercise(number) == "FAIL", f"{name} is not caught\n{report.text()}"
    for result in report.results:
        if result.check.exercise != number:
            assert result.status in ("PASS", "BLOCKED"), f"{name} fails {result.check.id}\n{report.text()}"
        if result.status == "BLOCKED":
            assert result.cause == number, f"{name}: {result.check.id} is blocked by {result.cause}\n{report.text()}"
        elif not result.passed:
            assert result.expected and result.came and "handout.md#" in result.read, report.text()


# The handout


BOOTS = [b for b in BLOCKS if b.kind == "boot"]
GDB = [b for b in BLOCKS if b.kind == "gdb"]
GDB_COMPLAINS = re.compile(r"^(\(gdb\) )*(No symbol|Undefined|Cannot|No such|The program is not|Function .* not defined|There is no member)", re.M)


def test_the_handout_holds_against_the_tree(lab):
    # The learner's tree must have everything that the handout quotes.
    lab.solve("")
    for root in (ROOT, lab.path):
        assert not handout.check(root, LAB, EXERCISES)
    named = [*(LAB / "starter").iterdir(), *LAB.glob("checks/*.py")]
    assert not list(handout.anchor_problems(LAB, named))


def test_what_the_checks_say_to_read_is_there():
    from engine import load

    module = load(str(LAB / "checks" / "checks.py"))
    known = handout.anchors(handout.parse(HANDOUT)[1])
    for number in {c.exercise for c in module.CHECKS} - {"start"}:
        assert module.ANCHORS[number] in known, number


def log_of(lab, words):
    """The boot log that a block's words ask for: the solved exercises, and the kernel's command line."""
    state, _, rest = words.partition(" ")
    if (state, rest) not in lab.logs:
        lab.solve(None if state == "all" else "" if state == "none" else state)
        lab.logs[state, rest] = lab.boot(rest)
    return lab.logs[state, rest]


@pytest.mark.parametrize("block", sorted(BOOTS, key=lambda b: b.words), ids=lambda b: f"line {b.line}")
def test_the_boot_says_what_the_handout_shows(lab, block):
    rest = iter(log := log_of(lab, block.words))
    for line in block.lines:
        assert line in rest, f"the handout's line {block.line}: {line!r} is not printed there\n" + "\n".join(log)


def test_gdb_takes_what_the_handout_tells(lab):
    if not shutil.which("gdb"):
        pytest.skip("gdb is not installed")
    lab.solve()
    assert GDB
    for block in GDB:
        commands = "\n".join(["set pagination off", *block.lines, "echo all-taken\\n", "quit", ""])
        done = subprocess.run(["make", "stage-2", "gdb"], cwd=lab.path, env=environment(), input=commands, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, check=False)
        assert "all-taken" in done.stdout, done.stdout
        assert not GDB_COMPLAINS.search(done.stdout), done.stdout
