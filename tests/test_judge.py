"""A unit's judge beside a subject that this test plays. It must not blame the learner for a busy host, or for a subject that is gone."""
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
import types

import pytest

from conftest import ROOT, is_open

sys.path[:0] = [os.path.join(ROOT, "tools", "grade"), os.path.join(ROOT, "tools")]

import bounded  # noqa: E402
import check  # noqa: E402
import engine  # noqa: E402
import fitness  # noqa: E402
import hostile  # noqa: E402
import kinds  # noqa: E402
import unit  # noqa: E402

# tools/grade/unit/wire.h
QUESTION, ANSWER, WORDS = "<QII6Q", "<QQQ", 3600
BEGIN, CALL = 0, 1
RETURNED, ENDED, SLEPT = 0, 3, (1 << 64) - 1

pytestmark = pytest.mark.skipif(is_open(), reason="the exercises of this tree are open")


def program_of_ready_queue(tree, tmp_path_factory, which):
    """Its judge (0) or its subject (1)."""
    lab = engine.labs_in(tree)[1]
    parts = engine.load(os.path.join(lab, "checks", "checks.py")).UNITS["ready"]
    return unit.Units(tree, str(tmp_path_factory.mktemp("units"))).compile(os.path.join(lab, "checks/host"), "ready", parts)[which]


@pytest.fixture(scope="module", name="judge")
def judge_of_the_ready_queue(tmp_path_factory):
    return program_of_ready_queue(ROOT, tmp_path_factory, 0)


class Nothing:
    """In the place of the descriptors between two commands."""
    def of_subject(self):
        return []
    of_judge = of_subject

    def close(self):
        pass


class Subject:
    def __init__(self, judge):
        with unit.Between(5) as between:
            self.end = socket.socket(fileno=os.dup(between.subject))
            numbers = between.of_judge()
            self.judge = subprocess.Popen([judge, *numbers], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, pass_fds=list(map(int, numbers)))
        self.end.settimeout(60)
        self.end.send(struct.pack(ANSWER, 0, RETURNED, 0))
        self.begun = self.question(BEGIN)

    def question(self, op):
        """The nonce of the next question of this kind."""
        while True:
            nonce, came, *_ = struct.unpack(QUESTION, self.end.recv(4096))
            if came == op:
                return nonce

    def sleeps(self):
        self.end.send(struct.pack(ANSWER, self.begun, ENDED, SLEPT) + bytes(WORDS))

    def result(self):
        """The first check's fields (none without a result), and the judge's status and errors once this subject is gone."""
        line = self.judge.stdout.readline() if self.end.fileno() >= 0 else ""
        self.end.close()
        rest, errors = self.judge.communicate(timeout=60)
        return (line or rest).rstrip("\n").split("\t"), self.judge.returncode, errors


def test_a_subject_that_slept_before_the_question_waited_for_the_judge(judge):
    subject = Subject(judge)
    subject.sleeps()
    assert subject.result()[0][:2] == ["1.4.a", "STALLED"]


def test_so_did_one_that_slept_too_shortly_after_it(judge):
    """The judge was held up between its look for answers and its question."""
    subject = Subject(judge)
    subject.question(CALL)
    subject.sleeps()
    assert subject.result()[0][:2] == ["1.4.a", "STALLED"]


def test_one_that_slept_after_the_question_hangs(judge):
    subject = Subject(judge)
    subject.question(CALL)
    time.sleep(5)
    subject.sleeps()
    assert subject.result()[0][:2] == ["1.4.a", "HANG"]


def test_a_subject_that_is_gone_is_no_result(judge):
    """Neither of this check nor of any after it; the grade names the reason."""
    subject = Subject(judge)
    subject.question(CALL)
    subject.end.close()
    fields, status, errors = subject.result()
    assert fields == [""] and status == 1 and errors.splitlines()[-1] == "judge: the process with the code under test is gone"


class Judge:
    """Beside a subject, whose function that is called answers without end."""
    def __init__(self, subject):
        with unit.Between(5) as between:
            self.end, self.stops = (socket.socket(fileno=os.dup(n)) for n in (between.judge, between.stops))
            numbers = between.of_subject()
            self.subject = subprocess.Popen([subject, *numbers], pass_fds=list(map(int, numbers)), env={"ASAN_OPTIONS": "detect_leaks=0"})
        with open(os.path.join(os.path.dirname(subject), "calls.s"), encoding="utf-8") as f:
            self.function = re.findall(r"\.quad\s+(\w+)", f.read().partition("unit_calls:")[2]).index("ready_add_first")
        self.end.settimeout(60)
        self.end.recv(4096)  # it is there

    def floods(self, check):
        """Begins a check, and returns once its process writes."""
        self.end.send(struct.pack(QUESTION, check, BEGIN, *[0] * 7))
        self.end.send(struct.pack(QUESTION, check + 1, CALL, self.function, *[0] * 6))
        assert len(self.end.recv(4096)) == struct.calcsize(ANSWER)

    def stop(self, check):
        self.stops.send(struct.pack("<Q", check))

    def status(self, nonce):
        """Of the end of the check that began with this nonce, after all that its process wrote."""
        while True:
            came, kind, status = struct.unpack_from(ANSWER, self.end.recv(4096))
            if (came, kind) == (nonce, ENDED):
                return status

    def leave(self):
        """The subject's own status after the judge is gone."""
        self.stops.close()
        self.end.close()
        return self.subject.wait(60)


