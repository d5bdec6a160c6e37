"""Lab 2 as a learner meets it: the starter, the way to full score, each wrong solution, and the handout's claims.

As test_lab_1.py, but for two things. The starters of lab 2 let the system run, so the attacks must succeed on them. And earlier stages' checks run
on the first and the last tree only, because they take most of the time.
"""
import os
import shutil

import pytest

import guest_boot
from lab_tree import Lab, LabTree, assert_printed
from engine import load

LAB = Lab(2, "2-caps")
STARTER_POINTS = 23  # that it builds and starts, and that lab 1's work still holds

# Each wrong solution is held against its own exercise's checks, the next one's and the demonstration; with
# MICROK_WHOLE=1 against all of lab 2.
WHOLE = os.environ.get("MICROK_WHOLE") == "1"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    return LabTree(LAB, tmp_path_factory.mktemp("lab") / "tree")


def test_every_exercise_has_what_it_needs():
    """Among it is an attack on each exercise, which the learner can read."""
    LAB.assert_has_all()
    attacks = "\n".join(p.read_text() for p in (LAB.folder / "attacks").glob("*.c"))
    for number in LAB.exercises:
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
    LAB.assert_starts_with(before, STARTER_POINTS)
    for number in LAB.exercises:
        assert before.exercise(number) == "MISSING", before.text()
    stolen = [r.check.title for r in attacks_of(before) if "stole the secret" in r.came]
    assert len(stolen) == 8, before.text()
    for at, number in enumerate(LAB.exercises):
        lab.solve(number)
        last = number == LAB.exercises[-1]
        report = lab.grade() if last else lab.grade(*LAB.exercises, "start", "demo")
        assert points_of_lab_2(report) > points_of_lab_2(before), f"solving {number} gained nothing\n{report.text()}"
        for done in LAB.exercises[:at + 1]:
            assert report.exercise(done) in ("PASS", "BLOCKED"), report.text()
            assert all(r.passed for r in report.results if r.check.exercise == done and r.check.level == "unit"), report.text()
        if number == "2.4":
            assert "stole the secret" in report.result("2.5.k").came, report.text()
        LAB.assert_shown(report, number)
        before = report
    LAB.assert_points_are_listed(before)
    assert before.full and before.total == 100, before.text()


@pytest.mark.parametrize("name", LAB.wrong)
def test_a_wrong_solution_is_caught(lab, name):
    lab.wrong(name)
    number = name.split("-")[0]
    after = LAB.exercises[(LAB.exercises.index(number) + 1) % len(LAB.exercises)]
    LAB.assert_caught(lab.grade(*(LAB.exercises if WHOLE else (number, after)), "start", "demo"), name)


# The handout


def test_the_handout_holds_against_the_tree(lab):
    lab.assert_handout_holds()


def test_what_the_checks_say_to_read_is_there():
    module = load(str(LAB.folder / "checks" / "checks.py"))
    known = LAB.anchors()
    for number in {c.exercise for c in module.CHECKS} - {"start"}:
        assert module.ANCHORS[number] in known, number


def ended_well(status):
    return isinstance(status, int) and guest_boot.machine.exit_value(status) is not None and status != guest_boot.PANICKED


@pytest.mark.parametrize("block", sorted(LAB.of_kind("boot"), key=lambda b: b.words), ids=lambda b: f"line {b.line}")
def test_the_boot_says_what_the_handout_shows(lab, block):
    """A block's words are the solved exercises, and the kernel's command line."""
    state, _, words = block.words.partition(" ")
    assert_printed(block, lab.log(state, words, ended_well))


def test_gdb_takes_what_the_handout_tells(lab):
    if not shutil.which("gdb"):
        pytest.skip("gdb is not installed")
    lab.assert_gdb_takes(LAB.of_kind("gdb"))
