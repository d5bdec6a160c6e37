"""The grader itself: every way to fail is distinguished, reports are written whatever happens, and the reference is perfect.

A copy of the tree is broken in one place at a time, and graded by the Python interface that the labs' tests use too.
"""
import contextlib
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree

import pexpect
import pytest

from conftest import ROOT, is_open
from grader_tree import broken, copy_sources

sys.path.insert(0, os.path.join(ROOT, "tools", "grade"))

import compare  # noqa: E402
import engine  # noqa: E402
import machine  # noqa: E402
import changes  # noqa: E402
import laid  # noqa: E402
import listing  # noqa: E402
import submission  # noqa: E402
import check as c  # noqa: E402
import kinds  # noqa: E402
from check import NOTHING_MORE, Check, Result  # noqa: E402
from report import Report, printable  # noqa: E402
from source import built_from, parse_manifest  # noqa: E402  tools/lab/source.py

SEED = 0x5eed
STAGES = sorted(engine.labs_in(ROOT))


pytestmark = pytest.mark.skipif(is_open(), reason="the exercises of this tree are open")
HANDLE = "kernel/entry/syscall.c"
# The place where a system call enters C: code put there runs at the first system call.
ENTRY = "void syscall_handle(void)\n{\n"


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A copy of the sources, built once; tests break it and mend it."""
    top = str(tmp_path_factory.mktemp("grader") / "tree")
    copy_sources(top)
    return top


def grade(tree, **more):
    more.setdefault("only", ["start", "1.1"])
    return engine.grade(tree, 1, seed=SEED, **more)


def at_entry(tree, code):
    return broken(tree, HANDLE, ENTRY, ENTRY + code)


def written(tree):
    """The content of both files; they must parse, and agree."""
    folder = os.path.join(tree, "build", "grade")
    with open(os.path.join(folder, "stage-1.json"), encoding="utf-8") as f:
        data = json.load(f)
    suite = ElementTree.parse(os.path.join(folder, "stage-1.xml")).getroot()
    assert int(suite.get("tests")) == len(data["checks"]) == len(suite.findall("testcase"))
    bad = [x for x in data["checks"] if x["status"] not in ("PASS", "BLOCKED")]
    failures, errors = suite.findall("testcase/failure"), suite.findall("testcase/error")
    assert (int(suite.get("failures")), int(suite.get("errors"))) == (len(failures), len(errors)) and len(bad) == len(failures) + len(errors)
    assert data["graded"] is not bool(errors), "what the machine could not do is an error, and no failure"
    os.unlink(os.path.join(folder, "stage-1.json"))
    os.unlink(os.path.join(folder, "stage-1.xml"))
    return data


def failed(report, check_id, status):
    result = report.result(check_id)
    assert result.status == status, report.text()
    assert result.expected and result.came, report.text()
    assert not report.full and report.points < report.total
    return result


# ---- each way to fail ----------------------------------------------------------------------------
def test_build_error(tree):
    with broken(tree, "kernel/sched/ready.c", "void ready_add(struct thread *t)\n{", "void ready_add(struct thread *t)\n{ nonsense;"):
        report = grade(tree)
    said = failed(report, "1.0.a", "BUILD ERROR")
    assert "kernel/sched/ready.c" in said.came and "nonsense" in said.came
    assert not any("error:" in line for line in said.detail), "its first line is not printed twice"
    assert said.read == "labs/1-ipc/handout.md#14-ready-queue" or not report.handout
    # The exercise in that file reports it too, the others are graded as far as they need no kernel.
    assert failed(report, "1.4.a", "BUILD ERROR").came.startswith("kernel/sched/ready.c")
    assert report.result("1.2.a").passed and report.result("1.1.a").passed
    assert report.result("1.1.e").status == "BLOCKED"
    assert written(tree)["build_error"]


def test_link_error(tree):
    with broken(tree, HANDLE, ENTRY, "void no_such_function(void);\n" + ENTRY + "\tno_such_function();\n"):
        report = grade(tree)
    assert "nothing defines no_such_function" in failed(report, "1.0.a", "BUILD ERROR").came
    written(tree)


def test_a_link_error_leads_to_the_exercise_that_it_lies_in(tree):
    with broken(tree, "kernel/sched/ready.c", "void ready_add(struct thread *t)\n{", "void no_such_function(void);\nvoid ready_add(struct thread *t)\n{ no_such_function();"):
        report = grade(tree)
    said = failed(report, "1.0.a", "BUILD ERROR")
    assert said.came == "linking: nothing defines no_such_function"
    assert said.read == "labs/1-ipc/handout.md#14-ready-queue" or not report.handout


def test_panic_has_a_backtrace(tree):
    with broken(tree, HANDLE, ENTRY, '#include "lib/print.h"\n' + ENTRY + '\tpanic("as the test wants");\n'):
        report = grade(tree)
    said = failed(report, "1.1.e", "PANIC")
    assert "as the test wants" in said.came
    assert any("syscall_handle (kernel/entry/syscall.c:" in line for line in said.detail), said.detail
    written(tree)


def test_exception_in_the_kernel_has_a_backtrace(tree):
    with at_entry(tree, "\t*(volatile u64 *)0x10 = 1;\n"):
        report = grade(tree)
    said = failed(report, "1.1.e", "PANIC")
    assert "vector 14" in said.came
    assert "syscall_handle" in said.detail[0], said.detail
    written(tree)


def test_triple_fault(tree):
    code = ('\tstruct { u16 limit; u64 base; } __attribute__((packed)) none = {0, 0};\n'
            '\t__asm__ volatile("lidt %0; ud2" ::"m"(none));\n')
    with at_entry(tree, code):
        report = grade(tree)
    said = failed(report, "1.1.e", "TRIPLE FAULT")
    assert said.cause
    assert any("syscall_handle" in line for line in said.detail), said.detail
    written(tree)


def test_halt_with_interrupts_off(tree):
    with at_entry(tree, '\tfor (;;)\n\t\t__asm__ volatile("cli; hlt");\n'):
        report = grade(tree)
    said = failed(report, "1.1.e", "HALTED")
    assert "interrupts off" in said.came
    assert any("syscall_handle" in line for line in said.detail), said.detail
    written(tree)


def test_endless_loop(tree):
    with at_entry(tree, '\tfor (;;)\n\t\t__asm__ volatile("");\n'):
        report = grade(tree)
    said = failed(report, "1.1.e", "HANG")
    assert any("syscall_handle" in line for line in said.detail), said.detail
    written(tree)


@pytest.mark.case("labs 7")
def test_what_did_not_run_has_no_likely_cause(tree):
    """The first task's fault ends the kernel: the others' pages are not to blame."""
    with broken(tree, "stages/1-ipc/kernel/ipc/fault.c", "\tfault_print(t);\n", '\tfault_print(t);\n\tpanic("as the test wants");\n'):
        report = grade(tree, only=["1.2"])
    said = failed(report, "1.2.i", "PANIC")
    assert "no fault of datarunner, and no sign that it ran" in said.came and not said.cause
    written(tree)


@pytest.mark.parametrize("kind, came, cause", [
    ("exit", "  line 1\n> line 3", "lines"), ("panic", "  line 1\n> line 3", "lines"), ("panic", f"  line 3\n> {NOTHING_MORE}", ""),
    ("hang", "no fault of line 3", c.CAUSES["HANG"])])
def test_a_cause_rests_on_lines_that_came(kind, came, cause):
    check = kinds.Guest("1.5.i", "a check", 1, boot=None, causes=((r"line 3", "lines"),))
    outcome = machine.Outcome(kind, words="the kernel panicked: x" if kind == "panic" else "it was still running")
    assert check.verdict(outcome, ("line 2", came)).cause == cause


def test_wrong_answer_among_its_neighbours(tree):
    with broken(tree, HANDLE, "return ERR_SYSCALL;", "return ERR_ARG;"):
        report = grade(tree)
    said = failed(report, "1.1.e", "FAIL")
    assert said.expected.startswith("call 0: ERR_SYSCALL r14 ")
    assert said.came.splitlines()[0].startswith("> call 0: ERR_ARG r14 ")
    assert said.came.splitlines()[1].startswith("  call 1: OK r14 ")
    assert said.read == "labs/1-ipc/handout.md#11-system-call-entry" or not report.handout
    written(tree)


def test_a_wait_for_ever_is_no_hang_of_the_grader(tree):
    """A receiver that is never woken: the machine idles, and the grader sees it at once."""
    with broken(tree, "kernel/entry/syscall.c", "static status_t send_decode(struct thread *t, u64 tag)\n{",
                "static status_t send_decode(struct thread *t, u64 tag)\n{\n\tif (tag)\n\t\treturn schedule_block(t, THREAD_SENDING), DELIVERED;"):
        report = grade(tree, only=["1.5"])
    said = failed(report, "1.5.i", "FAIL")
    assert "every task waits" in said.came
    assert said.cause
    written(tree)


def test_a_machine_that_is_put_to_sleep_is_graded(tree):
    """It uses no instructions and does not halt, so neither limit ends it. The end of the host's time would leave it ungraded."""
    with broken(tree, "kernel/entry/syscall.c", "static status_t send_decode(struct thread *t, u64 tag)\n{",
                "static status_t send_decode(struct thread *t, u64 tag)\n{\n"
                '\tfor (;;)\n\t\t__asm__ volatile("outw %w0, %w1" ::"a"(0x2400), "d"(0x604));'):
        report = grade(tree, only=["start"])
        build = os.path.join(tree, "build", "stage-1")
        plugin = machine.compile_plugin(os.path.join(ROOT, "build", "grade"))
        outcome = machine.Machine(1, build, plugin).boot(os.path.join(build, "archive.cpio"), "")
    assert outcome.kind == "halted" and "put to sleep" in outcome.words
    assert written(tree)["graded"] and all(r.status != "HOST STALLED" for r in report.results)


