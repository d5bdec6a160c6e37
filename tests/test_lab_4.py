"""Lab 4 as a learner meets it: the starter, the way to full score, each wrong solution, and the handout's claims.

As test_lab_3.py. Its boots are sessions: each line of the handout's blocks that begins with the prompt is typed there.
"""
import os
import re
import shutil
import subprocess
import sys

import pytest

from lab_tree import ROOT, Lab, LabTree, assert_printed, environment, handout
import run as machine
from engine import load
from guest import PROMPT, NoAnswer, Shell
from kinds import Unit

LAB = Lab(4, "4-shell")
STARTER_POINTS = 31  # that it builds and starts, the shell's own commands, and that the earlier labs' work still holds
WHOLE = os.environ.get("MICROK_WHOLE") == "1"
MEASURE = "labs/4-shell/jobs/measure.py"
SECONDS = 240  # on a busy host; the expected text ends a wait at once
MODULE = load(str(LAB.folder / "checks" / "checks.py"))


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    tree = LabTree(LAB, tmp_path_factory.mktemp("lab") / "tree")
    built = ROOT / "build"
    (tree.path / "build").mkdir(exist_ok=True)
    for name in ("downloads", "ports"):  # musl's source, and the library that was made of it
        if (built / name).is_dir():
            shutil.copytree(built / name, tree.path / "build" / name, symlinks=True, dirs_exist_ok=True)
    return tree


def test_every_exercise_has_what_it_needs():
    """Five wrong solutions each; three would do for the tool."""
    LAB.assert_has_all()
    counts = {number: len([n for n in LAB.wrong if n.startswith(f"{number}-")]) for number in LAB.exercises}
    assert min(counts.values()) >= 5, counts


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
    report = lab.grade(*([*LAB.exercises, "start", "shell", "look", "end"] if WHOLE else UNITS[name.split("-")[0]]))
    LAB.assert_caught(report, name)
    if not WHOLE:
        LAB.assert_said(report, name)


# The handout


def test_the_handout_holds_against_the_tree(lab):
    lab.assert_handout_holds()


def test_what_the_checks_say_to_read_is_there():
    known = LAB.anchors()
    for number in {c.exercise for c in MODULE.CHECKS} - {"start"}:
        assert MODULE.ANCHORS[number] in known, number


KEYS = {"<Backspace>": "\x7f", "<Ctrl-W>": "\x17", "<Ctrl-D>": "\x04"}
QUESTION = "? "  # of `show ask`
OPEN = re.compile(r"(?:\w+: )?\[lab\] exercise [^\n]*\n")  # may come in the middle of an echo


def prompt_of(line):
    return QUESTION if line.startswith(QUESTION) else PROMPT


def typed(lab, state, lines):
    """The output after each of these lines, which begin with the prompts that they are typed at, in the tree with the exercises up to `state` solved."""
    key = (state, tuple(lines))
    if key not in lab.logs:
        lab.solve(None if state == "all" else "" if state == "none" else state)
        subprocess.run(["make", "stage-4"], cwd=lab.path, env=environment(), check=True, timeout=600, stdout=subprocess.DEVNULL)
        shell = Shell(machine.qemu_command(4, boot="kernel", build=str(lab.path / "build/stage-4"), serial=["chardev:terminal"],
                                           extra=["-chardev", "stdio,id=terminal,signal=off"]), SECONDS)
        said = []
        try:
            for line, after in zip(lines, [*lines[1:], PROMPT]):
                keys = line[len(prompt_of(line)):]
                for name, byte in KEYS.items():
                    keys = keys.replace(name, byte)
                shell.send(keys if keys == KEYS["<Ctrl-D>"] else f"{keys}\r")
                said.append(OPEN.sub("", shell.until(prompt_of(after))).split("\n")[1:-1])
        except NoAnswer:
            pass  # an exercise that is open may leave a program without an end
        finally:
            shell.close()
        lab.logs[key] = said
    return lab.logs[key]


def sessions(state):
    """[(a line that is typed, with its prompt, its answer)] of all blocks with that state."""
    found = []
    for block in LAB.of_kind("boot"):
        for line in block.lines if block.words == state else ():
            if line.startswith((PROMPT, QUESTION)):
                found.append((line, []))
            else:
                found[-1][1].append(line)
    return found


@pytest.mark.parametrize("state", dict.fromkeys(block.words for block in LAB.of_kind("boot")))
def test_the_machine_answers_as_the_handout_shows(lab, state):
    wanted = sessions(state)
    assert typed(lab, state, [line for line, _ in wanted]) == [answer for _, answer in wanted]


@pytest.mark.case("labs 12")
def test_each_exercise_shows_something_new(lab):
    """The lines of its proof have another answer before it is solved."""
    before = "none"
    for number in LAB.exercises:
        shown = sessions(number)
        assert shown, f"the handout shows no session with {number} solved"
        assert typed(lab, before, [line for line, _ in shown]) != [answer for _, answer in shown], number
        before = number


def test_gdb_takes_what_the_handout_tells(lab):
    if not shutil.which("gdb"):
        pytest.skip("gdb is not installed")
    lab.assert_gdb_takes(LAB.of_kind("gdb"), "PROGRAM=proc")


def test_the_board_of_job_control_is_measured():
    """The handout's board is what measure.py prints for the reference."""
    printed = subprocess.run([sys.executable, str(ROOT / MEASURE)], cwd=ROOT, env=environment(), text=True, stdout=subprocess.PIPE, check=True, timeout=900).stdout
    assert len(LAB.of_kind("bench")) == 1
    for block in LAB.of_kind("bench"):
        assert_printed(block, printed.splitlines())


@pytest.mark.case("labs 12")
def test_the_hours_add_up_and_something_is_seen_within_two():
    parts, in_all = handout.hours(LAB.handout)
    assert sum(parts) == in_all and sum(parts[:2]) <= 2
    assert [line for line in LAB.handout.splitlines() if line.startswith("| [")][1].startswith("| [4.1 ")
    assert re.search(r"^\| \[4\.1 ", LAB.handout, re.M)
