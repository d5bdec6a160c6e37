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
from lab_tree import ROOT, Lab, LabTree, assert_printed, handout
import disk
from engine import load
from kinds import Unit

LAB = Lab(3, "3-vfs")
STARTER_POINTS = 22  # that it builds and starts, and that the earlier labs' work still holds
WHOLE = os.environ.get("MICROK_WHOLE") == "1"
MEASURE = "labs/3-vfs/policy/measure.py"
MODULE = load(str(LAB.folder / "checks" / "checks.py"))


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    return LabTree(LAB, tmp_path_factory.mktemp("lab") / "tree")


def ended_well(status):
    return isinstance(status, int) and guest_boot.machine.exit_value(status) is not None and status != guest_boot.PANICKED


def test_every_exercise_has_what_it_needs():
    """Five wrong solutions each, and thirty in all; three would do for the tool."""
    LAB.assert_has_all()
    counts = {number: len([n for n in LAB.wrong if n.startswith(f"{number}-")]) for number in LAB.exercises}
    assert min(counts.values()) >= 5 and sum(counts.values()) >= 30, counts


# Each exercise has unit checks that need nothing else: a wrong solution is held against those.
UNITS = {number: [c.id for c in MODULE.CHECKS if c.exercise == number and isinstance(c, Unit)] for number in LAB.exercises}


def ids_shown(number):
    """The checks whose lines the handout shows for the solved exercise."""
    words = [line.split()[0] for block in LAB.of_kind("check") if block.words == number for line in block.lines]
    return [c.id for c in MODULE.CHECKS if c.id in words]


def test_the_way_to_full_score(lab):
    """The starter has its known score; each exercise, solved in order, adds to it, and the last fills it. In between there are the unit checks, and in the
    machine those that the handout shows."""
    lab.solve("")
    before = lab.grade()
    LAB.assert_starts_with(before, STARTER_POINTS)
    for number in LAB.exercises:
        assert before.exercise(number) == "MISSING", before.text()

    def graded(number):
        return lab.grade(*(() if number == LAB.exercises[-1] else (*(i for ids in UNITS.values() for i in ids), *ids_shown(number))))
    lab.assert_way_to_full_score(before, graded)


def test_each_mistake_has_its_messages():
    LAB.assert_table_is_whole()


@pytest.mark.case("labs 9")
@pytest.mark.parametrize("name", LAB.wrong)
def test_a_wrong_solution_is_caught(lab, name):
    lab.wrong(name)
    report = lab.grade(*([*LAB.exercises, "start", "file", "refusal"] if WHOLE else UNITS[name.split("-")[0]]))
    LAB.assert_caught(report, name)
    if not WHOLE:
        LAB.assert_said(report, name)


def measured(tree):
    return subprocess.run([sys.executable, MEASURE], cwd=tree, text=True, stdout=subprocess.PIPE, check=True, timeout=60).stdout


@pytest.mark.case("labs 12")
def test_the_board_and_the_table_are_measured():
    """The handout's board and table are what measure.py prints for the reference."""
    printed = measured(ROOT)
    for block in LAB.of_kind("bench"):
        assert_printed(block, printed.splitlines())
    boards = re.findall(r"^(\S.*)\n  Place +Hits +Policy\n((?: .*\n)+)", printed, re.M)
    assert len(boards) == 3
    for name, rows in boards:
        of = {who: hits for hits, who in re.findall(r"^.{6,} +([\d.]+ %)  (\S.*)$", rows, re.M)}
        wanted = [of[who] for who in ("FIFO", "a dice", "LRU", "yours", "the best possible, which knows the future")]
        assert f"| {name} | {' | '.join(wanted)} |" in LAB.handout, printed


@pytest.mark.case("labs 12")
def test_the_open_policy_can_be_measured(lab):
    """The starter is FIFO, and below the goals."""
    lab.solve("")
    printed = measured(lab.path)
    hits = {who: of for of, who in re.findall(r"^.{6,} +([\d.]+) %  (FIFO|yours)$", printed.partition("\n\n")[0], re.M)}
    assert hits["FIFO"] == hits["yours"], printed
    assert "more of the accesses must be hits" in printed and "reached" not in printed, printed


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


def log_of(lab, words):
    state, _, words = words.partition(" ")
    return lab.log(state, words, ended_well)


@pytest.mark.parametrize("block", sorted(LAB.of_kind("boot"), key=lambda b: b.words), ids=lambda b: f"line {b.line}")
def test_the_boot_says_what_the_handout_shows(lab, block):
    assert_printed(block, log_of(lab, block.words))


def test_gdb_takes_what_the_handout_tells(lab):
    if not shutil.which("gdb"):
        pytest.skip("gdb is not installed")
    lab.assert_gdb_takes(LAB.of_kind("gdb"), "PROGRAM=vfs")


# Something to see after each exercise


# A boot for each exercise, without a disk, with one, or the second one with it; and the beginning of the line that is new in it.
SHOWN = {
    "3.1": ("", "cat: "), "3.2": ("", "tour: /boot/../"), "3.3": ("", "Hello from"), "3.4": (" disk", "tour: this start makes"),
    "3.5": (" disk", "tour: a file of 9 MiB"), "3.6": (" disk again", "tour: this start makes /starts/2"),
    "3.7": (" disk", "tour: the page cache while it was read after a long one"),
}


@pytest.mark.case("labs 12")
def test_each_exercises_boot_shows_something_new(lab):
    before = "none"
    for number in LAB.exercises:
        words, begins = SHOWN[number]
        old, log = log_of(lab, before + words), log_of(lab, number + words)
        assert [line for line in log if line.startswith(begins) and line not in old], f"{number}: {log}"
        before = number


@pytest.mark.case("labs 12")
def test_the_hours_add_up_and_something_is_seen_within_two():
    parts, in_all = handout.hours(LAB.handout)
    assert sum(parts) == in_all and sum(parts[:2]) <= 2
    assert [line for line in LAB.handout.splitlines() if line.startswith("| [")][1].startswith("| [3.1 ")