def test_units_that_crash_or_hang_harm_no_other(tree):
    at = "void ready_remove(struct thread *t)\n{"
    with broken(tree, "kernel/sched/ready.c", at, at + "\n\tfor (volatile int i = 1; i;)\n\t\t;"):
        report = grade(tree, only=["1.4"])
    assert failed(report, "1.4.a", "HANG").cause
    with broken(tree, "kernel/sched/ready.c", at, at + "\n\t((volatile struct thread *)8)->state = 1;"):
        report = grade(tree, only=["1.4"])
    assert any("kernel/sched/ready.c" in line for line in failed(report, "1.4.a", "CRASH").detail)
    assert report.result("1.4.g").status == "BLOCKED" and report.result("1.4.g").cause == "1.4"
    assert report.exercises["1.4"] == "FAIL" and report.exercises["1.2"] == "PASS"
    written(tree)


def test_slow_host_fails_nobody(tree, monkeypatch):
    monkeypatch.setattr(machine, "BACKSTOP", 0.05)
    report = grade(tree)
    said = report.result("1.0.b")
    assert said.status == "HOST STALLED" and not said.read and "host" in said.cause
    written(tree)


def test_machine_that_never_starts(tree, monkeypatch):
    monkeypatch.setattr(machine.runner, "QEMU", "/nowhere/qemu")
    report = grade(tree)
    assert failed(report, "1.0.b", "NOT STARTED")
    assert "the emulator does not run here" in written(tree)["reason"]