@pytest.fixture(scope="module", name="flood")
def subject_that_answers_without_end(tmp_path_factory):
    tree = hostile.solved_tree(ROOT, str(tmp_path_factory.mktemp("flood") / "tree"))
    shutil.copytree(os.path.join(ROOT, "tools"), os.path.join(tree, "tools"))
    hostile.read("endless_answers.c").lay_over(tree)
    return program_of_ready_queue(tree, tmp_path_factory, 1)


def test_a_check_that_is_over_ends_at_once(flood):
    """Otherwise the flood goes on until its time on the processor is over, which is long on a busy host."""
    judge = Judge(flood)
    for check in (10, 20):
        judge.floods(check)
        judge.stop(check)
        assert judge.status(check) == signal.SIGKILL
    assert judge.leave() == 0


def test_only_the_check_that_is_over_ends(flood):
    """The judge's word on one that ended by itself comes after that, and may lie there when the next one begins."""
    judge = Judge(flood)
    judge.stop(10)
    judge.floods(20)
    judge.stop(10)
    assert judge.status(20) == signal.SIGXCPU
    assert judge.leave() == 0


def test_a_flood_ends_with_the_judge(flood):
    judge = Judge(flood)
    judge.floods(10)
    judge.stops.close()
    assert judge.status(10) == signal.SIGKILL
    assert judge.leave() == 0


LOST = (1, "", "the command beside it ended by signal 9\njudge: the process with the code under test is gone\n")


@pytest.mark.parametrize("runs, status", [([LOST, (0, "1.4.a\tPASS\t\t\t\t\n", "")], check.PASS), ([LOST, LOST], check.NOSTART)])
def test_a_unit_that_lost_its_subject_at_once_is_run_once_more(tmp_path, monkeypatch, runs, status):
    """A signal from outside must not cost points; a subject that ends itself does so again."""
    left = list(runs)
    monkeypatch.setattr(bounded, "run", lambda *_, **__: left.pop(0))
    said = unit.Units(ROOT, str(tmp_path)).execute("judge", "subject")
    result = kinds.Unit("1.4.a", "a check", 1).run(types.SimpleNamespace(unit=lambda _: said))
    assert result.status == status and not left
    assert status == check.PASS or "signal 9; judge: the process with the code under test is gone" in result.came


@pytest.mark.parametrize("script, words", [("kill -9 $$", "signal 9"), ("exit 3", "status 3"), ("sleep 30", "")])
def test_the_end_of_a_command_beside_is_reported(script, words):
    status, _, errors = bounded.run(["sh", "-c", "sleep 0.2; exit 1"], timeout=20, beside=["sh", "-c", script], between=Nothing())
    assert status == 1 and words in errors and bool(errors) == bool(words)


@pytest.mark.parametrize("busy, status", [(False, check.STALLED), (True, check.NOSTART)])
def test_a_unit_that_the_host_held_up_gets_no_grade(tmp_path, monkeypatch, busy, status):
    """Unless it computed for most of the time: the code under test must not be able to end its own grading."""
    def late(command, **_):
        raise bounded.TooLate(command, unit.BACKSTOP, busy)
    monkeypatch.setattr(bounded, "run", late)
    monkeypatch.setattr(fitness, "reason_not_fit", lambda _: "")
    said = unit.Units(ROOT, str(tmp_path)).execute("judge", "subject")
    result = kinds.Unit("1.4.a", "a check", 1).run(types.SimpleNamespace(unit=lambda _: said))
    assert result.status == status and "240 s of the host's time" in result.came
    report = types.SimpleNamespace(results=[result], unfit="")
    fitness.judge(report, types.SimpleNamespace(private_mistake=""))
    assert bool(report.unfit) == (not busy)


def test_a_held_up_judge_is_the_hosts_fault():
    said = unit.Said(results={"1.4.a": ["STALLED", "a", "b", "", ""]})
    result = kinds.Unit("1.4.a", "a check", 1).run(types.SimpleNamespace(unit=lambda _: said))
    assert result.status == check.STALLED and "the host, not your code" in result.cause
