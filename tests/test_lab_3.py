"""Lab 3 as a learner meets it: the starter, the way to full score, each wrong solution, and the handout's claims.

As test_lab_2.py. The exercises lie in programs, and each has unit checks that need no other one. So a wrong solution is held against its own exercise's
unit checks alone; with MICROK_WHOLE=1 against all of lab 3, in the machine, too.
"""
import os
import re
import shutil
import subprocess
import sys

import pytest

import guest_boot
from lab_tree import ROOT, SEED, Lab, LabTree, assert_printed
import disk
from engine import load
from kinds import Unit
from unit import Units

LAB = Lab(3, "3-vfs")
STARTER_POINTS = 23  # that it builds and starts, and that the earlier labs' work still holds
WHOLE = os.environ.get("MICROK_WHOLE") == "1"
MEASURE = "labs/3-vfs/policy/measure.py"
MODULE = load(str(LAB.folder / "checks" / "checks.py"))


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    return LabTree(LAB, tmp_path_factory.mktemp("lab") / "tree")


def ended_well(status):
    return isinstance(status, int) and guest_boot.machine.exit_value(status) is not None and status != guest_boot.PANICKED


def points_of_lab_3(report):
    return sum(r.points for r in report.results if r.check.exercise != "again")


def test_every_exercise_has_what_it_needs():
    """Five wrong solutions each, and thirty in all; three would do for the tool."""
    LAB.assert_has_all()
    counts = {number: len([n for n in LAB.wrong if n.startswith(f"{number}-")]) for number in LAB.exercises}
    assert min(counts.values()) >= 5 and sum(counts.values()) >= 30, counts


def test_the_way_to_full_score(lab):
    """The starter has its known score; each exercise, solved in order, adds to it, and the last fills it."""
    lab.solve("")
    before = lab.grade()
    LAB.assert_starts_with(before, STARTER_POINTS)
    for number in LAB.exercises:
        assert before.exercise(number) == "MISSING", before.text()
    for at, number in enumerate(LAB.exercises):
        lab.solve(number)
        last = number == LAB.exercises[-1]
        report = lab.grade() if last else lab.grade(*LAB.exercises, "start", "file", "refusal")
        assert points_of_lab_3(report) > points_of_lab_3(before), f"solving {number} gained nothing\n{report.text()}"
        for done in LAB.exercises[:at + 1]:
            assert report.exercise(done) in ("PASS", "BLOCKED"), report.text()
            assert all(r.passed for r in report.results if r.check.exercise == done and r.check.level == "unit"), report.text()
        LAB.assert_shown(report, number)
        before = report
    LAB.assert_points_are_listed(before)
    assert before.full and before.total == 100, before.text()


# The check that a mistake is meant for, where several see it.
CHECKED_BY = {number: [c for c in MODULE.CHECKS if c.exercise == number and isinstance(c, Unit)] for number in LAB.exercises}


@pytest.mark.parametrize("name", LAB.wrong)
def test_a_wrong_solution_is_caught(lab, name):
    lab.wrong(name)
    number = name.split("-")[0]
    if WHOLE:
        LAB.assert_caught(lab.grade(*LAB.exercises, "start", "file", "refusal"), name)
        return
    checks = CHECKED_BY[number]
    units = Units(str(lab.path), str(lab.path / "build" / "wrong"), seed=SEED)
    said = units.run(str(LAB.folder / "checks" / "host"), checks[0].unit, checks[0].parts)
    assert not said.error, f"{name} does not compile: {said.error}"
    failed = {c.id: said.results[c.id] for c in checks if said.results[c.id][0] != "PASS"}
    assert failed, f"{name} is not caught"
    assert all(status in ("FAIL", "CRASH", "HANG") for status, *_ in failed.values()), failed
    assert any(expected and came and cause for _, expected, came, cause, *_ in failed.values()), f"{name}: no message names the likely cause\n{failed}"


def test_the_table_of_policies_is_measured():
    """The handout's table is what measure.py prints for the reference."""
    printed = subprocess.run([sys.executable, MEASURE], cwd=ROOT, text=True, stdout=subprocess.PIPE, check=True, timeout=60).stdout
    rows = re.findall(r"^(\S.*)\n((?:  .*\n)+)", printed, re.M)
    assert len(rows) == 3
    for name, figures in rows:
        numbers = re.findall(r"([\d.]+ %)$", figures, re.M)
        assert f"| {name} | {' | '.join(numbers)} |" in LAB.handout, printed


def test_the_open_policy_can_be_measured(lab):
    lab.solve("")
    printed = subprocess.run([sys.executable, MEASURE], cwd=lab.path, text=True, stdout=subprocess.PIPE, check=True, timeout=60).stdout
    fifo, *_, own, _ = re.findall(r"([\d.]+) %$", printed, re.M)[:5]
    assert fifo == own, "the starter is FIFO"


def mount_count(lab, state):
    """Of the disk after a boot with these exercises solved."""
    lab.solve(state)
    status, log = lab.boot("disk")
    assert ended_well(status), log
    said = subprocess.run(["dumpe2fs", "-h", str(lab.path / "disk.img")], text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True,
                          timeout=60, env={**os.environ, "PATH": disk.PATH}).stdout
    return int(re.search(r"^Mount count: +(\d+)$", said, re.M)[1])


def test_write_back_is_seen_on_the_disk(lab):
    """The visible effect of 3.6: vfs marks the file system when it mounts it, and that goes through the cache."""
    assert (mount_count(lab, "3.5"), mount_count(lab, "3.6")) == (0, 1)


# The handout


def test_the_handout_holds_against_the_tree(lab):
    lab.assert_handout_holds()


def test_what_the_checks_say_to_read_is_there():
    known = LAB.anchors()
    for number in {c.exercise for c in MODULE.CHECKS} - {"start"}:
        assert MODULE.ANCHORS[number] in known, number


@pytest.mark.parametrize("block", sorted(LAB.of_kind("boot"), key=lambda b: b.words), ids=lambda b: f"line {b.line}")
def test_the_boot_says_what_the_handout_shows(lab, block):
    state, _, words = block.words.partition(" ")
    assert_printed(block, lab.log(state, words, ended_well))


def test_gdb_takes_what_the_handout_tells(lab):
    if not shutil.which("gdb"):
        pytest.skip("gdb is not installed")
    lab.assert_gdb_takes(LAB.of_kind("gdb"), "PROGRAM=vfs")