def test_a_machine_that_was_killed_from_outside_is_started_once_more(tree, monkeypatch):
    """Before it had begun: the plugin reported nothing."""
    real, killed = machine.bounded.run, []

    def run(command, **more):
        if any("qemu" in word for word in command) and not killed:
            killed.append(command)
            return -9, "", ""
        return real(command, **more)
    monkeypatch.setattr(machine.bounded, "run", run)
    assert grade(tree).result("1.0.b").status == "PASS" and killed


def test_grader_that_stumbles_still_reports(tree, monkeypatch):
    def stumble(*_):
        raise RuntimeError("as the test wants")
    monkeypatch.setattr(engine.Context, "boot", stumble)
    report = grade(tree)
    assert "as the test wants" in failed(report, "1.0.b", "NOT STARTED").came
    assert not written(tree)["graded"]


# ---- repeatability and reports -------------------------------------------------------------------
def test_runs_repeat_to_the_instruction(tree):
    """And the reference, graded through the copy, has all points."""
    report = grade(tree, only=None)
    assert report.full and report.points == report.total == 100, report.text()
    build = os.path.join(tree, "build", "stage-1")
    one = machine.Machine(1, build, machine.compile_plugin(os.path.join(ROOT, "build", "grade")))
    runs = [one.boot(os.path.join(build, "archive.cpio"), "exit=debug") for _ in range(2)]
    assert runs[0].kind == "idle" and runs[0].instructions > 1_000_000
    assert (runs[0].instructions, runs[0].console) == (runs[1].instructions, runs[1].console)


