"""Lab 1 as a learner meets it: the starter, the way to full score, each wrong solution, and the handout's claims."""
import re
import shutil

import pytest

import guest_boot
from lab_tree import Lab, LabTree, assert_printed

LAB = Lab(1, "1-ipc")
STARTER_POINTS = 3  # that it builds and starts
NOTHING_LEFT = guest_boot.machine.exit_status(0x10)  # QEMU's status when stage 1 reports that every task waits


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    return LabTree(LAB, tmp_path_factory.mktemp("lab") / "tree")


def test_every_exercise_has_what_it_needs():
    LAB.assert_has_all()


def test_the_way_to_full_score(lab):
    """The starter has its known score; each exercise, solved in order, adds to it, and the last fills it."""
    lab.solve("")
    before = lab.grade()
    LAB.assert_starts_with(before, STARTER_POINTS)
    for number in LAB.exercises:
        assert before.exercise(number) in ("MISSING", "BLOCKED"), before.text()
    for at, number in enumerate(LAB.exercises):
        lab.solve(number)
        report = lab.grade()
        assert report.points > before.points, f"solving {number} gained nothing\n{report.text()}"
        for done in LAB.exercises[:at + 1]:
            assert report.exercise(done) in ("PASS", "BLOCKED", "MISSING"), report.text()
            assert all(r.passed for r in report.results if r.check.exercise == done and r.check.level == "unit"), report.text()
        LAB.assert_shown(report, number)
        before = report
    LAB.assert_points_are_listed(before)
    assert before.full, before.text()


@pytest.mark.case("labs 4")
@pytest.mark.parametrize("name", LAB.wrong)
def test_a_wrong_solution_is_caught(lab, name):
    lab.wrong(name)
    LAB.assert_caught(lab.grade(), name)
    lab.solve()


# The handout


def test_the_handout_holds_against_the_tree(lab):
    lab.assert_handout_holds()


@pytest.mark.case("labs 13")
def test_the_handout_counts_the_entrys_instructions():
    counted = sum(len(re.findall(r"^\t[a-z]", region.body, re.M)) for region in LAB.regions if region.id == "1.1")
    assert counted > 20 and f"`kernel/entry/syscall.S`. {counted} instructions" in LAB.handout


def test_what_the_checks_say_to_read_is_there(lab):
    lab.solve("")
    known = LAB.anchors()
    for result in lab.grade().results:
        if result.read:
            assert result.read.partition("#")[2] in known, result.read


def log_of(lab, words):
    """The boot log that a block's words ask for: the solved exercises, and the tasks."""
    state, _, rest = words.partition(" ")
    tasks = next((w for w in rest.split() if w.startswith("tasks=")), "")
    return lab.log(state.rstrip(","), tasks, lambda status: status == NOTHING_LEFT)


@pytest.mark.parametrize("block", sorted(LAB.of_kind("boot"), key=lambda b: ("all none".find(b.words[:3]), b.words)),
                         ids=lambda b: f"line {b.line}")
def test_the_boot_says_what_the_handout_shows(lab, block):
    log = log_of(lab, block.words)
    if "whole" in block.words:
        assert log[log.index("[ipc] ready") + 1:] == block.lines
        return
    assert_printed(block, log)


def test_gdb_takes_what_the_handout_tells(lab):
    if not shutil.which("gdb"):
        pytest.skip("gdb is not installed")
    lab.assert_gdb_takes(LAB.of_kind("gdb"))
