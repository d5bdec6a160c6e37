"""Lab 1 as a learner meets it: the starter, the way to full score, each wrong solution, and the handout's claims."""
import re
import shutil
import subprocess

import pytest

import guest_boot
from lab_tree import Lab, LabTree, assert_printed, environment, handout
from measure import race

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
    lab.assert_way_to_full_score(before, lambda _: lab.grade(), may_be=("PASS", "BLOCKED", "MISSING"))


def test_each_mistake_has_its_messages():
    LAB.assert_table_is_whole()


@pytest.mark.case("labs 4", "labs 6", "labs 7", "labs 9")
@pytest.mark.parametrize("name", LAB.wrong)
def test_a_wrong_solution_is_caught(lab, name):
    lab.wrong(name)
    report = lab.grade()
    LAB.assert_caught(report, name)
    LAB.assert_said(report, name)


@pytest.mark.case("labs 10")
@pytest.mark.parametrize("path, old, new, check, cause", [
    ("kernel/x86/regs.h", "#define RFLAGS_USER 0x202", "#define RFLAGS_USER 0x002", "1.1.f", "user mode runs with interrupts off"),
    ("kernel/entry/trap.S", "\tsti\n\thlt\n", "\thlt\n", "1.0.c", "halts without `sti`"),
])
def test_interrupts_that_stay_off_are_named(lab, path, old, new, check, cause):
    """Neither is in an exercise's file, and nothing else needs to go wrong by them."""
    lab.solve()
    with lab.changed(path, (old, new)):
        report = lab.grade()
    assert cause in report.result(check).cause and not report.full, report.text()
    assert {r.check.id for r in report.results if r.status not in ("PASS", "BLOCKED")} == {check}, report.text()


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
    """The boot log that a block's words ask for: the solved exercises, the steps, and the tasks."""
    state, _, rest = words.partition(" ")
    line = " ".join(w for w in rest.split() if w == "steps" or w.startswith("tasks="))
    return lab.log(state.rstrip(","), line, lambda status: status == NOTHING_LEFT)


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


# Something to see after each exercise


STEPS = {"1.1": "[1.1] ", "1.2": "[1.2] ", "1.3": "[1.3] ", "1.4": "[1.4] "}


@pytest.mark.case("labs 12")
def test_each_exercises_boot_shows_something_new(lab):
    """With the exercises up to each one solved, the steps print lines that no boot before printed: of the exercise's own step, and
    from 1.5 on rows of the timeline."""
    seen = set(log_of(lab, "none steps"))
    for number in LAB.exercises:
        log = log_of(lab, f"{number} steps")
        new = [line for line in log if line not in seen and not line.startswith("[lab]")]
        mark = STEPS.get(number)
        assert [line for line in new if (line.startswith(mark) if mark else re.match(r" {0,3}\d+ {7}", line))], f"{number}: {new}"
        seen |= set(log)


@pytest.mark.case("labs 12")
@pytest.mark.parametrize("name, line", [
    ("1.1-words-in-wrong-order.diff", "      r9     0x10   but the program has 0x9"),
    ("1.2-always-writable.diff", "      0x400000  read, run     yes      yes      yes"),
    ("1.3-address-space-stays.diff", "      B  ---- aaaa ---- aaaa"),
    ("1.4-last-in-first-out.diff", "      B, priority 32  ...###..."),
    ("1.7-caller-left-waiting.diff", "  25                                         is stopped"),
])
def test_the_steps_show_what_a_wrong_solution_does(lab, name, line):
    """They print what the kernel did, so a mistake is seen in them."""
    right = log_of(lab, "all steps")
    lab.wrong(name)
    status, log = lab.boot("steps")
    lab.solve()
    assert status == NOTHING_LEFT and line in log.splitlines(), log
    assert log.splitlines() != right


@pytest.mark.case("labs 12")
def test_the_picture_of_the_entry_shows_the_situation_only():
    shown = " ".join(re.findall(r">([^<]+)<", (LAB.folder / "entry.svg").read_text()))
    assert "user_sp" in shown and "the thread's record" in shown
    assert not re.search(r"push|swapgs|SEL_U|REGS_VECTOR|from r|user_sp =|rsp =|step", shown), shown


@pytest.mark.case("labs 12")
def test_the_hours_add_up_and_something_is_seen_within_two():
    """The parts up to the first exercise, and that exercise, take two hours at most."""
    parts, in_all = handout.hours(LAB.handout)
    assert sum(parts) == in_all and sum(parts[:2]) <= 2
    rows = [line for line in LAB.handout.splitlines() if line.startswith("| [")]
    assert rows[1].startswith("| [1.1 "), rows[:2]


@pytest.mark.case("labs 12")
def test_the_board_has_the_reference_in_its_place(lab):
    """The count of the solved exercises is the one in the board; a compiler of another release may differ by a few."""
    lab.solve()
    done = subprocess.run(["make", "stage-1", "bench"], cwd=lab.path, env=environment(), text=True, stdout=subprocess.PIPE, timeout=120, check=True)
    lines = done.stdout.splitlines()
    yours = next(int(line.split()[-2].replace(",", "")) for line in lines if line.endswith("  yours"))
    assert abs(yours - race.REFERENCE) < race.REFERENCE / 10
    for block in LAB.of_kind("bench"):
        assert_printed(block, lines)
    lab.solve("1.5")
    done = subprocess.run(["make", "stage-1", "bench"], cwd=lab.path, env=environment(), text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=120, check=False)
    assert done.returncode and "exercise 1.6 is missing" in done.stderr, done