def test_table_is_plain_unless_on_a_terminal(tree):
    report = grade(tree)
    assert "\033" not in report.text() and "\033[" in report.text(colour=True)
    rows = [line for line in report.text().splitlines() if line.startswith("    1.")]
    assert len({len(line) for line in rows}) <= 2  # the points' width only


def made_up(statuses, **more):
    """A report with two checks an exercise."""
    results = [Result(Check(f"1.{i}.{letter}", f"check {letter}", 3, f"1.{i}"), status, came=f"so in {i}", read="there")
               for i, status in enumerate(statuses, 1) for letter in "ab"]
    return Report(1, "ipc", SEED, titles={f"1.{i}": f"Title {i}" for i in range(1, 9)}, results=results, **more)


def test_only_the_first_open_exercise_is_unfolded():
    """A starter's report fits a screen; exercises that were written and fail, and those asked for, are always shown in full."""
    text = made_up(["PASS", "MISSING", "FAIL", "MISSING", "MISSING"]).text()
    shown = {line.split()[0] for line in text.splitlines() if line.startswith("    1.")}
    assert shown == {"1.1.a", "1.1.b", "1.2.a", "1.2.b", "1.3.a", "1.3.b"}
    assert re.search(r"\n  1\.4  Title 4 +MISSING +0/6\n  1\.5  Title 5 +MISSING +0/6\n", text)
    assert text.count("read on") == 2 and "--only 1.4" in text
    asked = made_up(["MISSING"] * 3, asked_for=("1.3",)).text()
    assert "1.3.b" in asked and "1.2.b" not in asked and "--only" not in asked


def test_what_was_not_asked_for_is_not_shown():
    """It is run, because the check that was asked for needs it; its line shows that it is open."""
    report = made_up(["MISSING", "MISSING", "MISSING"], asked_for=("1.2",))
    text = report.text()
    assert re.findall(r"^(\d\.\d\.\w)  ", text, re.M) == ["1.2.a"] and text.count("likewise  1.2.b") == 1
    assert "1.1.a" not in text and re.search(r"\n  1\.1  Title 1 +MISSING +0/6\n", text)
    # Open in one of its checks only, and so not folded: in the table, and no more.
    report.results[0].status = "PASS"
    assert re.findall(r"^(\d\.\d\.\w)  ", report.text(), re.M) == ["1.2.a"] and "    1.1.b" in report.text()


def test_what_says_one_thing_is_one_line():
    """Topics that only wait for an exercise, and earlier stages whose checks pass."""
    def topics(status, cause=""):
        rows = [(f"whole.{x}", "whole") for x in "abc"] + [(f"1/1.{i}", "again") for i in (1, 2)]
        return [Result(Check(i, f"title {i}", 2, topic), status, cause=cause, came="so", read="there") for i, topic in rows]

    def shown(results, **more):
        lines = Report(2, "caps", SEED, titles={"whole": "The whole", "again": "Earlier"}, results=results, **more).text().splitlines()
        return [" ".join(line.split()) for line in lines if re.match(r"  +(The|Earlier|whole|1/)", line)]

    assert shown(topics("BLOCKED", "2.1")) == ["The whole BLOCKED by 2.1 0/6", "Earlier BLOCKED by 2.1 0/4"]
    good = topics("PASS")
    assert shown(good)[-1] == "Earlier PASS 4/4" and "whole.c title whole.c PASS 2/2" in shown(good)
    assert shown(good, asked_for=("1/1.2",))[-1] == "1/1.2 title 1/1.2 PASS 2/2"
    good[-1].status = "FAIL"
    assert shown(good)[-2:] == ["1/1.1 title 1/1.1 PASS 2/2", "1/1.2 title 1/1.2 FAIL 0/2"]


