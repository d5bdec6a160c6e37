"""Hosts that cannot grade: without a sandbox, an emulator or a compiler that runs, and two graders at once. None of that is a grade."""
import json
import os
import shutil
import subprocess
import sys
import tempfile

import pytest

from conftest import ROOT, is_open

sys.path[:0] = [os.path.join(ROOT, "tools", "grade"), os.path.join(ROOT, "tools")]

import fitness  # noqa: E402
import hostile  # noqa: E402
import sandbox  # noqa: E402
import submission  # noqa: E402

pytestmark = pytest.mark.skipif(is_open(), reason="the exercises of this tree are open")
SEED = 0x5eed
GRADE = [sys.executable, os.path.join(ROOT, "tools/grade/grade.py"), "--stage", "1"]


def grade_of(tmp_path, *more, out="out"):
    done = subprocess.run([*GRADE, "--submission", hostile.solved_tree(ROOT, str(tmp_path / "solved")), "--out", str(tmp_path / out), *more],
                          text=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=900, check=False)
    with open(tmp_path / out / "stage-1.json", encoding="utf-8") as f:
        return done, json.load(f)


@pytest.fixture(name="stand_in")
def programs_before_the_systems(monkeypatch):
    """stand_in(name, script): a program that is found before the system's."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")

        def write(name, script):
            path = os.path.join(folder, name)
            with open(path, "w", encoding="utf-8") as f:
                f.write(f"#!/bin/sh\n{script}\n")
            os.chmod(path, 0o755)

        yield write


@pytest.mark.case("grader 5")
def test_without_a_sandbox_nothing_is_graded(tmp_path, stand_in):
    stand_in("bwrap", "echo 'bwrap: No permissions to create new namespace' >&2; exit 1")
    done, data = grade_of(tmp_path, "--only", "1.4.a")
    assert done.returncode == 3 and "No permissions" in done.stderr and "--unsafe" in done.stderr
    assert data["graded"] is False and "No permissions" in data["reason"]
    assert 'errors="1"' in (tmp_path / "out/stage-1.xml").read_text()
    shutil.rmtree(tmp_path / "solved")
    done, data = grade_of(tmp_path, "--only", "1.4.a", "--unsafe")
    assert done.returncode == 0 and data["graded"] and "WITHOUT a sandbox" in done.stdout


@pytest.mark.case("grader 8")
def test_a_host_that_cannot_run_it_is_no_grade(tmp_path, stand_in):
    stand_in("qemu-system-x86_64", "echo 'qemu: cannot load a shared library' >&2; exit 127")
    done, data = grade_of(tmp_path, "--only", "start", "--unsafe")
    assert done.returncode == 3 and "COULD NOT BE GRADED: the emulator does not run here" in done.stdout
    assert data["graded"] is False and data["reason"] and 'errors="0"' not in (tmp_path / "out/stage-1.xml").read_text()


def test_a_mistake_of_the_learners_is_a_grade(tmp_path):
    """A kernel that does not compile differs from a machine that cannot compile."""
    theirs = tmp_path / "solved"
    hostile.solved_tree(ROOT, str(theirs))
    with open(theirs / "kernel/sched/ready.c", "a", encoding="utf-8") as f:
        f.write("#error mine\n")
    report = submission.grade_submission(str(theirs), 1, seed=SEED, only=["1.4.a"], out=str(tmp_path / "out"))
    assert not report.unfit and report.data()["graded"] and report.result("1.4.a").status == "BUILD ERROR"


def test_fitness_finds_a_compiler_that_does_not_run():
    assert "does not run" in fitness.compiles(lambda command, **_: ["false"])
    assert fitness.compiles(sandbox.unconfined) == ""


@pytest.mark.case("grader 9")
def test_two_checks_in_one_tree_take_turns(tmp_path):
    script = f"import sys; sys.path.insert(0, {os.path.join(ROOT, 'tools/grade')!r}); from engine import one_check\nwith one_check(sys.argv[1]): print('in', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", script, str(tmp_path / "grade")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout.readline() == "in\n"
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as second:
            assert "another check uses" in second.stderr.readline()
            first.stdin.close()
            assert second.stdout.readline() == "in\n" and first.wait(20) == 0
            second.stdin.close()
            assert second.wait(20) == 0
