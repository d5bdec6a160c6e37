"""Graded submissions that have private checks beside them, and the words of a submission in a report."""
import os
import shutil
import sys
import tempfile

import pytest

from conftest import ROOT, is_open

sys.path[:0] = [os.path.join(ROOT, "tools", "grade"), os.path.join(ROOT, "tools")]

import bounded  # noqa: E402
import engine  # noqa: E402
import archive  # noqa: E402  tools/image/archive.py, on the path of engine
import fitness  # noqa: E402
import hostile  # noqa: E402
import sandbox  # noqa: E402
import submission  # noqa: E402
from kinds import Boot  # noqa: E402

pytestmark = pytest.mark.skipif(is_open(), reason="the exercises of this tree are open")
SEED = 0x5eed


def test_the_name_of_a_refused_zip_is_printable(tmp_path):
    """A terminal would obey it, and a table would hold it."""
    (tmp_path / "a\x1b[2J.zip").write_bytes(b"no zip")
    with pytest.raises(submission.Refused) as refused:
        submission.grade_submission(str(tmp_path), 1, seed=SEED)
    assert ".zip is neither a folder nor a zip" in str(refused.value) and "\x1b" not in str(refused.value)


def test_private_programs_that_do_not_build_are_no_grade(tmp_path, monkeypatch):
    """No submission is wrong then, and the error names the private checks' files."""
    asked = []

    def make(_tree, goals, *_):
        asked.append(goals)
        if any(goal.startswith("TESTS_TOO=") for goal in goals):
            raise engine.BuildError("labs/private/guest/three.c:5: error")
        (tmp_path / "build/stage-1").mkdir(parents=True)
        (tmp_path / "build/stage-1/tests.cpio").write_bytes(archive.build({}))

    monkeypatch.setattr(engine, "make", make)
    monkeypatch.setattr(engine.machine, "compile_plugin", lambda _: "")
    monkeypatch.setattr(engine.machine, "Machine", lambda *_: None)
    monkeypatch.setattr(fitness, "reason_not_fit", lambda _: "")
    confined = submission.Confined(sandbox.unconfined, str(tmp_path), ("labs/private",), ("labs/private/guest",))
    context = engine.Context(str(tmp_path), 1, {}, SEED, confined)
    assert context.build_error
    assert any(goal.endswith("tests.cpio") for goal in asked[0]), "the lab's own tests are built while private checks cannot be seen"
    made = engine.Report(1, "", SEED)
    fitness.judge(made, context)
    assert "private" in made.unfit and "three.c:5" in made.unfit


def test_a_learners_object_is_made_before_private_checks_can_be_seen(tmp_path, monkeypatch):
    """And not again after that: its source could have them by then."""
    def make(_tree, goals, *_):
        folder = tmp_path / "build/stage-1"
        (folder / "u/labs/private").mkdir(parents=True, exist_ok=True)
        (folder / "tests.cpio").write_bytes(archive.build({}))
        private = any(goal.startswith("TESTS_TOO=") for goal in goals)
        for name in ("u/labs/private/three.c.o", *again) if private else ("k.S.o", "u/main.c.o"):
            (folder / name).write_text("")
            os.utime(folder / name, ns=(0, int(private)))

    monkeypatch.setattr(engine, "make", make)
    monkeypatch.setattr(engine.machine, "compile_plugin", lambda _: "")
    monkeypatch.setattr(engine.machine, "Machine", lambda *_: None)
    confined = submission.Confined(sandbox.unconfined, str(tmp_path), ("labs/private",), ("labs/private/guest",))
    for again in ([], ["k.S.o"]):
        context = engine.Context(str(tmp_path), 1, {}, SEED, confined)
        error = context.build_error
        assert (error is not None) == bool(again) and not context.private_mistake
    assert error.words.startswith("k.S.o was made a second time")


def seen_by(command):
    """The bytes of all files that a command in the sandbox sees of the grader's folders."""
    at = {option: [command[i + 1] for i, word in enumerate(command) if word == option] for option in ("--ro-bind", "--bind", "--tmpfs")}
    tops = [p for p in (*at["--ro-bind"], *at["--bind"]) if p.startswith(tempfile.gettempdir() + "/")]
    hidden = tuple(p + "/" for p in at["--tmpfs"] if p.startswith(tempfile.gettempdir() + "/"))
    for top, _, names in (x for p in tops for x in os.walk(p)):
        if not (top + "/").startswith(hidden):
            for name in names:
                with open(os.path.join(top, name), "rb") as f:
                    yield f.read()


def test_the_compiler_of_a_learners_file_sees_nothing_of_a_private_check(tmp_path, monkeypatch):
    """Neither its text nor its object: the compiler's error would quote them."""
    theirs, private = hostile.solved_tree(ROOT, str(tmp_path / "theirs")), tmp_path / "private"
    shutil.copytree(os.path.join(engine.labs_in(ROOT)[1], "checks/host"), private / "host")
    mark = f"PRIVATE {tmp_path}"  # in no file of the tree
    (private / "host/mine.c").write_text((private / "host/entry.c").read_text() + f'const char *private_text = "{mark}";\n')
    shutil.copy(private / "host/entry_fakes.c", private / "host/mine_fakes.c")
    (private / "checks.py").write_text("from kinds import Unit\nTITLES = {'private': ''}\nCHECKS = [Unit('p.a', '', 5, 'private', unit='mine', "
                                       "parts={'regions': ['1.1'], 'file': 'kernel/entry/syscall.S'})]\n")
    shown, run = {}, bounded.run

    def looks(command, **more):
        source = next((word for word in command if word.endswith((".c", ".S")) and word.split("/")[0] in ("kernel", "labs")), "")
        if source:
            shown[source] = any(mark.encode() in data for data in seen_by(command))
        return run(command, **more)
    monkeypatch.setattr(bounded, "run", looks)
    report = submission.grade_submission(theirs, 1, seed=SEED, only=["p.a"], out=str(tmp_path / "out"), private=str(private))
    assert [r.status for r in report.results] == ["NOT STARTED"], report.text()  # it has no check of this name, and was linked
    assert shown == {"labs/private/host/mine.c": True, "labs/private/host/mine_fakes.c": True,
                     "kernel/entry/offsets.c": False, "kernel/entry/syscall.S": False}


def test_a_boot_of_the_labs_own_has_no_private_program(tmp_path):
    """Its kernel could print the program's bytes, and the report would show them."""
    lab, private = {"boot/t_lab2": b"lab"}, {"boot/t_lab2": b"lab", "boot/t_secret": b"secret"}
    context = engine.Context.__new__(engine.Context)
    context.build, context.out, context.stage = str(tmp_path), str(tmp_path), 2
    context.lab_tests = archive.build(lab)
    (tmp_path / "tests.cpio").write_bytes(archive.build(private))
    (tmp_path / "archive.cpio").write_bytes(archive.build({"boot/init": b"init"}))

    def given(**boot):
        return engine.members(engine.read_built(context.archive_of(Boot("one", **boot))))
    assert given(archive="tests.cpio", append="root=boot/t_lab2") == lab
    assert given(archive="tests.cpio", append="seed=3 root=boot/t_secret") == private
    assert given(archive="archive.cpio") == {"boot/init": b"init"}
    context.lab_tests = None
    assert given(archive="tests.cpio", append="root=boot/t_lab2") == private