@pytest.mark.parametrize("name", ["1.6", "1/1.6"])
def test_an_earlier_stages_exercise_can_be_asked_for(name):
    checks = [Check("start.a", "", 1, "start"), Check("2.1.a", "", 1, "2.1"), Check("1/1.5", "", 1, "again", needs=("start.a",)),
              Check("1/1.6", "", 1, "again", needs=("start.a",))]
    ran, asked = engine.chosen(checks, [name])
    assert [x.id for x in ran] == ["start.a", "1/1.6"] and asked == ("1/1.6",)
    with pytest.raises(ValueError, match="there are start, 2.1, 1/1.5, 1/1.6"):
        engine.chosen(checks, ["1.8"])


def test_full_score_in_a_lab_tree_says_what_comes_next(tmp_path):
    assert not engine.after(tmp_path, 1)
    (tmp_path / "STAGE").write_text("# a comment\nrelease 1.0\nstage 1\nname ipc\nkind lab\n")
    going_on = engine.after(tmp_path, 1)
    assert "make next" in made_up(["PASS", "PASS"], going_on=going_on).text()
    assert "make next" not in made_up(["PASS", "FAIL"], going_on=going_on).text()
    assert "make next" not in made_up(["PASS"], going_on=going_on, asked_for=("1.1",)).text()
    assert not engine.after(tmp_path, 2)
    (tmp_path / "STAGE").write_text("release 1.0\nstage 1\nname ipc\nkind stage\n")
    assert not engine.after(tmp_path, 1)


def test_what_a_machine_says_cannot_break_a_report():
    assert printable("a\x00b\x1b[31m\ud800\ufffe") == "a\ufffdb\ufffd[31m\ufffd\ufffd"


def test_comparison():
    assert compare.difference(["a", "b"], ["a", "b"]) is None
    assert compare.difference(["a", "b", "c"], ["a", "x", "c"]) == ("b", "  a\n> x\n  c")
    assert compare.difference(["a"], []) == ("a", "> (nothing more came)")
    assert compare.in_order(["a", "c"], ["a", "b", "c"]) is None
    assert compare.in_order(["a", "c"], ["c", "a"])[0] == "c"


def test_exercises_that_moved_are_found(tmp_path):
    """A learner may move an exercise to another file: its marker lines go along."""
    from unit import marked_files, marks_in, sources_of
    folder = tmp_path / "kernel" / "ipc"
    folder.mkdir(parents=True)
    (folder / "cancel.c").write_text("/* nothing */\n")
    (folder / "mine.c").write_text("/* EXERCISE 1.7 peer-death part 2: begin */\n/* EXERCISE 1.7 peer-death part 2: end */\n")
    assert marked_files(marks_in(str(tmp_path)), "1.7.2") == ["kernel/ipc/mine.c"]
    tested, _ = sources_of(str(tmp_path), {"regions": ["1.7.2"], "file": "kernel/ipc/cancel.c"})
    assert tested == ["kernel/ipc/cancel.c", "kernel/ipc/mine.c"]


# ---- submissions ---------------------------------------------------------------------------------
@pytest.mark.case("grader 1", "grader 2")
def test_submission(tree, tmp_path):
    """The files that decide the grade are the grader's, whatever was submitted; edits are listed; private checks run with a seed."""
    theirs, private = tmp_path / "theirs", tmp_path / "private"
    shutil.copytree(tree, theirs, ignore=shutil.ignore_patterns("build", "web"))
    (theirs / "Makefile").write_text("all:\n\tfalse\n")
    (theirs / "labs/1-ipc/checks/checks.py").write_text("CHECKS = []\nTITLES = {}\n")
    (theirs / "kernel/sched/schedule.c").open("a").write("/* an edit outside */\nstatic void not_used_yet(void)\n{\n}\n")
    (theirs / "servers/vfs/main.c").unlink()
    (theirs / "lib/microk/ipc.c").unlink()
    (theirs / "user/runtime/announce.c").open("a").write("#error of the learner\n")
    (theirs / "protocols/supervise.idl").write_text("protocol supervise = 99\nop mine = 1 ()\n")
    ready = theirs / "kernel/sched/ready.c"
    ready.write_text(ready.read_text().replace("void ready_add(struct thread *t)\n{", "void ready_add(struct thread *t)\n{ /* mine */"))
    private.mkdir()
    (private / "checks.py").write_text(
        "from kinds import Boot, Guest\nTITLES = {'private': 'Private'}\n"
        "CHECKS = [Guest('p.a', 'the two tasks meet', 5, 'private', needs=('1.0.a',), boot=Boot('private'), channel='console',\n"
        "          exact=False, expected=['ping: sent 5, pong answered 25'], ends=('idle',))]\n")
    report = submission.grade_submission(str(theirs), 1, private=str(private), seed=SEED, only=["1.4", "private"],
                                         out=str(tmp_path / "out"))
    assert report.full, report.text()
    assert report.result("p.a").points == 5
    notes = "\n".join(report.notes)
    assert "Makefile: changed, laid over" in notes and "labs/1-ipc/checks/checks.py: changed, laid over" in notes
    assert "kernel/sched/schedule.c: changed" in notes and "kernel/sched/ready.c" not in notes
    assert "lib/microk/ipc.c: removed, laid over" in notes and "servers/vfs" not in notes
    assert "user/runtime/announce.c: changed, laid over" in notes and "protocols/supervise.idl: changed, laid over" in notes
    assert "forge" in notes
    with open(tmp_path / "out" / "stage-1.json", encoding="utf-8") as f:
        assert json.load(f)["seed"] == hex(SEED)


@pytest.mark.parametrize("seed", ["-1", "0x10000000000000000", "any"])
def test_a_seed_that_the_programs_have_no_room_for(seed):
    done = subprocess.run([sys.executable, os.path.join(ROOT, "tools/grade/grade.py"), "--stage", "1", f"--seed={seed}"],
                          text=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
    assert done.returncode == 2 and f"argument --seed: invalid seed value: '{seed}'" in done.stderr


def test_submission_that_is_none(tmp_path):
    with pytest.raises(submission.Refused, match="no kernel/$"):
        submission.grade_submission(str(tmp_path), 1)
    for name in ("labs-lab-1", "labs-lab-2"):
        (tmp_path / name / "kernel").mkdir(parents=True)
    with pytest.raises(submission.Refused, match="holds 2 trees of MicroK; one is graded$"):
        submission.grade_submission(str(tmp_path), 1)


def test_submission_of_the_kernel_only(tree, tmp_path):
    """Folders without an exercise need not be sent; files that were removed from those sent are listed."""
    theirs = tmp_path / "theirs"
    shutil.copytree(os.path.join(tree, "kernel"), theirs / "kernel")
    (theirs / "kernel/lib/string.c").unlink()
    report = submission.grade_submission(str(theirs), 1, seed=SEED, only=["start"], out=str(tmp_path / "out"))
    notes = "\n".join(report.notes)
    assert "kernel/lib/string.c: removed" in notes and notes.count("removed") == 1
    assert "Not sent, and so taken from this tree: lib/, user/." in notes
    assert failed(report, "1.0.a", "BUILD ERROR").came == "there is no file kernel/lib/string.c"
    shutil.copy(os.path.join(tree, "kernel/lib/string.c"), theirs / "kernel/lib/string.c")
    report = submission.grade_submission(str(theirs), 1, seed=SEED, only=["start"], out=str(tmp_path / "out"))
    assert report.full, report.text()


def test_all_that_test_programs_are_linked_with_is_ours():
    """Every object of the library, and every interface file, of every manifest: whichever folder it moves to."""
    ours = listing.walk(ROOT)
    named = [path for stage in os.listdir(os.path.join(ROOT, "stages"))
             for name, words in parse_manifest(stage, ours.text(f"stages/{stage}/stage.mk")).items()
             if name in ("library-y", "protocols-y") for word in words for path in built_from(name, word)]
    named = [path for path in named if os.path.exists(os.path.join(ROOT, path))]
    assert {"lib/microk/ipc.c", "lib/microk/ipc.S", "protocols/file.idl"} <= set(named)
    # A server's library in which exercises lie is the learner's: no test program has it, and no unit takes an answer from it.
    theirs = {path for path in named if not laid.is_ours(path, ours.text(path))}
    assert theirs == {path for path in named if laid.exercise.regions_of(path, ours.text(path))[0]}
    assert all(path.startswith(("lib/fileserver/", "lib/terminal/")) for path in theirs)


def test_what_is_not_sent_never_is_a_solution(tmp_path):
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    (ours / "servers/a").mkdir(parents=True)
    theirs.mkdir()
    (ours / "servers/a/a.c").write_text("/* EXERCISE 3.1 path: begin */\n/* EXERCISE 3.1 path: end */\n")
    with pytest.raises(submission.Refused, match="no servers/a/a.c, where exercise 3.1 lies"):
        laid.not_sent(listing.walk(str(theirs)), listing.walk(str(ours)), {"servers/a/a.c"})


@pytest.mark.parametrize("text, said", [("CHECKS = [\n", "SyntaxError: "), ("CHECKS = [1]\n", "1, which is not a check"),
                                        ("\nCHECKS = [Guset()]\n", r"NameError: .*Guset.* \(checks.py:2\)"), ("", "AttributeError")])
def test_private_checks_with_a_mistake(tree, tmp_path, text, said):
    """That is not a learner's score: one line, and the status of "nothing was graded"."""
    (tmp_path / "checks.py").write_text(text)
    done = subprocess.run([sys.executable, os.path.join(ROOT, "tools/grade/grade.py"), "--stage", "1", "--submission", tree,
                           "--private", tmp_path], text=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False)
    assert done.returncode == 2 and re.search(said, done.stderr) and len(done.stderr.splitlines()) == 1, done.stderr


def test_submission_takes_no_links(tmp_path, tree):
    """A link in a submission must not bring one of our files, or one of the teacher's, into the graded tree."""
    theirs, dest = tmp_path / "theirs", tmp_path / "dest"
    (theirs / "kernel").mkdir(parents=True)
    (theirs / "kernel/secret.c").symlink_to("/etc/passwd")
    laid.lay(listing.walk(str(theirs)), listing.walk(tree), str(dest))
    assert not (dest / "kernel/secret.c").exists() and (dest / "Makefile").exists()


@pytest.mark.case("grader 1")
@pytest.mark.parametrize("path", ["GNUmakefile", "makefile", "gen/lib/microk/methods.h", "microk/cap.h", "build/gen/lib/microk/methods.h",
                                  "kernel/include/gen/lib/microk/methods.h", "kernel/include/microk/cap.h"])
def test_submission_takes_no_part_in_building_the_tests(tmp_path, tree, path):
    """make reads GNUmakefile before Makefile, and the compiler the first folder of a header that has it."""
    theirs, dest = tmp_path / "theirs", tmp_path / "dest"
    (theirs / "kernel").mkdir(parents=True)
    (theirs / path).parent.mkdir(parents=True, exist_ok=True)
    (theirs / path).write_text("#error of the learner\n")
    laid.lay(listing.walk(str(theirs)), listing.walk(tree), str(dest))
    assert not (dest / path).exists() or "of the learner" not in (dest / path).read_text()
    found = changes.edits(listing.walk(str(theirs)), listing.walk(tree), set())
    assert path.startswith("build/") or {(path, "added, left out"), (path, "changed, laid over")} & set(found)


# ---- the reference, as a person would grade it ----------------------------------------------------
@pytest.mark.parametrize("stage", STAGES)
def test_full_score(stage):
    environment = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "B", "V")}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(["make", f"stage-{stage}", "check"], cwd=ROOT, env=environment, text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=1800, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, done.stdout
    with open(os.path.join(ROOT, "build", "grade", f"stage-{stage}.json"), encoding="utf-8") as f:
        data = json.load(f)
    assert data["full"] and data["points"] == data["total"] == 100
    # The processor's time, not the wall's: the host may be busy with other things.
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 150


def test_progress_is_lines_where_they_are_asked_for(tree):
    """On the standard error stream, one for each check; the report alone is on the other."""
    command = [sys.executable, "tools/grade/grade.py", "--stage", "1", "--only", "1.1"]
    done = subprocess.run(command, cwd=tree, text=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=300, check=False,
                          env={**os.environ, "GRADE_PROGRESS": "lines"})
    lines = re.findall(r"(?m)^ +(\d+) of (\d+) checks   \S+ +PASS$", done.stderr)
    assert lines and lines == [(str(n + 1), str(len(lines))) for n in range(len(lines))], done.stderr
    assert "checks  " not in done.stdout and done.stdout.startswith("Stage 1")


def test_progress_on_a_terminal_is_gone_before_the_report(tree):
    child = pexpect.spawn(sys.executable, ["tools/grade/grade.py", "--stage", "1", "--only", "1.1"], cwd=tree, timeout=300, encoding="utf-8")
    text = child.read()
    child.close()
    assert child.exitstatus == 0 and re.search(r"\r +1 of \d+ checks ", text), text
    assert re.search(r"\r {60}\r\S*Stage 1", text), text


def test_a_grade_needs_no_error_stream(tree):
    """As `2>&-` leaves it: Python's sys.stderr is None then."""
    done = subprocess.run(f"{sys.executable} tools/grade/grade.py --stage 1 --only 1.1 2>&-", shell=True, cwd=tree, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=300, check=False)
    assert done.returncode == 0 and done.stdout.startswith("Stage 1"), done.stdout


def processes_in(tree):
    """The command lines of processes that name the tree."""
    found = []
    for process in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError), open(f"/proc/{process}/cmdline", encoding="utf-8", errors="replace") as f:
            line = f.read()
            if tree in line or os.readlink(f"/proc/{process}/cwd") == tree:
                found.append(line.replace("\0", " "))
    return found


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_ended_grade_leaves_no_process(tree, number):
    """Its checks hang, and each of their processes is in a session of its own."""
    with broken(tree, "kernel/sched/ready.c", "void ready_add(struct thread *t)\n{", "void ready_add(struct thread *t)\n{\n\tfor (volatile int on = 1; on;) {}"):
        grading = subprocess.Popen([sys.executable, "tools/grade/grade.py", "--stage", "1", "--only", "1.4"], cwd=tree, text=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   env={**os.environ, "GRADE_PROGRESS": "lines"}, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
        until(lambda: any("/subject" in line for line in processes_in(tree)), 120)
        grading.send_signal(number)
        _, said = grading.communicate(timeout=20)
    assert grading.returncode == 130 and "ended before it was done" in said, said
    until(lambda: not processes_in(tree), 10)


def until(holds, seconds):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.05)


def test_less_than_full_is_a_failure(tree):
    with broken(tree, HANDLE, "return ERR_SYSCALL;", "return ERR_ARG;"):
        done = subprocess.run([sys.executable, "tools/grade/grade.py", "--stage", "1", "--only", "1.1"], cwd=tree, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300, check=False)
    assert done.returncode == 1 and "likely" in done.stdout and "Total" in done.stdout


def test_exercise_that_does_not_exist(tree):
    with pytest.raises(ValueError, match="no exercise 7.7"):
        grade(tree, only=["7.7"])


def test_stage_without_checks(tree):
    done = subprocess.run([sys.executable, "tools/grade/grade.py", "--stage", "9"], cwd=tree, text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, check=False)
    assert done.returncode == 2 and "no checks for stage 9" in done.stdout and len(done.stdout.splitlines()) == 1
