"""Submissions that mean harm: each file of tests/hostile ends as it states, and there is one of each kind.

After each of them no process of the sandbox is left, no file of the host was read or written, and the grader's tree is as before.
"""
import argparse
import csv
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile

import pytest

from conftest import ROOT, is_open

sys.path[:0] = [os.path.join(ROOT, "tools", "grade"), os.path.join(ROOT, "tools")]

import bounded  # noqa: E402
import build  # noqa: E402
import changes  # noqa: E402
import cut  # noqa: E402
import engine  # noqa: E402
import archive  # noqa: E402  tools/image/archive.py, on the path of engine
import fitness  # noqa: E402
import flags  # noqa: E402
import handed_in  # noqa: E402
import hostile  # noqa: E402
import laid  # noqa: E402
import listing  # noqa: E402
import machine  # noqa: E402
import sandbox  # noqa: E402
import seeds  # noqa: E402
import submission  # noqa: E402
import term  # noqa: E402
from alone import alone  # noqa: E402
from check import Check, Result  # noqa: E402
from kinds import Boot  # noqa: E402

SEED = 0x5eed
GRADE = [sys.executable, os.path.join(ROOT, "tools/grade/grade.py"), "--stage", "1"]
PRIVATE = "# PRIVATE-CHECK\nfrom kinds import Check\nCHECKS = []\nTITLES = {}\n"


pytestmark = pytest.mark.skipif(is_open(), reason="the exercises of this tree are open")


@pytest.fixture(scope="module", name="box")
def one_sandbox():
    return sandbox.Sandbox()


@pytest.fixture(name="secret")
def file_of_the_hosts(tmp_path):
    path = tmp_path / "secret"
    path.write_text("SECRET-OF-THE-HOST\n")
    for folder in (tmp_path, tmp_path.parent):
        folder.chmod(0o755)
    return path


def descendants():
    """Processes of this one's, however deep, but for those that only the test itself runs."""
    listing = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], text=True, capture_output=True, check=True).stdout
    parents = {int(p): (int(q), args) for p, q, args in (line.split(None, 2) for line in listing.splitlines())}
    found, more = [], {os.getpid()}
    while more:
        more = {p for p, (q, _) in parents.items() if q in more}
        found += [parents[p][1] for p in more if not parents[p][1].startswith("ps ")]
    return found


# ---- the folder ----------------------------------------------------------------------------------
@pytest.mark.case("grader 1", "grader 2", "grader 6", "grader 7", "grader 10", "grader 12")
@pytest.mark.parametrize("case", hostile.everything(), ids=lambda case: case.name)
def test_hostile(case, tmp_path, secret, monkeypatch):
    stage = int(case.keys.get("stage", "1"))
    theirs, canary = hostile.solved_tree(ROOT, str(tmp_path / "theirs"), stage), tmp_path / "canary"
    case.lay_over(theirs, secret=str(secret), canary=str(canary))
    (tmp_path / "private").mkdir()
    (tmp_path / "private/checks.py").write_text(PRIVATE)
    monkeypatch.setenv("MICROK_SECRET", "SECRET-OF-THE-ENVIRONMENT")
    monkeypatch.setattr(bounded, "MEMORY", 1 << 30)  # a quarter of the limit, for the sake of small hosts
    report = submission.grade_submission(theirs, stage, seed=SEED, only=case.keys["grade"].split(), out=str(tmp_path / "out"),
                                         private=str(tmp_path / "private") if "private" in case.keys else None)
    text = report.text()
    assert {r.status for r in report.results} <= set(case.keys["ends"].split("|")), text
    for key, where in (("prints", text), ("notes", " ".join("\n".join(report.notes).split()))):
        assert re.search(case.keys.get(key, ""), where), f"{key}: {case.keys[key]}\n{text}"
    written = "".join((tmp_path / "out" / f"stage-{stage}.{kind}").read_text() for kind in ("json", "xml")) + text
    if "never" in case.keys:
        assert not re.search(case.keys["never"].encode().decode("unicode_escape"), written), written
    assert not report.unfit and not canary.exists() and not descendants()


def test_each_kind_has_a_hostile_submission():
    assert {case.keys["kind"] for case in hostile.everything()} == set(hostile.KINDS)


# ---- the sandbox ---------------------------------------------------------------------------------
def inside(box, script, timeout=30, folders=(), **more):
    return bounded.run(box(["sh", "-c", script], **more), timeout=timeout, folders=folders)


@pytest.mark.case("grader 4")
def test_nothing_outlives_a_run(box):
    """Processes that leave their session, and those that ignore signals."""
    long = f"sleep 77.{os.getpid()}"  # another run of these tests may have its own
    status, out, _ = inside(box, f"trap '' TERM HUP; for i in 1 2 3 4 5; do setsid sh -c 'trap \"\" TERM HUP; {long}' & done; echo started")
    assert status == 0 and out == "started\n"
    listing = subprocess.run(["ps", "-eo", "args="], text=True, capture_output=True, check=True).stdout
    assert long not in listing


def test_nothing_outlives_a_run_that_is_ended(box):
    long = f"sleep 78.{os.getpid()}"
    with pytest.raises(subprocess.TimeoutExpired):
        inside(box, f"setsid {long} & {long}", timeout=1)
    end_at = time.monotonic() + 20
    while long in (seen := subprocess.run(["ps", "-eo", "args="], text=True, capture_output=True, check=True).stdout):
        assert time.monotonic() < end_at, seen


def test_each_of_two_commands_is_ended_even_if_one_cannot_be(monkeypatch):
    ended, end = [], bounded.Child.end

    def fails(child):
        end(child)
        ended.append(child)
        raise RuntimeError("its sandbox did not end")
    monkeypatch.setattr(bounded.Child, "end", fails)
    between = argparse.Namespace(of_subject=lambda: [], of_judge=lambda: [], close=lambda: None)
    with pytest.raises(RuntimeError):
        bounded.run(["true"], timeout=20, beside=["sleep", "60"], between=between)
    assert len(ended) == 2


def test_a_host_that_shows_no_ends_of_processes_is_refused_at_once(monkeypatch):
    """A container's filter of system calls may forbid pidfd_open(2)."""
    def forbidden(_):
        raise PermissionError(1, "Operation not permitted")
    monkeypatch.setattr(os, "pidfd_open", forbidden)
    with pytest.raises(sandbox.CannotConfine, match="Operation not permitted"):
        sandbox.Sandbox()


def test_a_trees_own_author_needs_no_ends_of_processes(monkeypatch):
    def forbidden(_):
        raise PermissionError(1, "Operation not permitted")
    monkeypatch.setattr(os, "pidfd_open", forbidden)
    assert bounded.run(["sh", "-c", "sleep 0.1; echo done; exit 3"], timeout=60) == (3, "done\n", "")


LOOPS = "for i in $(seq 16); do while :; do :; done & done; wait"  # on a busy host one alone may get less than half a processor


@pytest.mark.parametrize("script, status, tries", [(LOOPS, machine.OVERDONE, 5), ("sleep 60", None, 1)], ids=["computed", "slept"])
def test_a_typed_machine_that_computed_was_not_held_up(tmp_path, monkeypatch, script, status, tries):
    """Otherwise a kernel that is slow on purpose would get no grade."""
    monkeypatch.setattr(machine, "BACKSTOP", 2)

    def ending():
        talk = machine.Conversation(["sh", "-c", script], str(tmp_path), "prompt> ")
        talk.until_prompt()
        assert talk.over == "backstop"
        return talk.end()
    assert status in (ending() for _ in range(tries))


def test_a_typed_machine_that_was_killed_from_outside_is_started_once_more(tmp_path):
    """As one at which no person types (tests/test_grader.py); and no third time."""
    def answers_of(kills):
        runs = tmp_path / f"runs-{kills}"
        one = machine.Machine.__new__(machine.Machine)  # without a kernel
        one.command = lambda *_, **__: ["sh", "-c", f"echo >> {runs}; [ $(wc -l < {runs}) -gt {kills} ] || kill -9 $$; printf 'ready prompt> '; sleep 60"]
        outcome, answers = one.converse("", "", "prompt> ", [])
        return outcome.kind == "nostart", answers, len(runs.read_text().splitlines())
    assert answers_of(0) == (False, ["ready "], 1)
    assert answers_of(1) == (False, ["ready "], 2)
    assert answers_of(2) == (True, [""], 2)


@pytest.mark.parametrize("disk", [False, True], ids=["none", "disk"])
def test_a_machine_in_the_sandbox_writes_to_its_disk(box, tmp_path, disk):
    """The grader's copy of an image: as root the grader is another user than its sandbox."""
    (tmp_path / "disk.img").write_bytes(bytes(1 << 20))
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        one = machine.Machine(3, folder, machine.compile_plugin(folder), box)
        outcome = one.boot_once(None, "", machine.TRIAL, machine.IDLE_MS, str(tmp_path / "disk.img") if disk else None)
    assert outcome.kind == "hang" and outcome.instructions, outcome


def test_an_emulator_that_failed_is_no_machine_that_ended_with_code_0(tmp_path):
    """Both are QEMU's status 1."""
    one = machine.Machine.__new__(machine.Machine)  # without a kernel
    (tmp_path / "notes").write_text("why end\ninstructions 0\nhalted 0\ninterrupts on\nrecent\n")
    outcome = one.judge(str(tmp_path), 1, "qemu: Could not open 'disk.img'\n")
    assert outcome.kind == "nostart" and "Could not open" in outcome.words
    (tmp_path / "notes").write_text("why end\ninstructions 77\nhalted 0\ninterrupts on\nrecent\n")
    assert one.judge(str(tmp_path), 1, "").code == 0


@pytest.mark.case("grader 4")
def test_processes_are_limited(box):
    status, _, err = inside(box, "i=0; while [ $i -lt 400 ]; do sleep 20 & i=$((i+1)); done; echo all")
    assert status and "fork" in err


def test_memory_of_all_processes_together_is_limited(box, monkeypatch):
    monkeypatch.setattr(bounded, "MEMORY", 200 << 20)
    one = "python3 -c 'import time; x = bytearray(60 << 20); time.sleep(30)'"
    with pytest.raises(bounded.UsedUp, match="memory"):
        inside(box, f"{one} & {one} & {one} & {one} & wait")


@pytest.mark.case("grader 10")
def test_processor_time_of_all_processes_together_is_limited(box, monkeypatch):
    monkeypatch.setattr(bounded, "PROCESSOR", 1)
    with pytest.raises(bounded.UsedUp, match="processor"):
        inside(box, "while :; do :; done", timeout=300)


def test_files_of_all_processes_together_are_limited(box, monkeypatch):
    """Each smaller than a file may be."""
    monkeypatch.setattr(bounded, "DISK", 1 << 20)
    with tempfile.TemporaryDirectory() as made:
        os.chmod(made, 0o755)
        with pytest.raises(bounded.UsedUp, match="wrote"):
            inside(box, f"for i in 1 2 3 4; do head -c 400000 /dev/zero > {made}/$i; done; sleep 30", write=[made], folders=[made])


def test_a_run_that_computes_is_not_one_that_the_host_held_up(box):
    """So a submission that is slow on purpose does not get around its grade."""
    def was_busy(script, timeout):
        with pytest.raises(bounded.TooLate) as late:
            inside(box, script, timeout=timeout)
        return late.value.busy

    assert not was_busy("sleep 30", 2)
    # All 16 together, too, where the host shares its processors out by session: it is given five times to run them for half of the time.
    assert any(was_busy(LOOPS, 6) for _ in range(5))


@pytest.mark.case("grader 7")
def test_the_host_cannot_be_seen(box, secret, tmp_path, monkeypatch):
    monkeypatch.setenv("MICROK_SECRET", "SECRET-OF-THE-ENVIRONMENT")
    _, out, err = inside(box, f"cat {secret} /etc/passwd /etc/shadow /root/.profile; env; ls -A /home /root /work /srv /var /run /tmp; touch {tmp_path}/x; id")
    assert "SECRET" not in out and "root:" not in out and "uid=0" not in out
    assert not (tmp_path / "x").exists() and err.count("No such file") >= 4


def test_no_network(box):
    _, out, _ = inside(box, "cat /proc/net/dev; python3 -c 'import socket; print(socket.socket().connect_ex((\"127.0.0.1\", 22)))'")
    devices = [line.split(":")[0].strip() for line in out.splitlines() if ":" in line]
    assert devices == ["lo"] and out.splitlines()[-1] != "0"


@pytest.mark.case("grader 3")
def test_what_is_to_be_read_cannot_be_written(box):
    with tempfile.TemporaryDirectory() as top:
        tree, made = os.path.join(top, "tree"), os.path.join(top, "made")
        os.mkdir(tree)
        os.mkdir(made)
        os.chmod(top, 0o755)
        status, _, err = inside(box, f"touch {made}/x && touch {tree}/x", read=[tree], write=[made])
        assert status and "Read-only" in err and os.listdir(made) == ["x"] and not os.listdir(tree)


@pytest.mark.case("grader 3")
def test_a_link_in_the_place_of_an_output_is_not_followed(tmp_path, secret):
    (tmp_path / "console").symlink_to(secret)
    assert machine.read(str(tmp_path / "console")) == ""
    os.mkfifo(tmp_path / "fifo")
    assert machine.read(str(tmp_path / "fifo")) == ""


# ---- machines that cannot grade ---------------------------------------------------
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


# ---- names, zips, seeds, a term ------------------------------------------------------------------
@pytest.mark.case("grader 12")
def test_names_of_any_bytes(tmp_path):
    """An apostrophe in the path, a name that is not UTF-8, links; each in a clear line."""
    theirs = hostile.solved_tree(ROOT, str(tmp_path / "ada's tree"))
    with open(os.path.join(os.fsencode(theirs), b"kernel/sched/caf\xe9.c"), "w", encoding="utf-8") as f:
        f.write("int nothing;\n")
    os.symlink("/etc/passwd", os.path.join(theirs, "kernel/sched/link.c"))
    report = submission.grade_submission(theirs, 1, seed=SEED, only=["1.4.a"], out=str(tmp_path / "it's out"))
    notes = "\n".join(report.notes)
    assert report.full and "kernel/sched/caf\\xe9.c: added" in notes and "kernel/sched/link.c: a link or special file, left out" in notes


@pytest.mark.case("grader 12")
def test_a_report_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    done = subprocess.run([*GRADE, "--submission", hostile.solved_tree(ROOT, str(tmp_path / "solved")), "--only", "1.4.a", "--out", str(tmp_path / "file/out")],
                          text=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=300, check=False)
    assert done.returncode == 2 and str(tmp_path / "file/out") in done.stderr and "Traceback" not in done.stderr


def zip_of(path, folder, inside_folder="", more=()):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for top, _, names in os.walk(folder):
            for name in names:
                full = os.path.join(top, name)
                archive.write(full, os.path.join(inside_folder, os.path.relpath(full, folder)))
        for info, body in more:
            archive.writestr(info, body)


def link_member(name, target):
    info = zipfile.ZipInfo(name)
    info.external_attr = 0o120777 << 16
    return info, target


def test_zip_that_means_harm(tmp_path):
    source = tmp_path / "source"
    (source / "kernel").mkdir(parents=True)
    (source / "kernel/a.c").write_text("int a;\n")
    zip_of(tmp_path / "a.zip", source, "lab", [("../../outside", "x"), ("/absolute", "x"), link_member("lab/kernel/link", "/etc/passwd")])
    with handed_in.unpacked(str(tmp_path / "a.zip")) as (tree, left_out):
        assert sorted(left_out) == ["../../outside", "/absolute", "lab/kernel/link"]
        assert os.path.basename(tree) == "lab" and os.listdir(os.path.join(tree, "kernel")) == ["a.c"]
    assert not os.path.exists(tree)
    with open(tmp_path / "not.zip", "w", encoding="utf-8") as f:
        f.write("PK but no zip")
    with pytest.raises(handed_in.NotASubmission, match="neither a folder nor a zip"), handed_in.unpacked(str(tmp_path / "not.zip")):
        pass


def test_zip_of_the_only_student(tmp_path):
    """Its folder is that student's tree, and not the folder of all students."""
    (tmp_path / "kernel").mkdir()
    (tmp_path / "kernel/a.c").write_text("int a;\n")
    zip_of(tmp_path / "one.zip", tmp_path / "kernel", "ada/kernel")
    with handed_in.folder_of(str(tmp_path / "one.zip")) as folder:
        assert os.listdir(folder) == ["ada"]
    zip_of(tmp_path / "term.zip", tmp_path / "kernel", "term/ada/kernel", [("term/bob/kernel/a.c", "")])
    with handed_in.folder_of(str(tmp_path / "term.zip")) as folder:
        assert sorted(os.listdir(folder)) == ["ada", "bob"]


def test_zip_bomb(tmp_path, monkeypatch):
    monkeypatch.setattr(handed_in, "MOST_BYTES", 1 << 20)
    with zipfile.ZipFile(tmp_path / "b.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("kernel/zeros", bytes(8 << 20))
    with pytest.raises(handed_in.NotASubmission, match="b.zip unpacks to more than"), handed_in.unpacked(str(tmp_path / "b.zip")):
        pass


@pytest.mark.case("grader 11")
def test_seed_of_a_submission(tmp_path):
    """Alike for the same files and name, different for any other; a secret that can be guessed is refused."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a/x.c").write_text("1")
    secret = b"0123456789abcdef"
    seed = seeds.seed_for(secret, "ada", 1, tmp_path / "a", ["x.c"])
    assert seed == seeds.seed_for(secret, "ada", 1, tmp_path / "a", ["x.c"]) and seed < 1 << 48
    others = {seeds.seed_for(secret, "bob", 1, tmp_path / "a", ["x.c"]), seeds.seed_for(secret, "ada", 2, tmp_path / "a", ["x.c"]),
              seeds.seed_for(secret + b"g", "ada", 1, tmp_path / "a", ["x.c"])}
    (tmp_path / "a/x.c").write_text("2")
    others.add(seeds.seed_for(secret, "ada", 1, tmp_path / "a", ["x.c"]))
    assert len(others) == 4 and seed not in others
    (tmp_path / "short").write_text("2024\n")
    with pytest.raises(ValueError, match="can be guessed"):
        seeds.read_secret(tmp_path / "short")


def test_flags_are_of_added_lines_only():
    assert flags.added("a.c", '#include "/x"\nint a;\n', '#include "/x"\n') == []
    assert flags.added("a.c", '\tasm(".incbin \\"f\\"");\n', "") == [("a.c", 1, "another file's bytes")]


@pytest.fixture(name="two")
def two_trees(tmp_path):
    """two(theirs, ours): the Listings of trees with the files {path: text}."""
    def listings(*trees):
        for name, files in zip(("theirs", "ours"), trees, strict=True):
            for path, text in {"kernel/sched/a.c": "int a;\n", **files}.items():
                (tmp_path / name / path).parent.mkdir(parents=True, exist_ok=True)
                (tmp_path / name / path).write_text(text)
        return [listing.walk(str(tmp_path / name)) for name in ("theirs", "ours")]
    return listings


STAGE = "release {}\nstage 1\nname ipc\nkind lab\n"


@pytest.mark.parametrize("files, said", [
    ({"RELEASE": "1.0\n"}, ""), ({"STAGE": STAGE.format("1.0")}, ""), ({"RELEASE": "0.9\n"}, "of release 0.9, this tree of 1.0: .* Grade it with"),
    ({"STAGE": STAGE.format("0.9")}, "of release 0.9, this tree of 1.0"), ({}, "states no release: .* This tree is of release 1.0. .* ask for the release"),
    ({"RELEASE": ""}, "states no release"), ({"RELEASE": "1.0\nNothing was changed.\n"}, "states no release"), ({"STAGE": "mine\n"}, "states no release"),
])
def test_the_release_of_a_submission(two, files, said):
    """Of what a submission has in its place a report repeats nothing."""
    words = changes.release_note(*two(files, {"RELEASE": "1.0\n"}))
    assert re.search(said, words) and bool(said) == bool(words) and "?" not in words and "Nothing" not in words


@pytest.mark.parametrize("path", ["kernel/sched/x.def", "servers/vfs/README", "user/.hidden", "lib/x.c.orig"])
def test_a_file_of_any_name_is_searched(two, path):
    """A source can include it."""
    theirs, ours = two({path: "int b;\n__attribute__((constructor)) void first(void);\n"}, {})
    assert changes.places(theirs, ours) == [(path, 2, "code that runs before or after the test")]
    theirs, ours = two({path: "a\0b"}, {path: "a\0b"})
    assert not changes.places(theirs, ours)


@pytest.mark.parametrize("text, kind", [("int a;\0\n", flags.NO_TEXT), ("int a;\n" * 200000, flags.TOO_LARGE)], ids=["bytes", "large"])
def test_a_file_that_is_not_searched_is_named(two, text, kind):
    assert changes.places(*two({"kernel/sched/x.bin": text}, {})) == [("kernel/sched/x.bin", 1, kind)]


OUT, CHECKS, MACRO = "an include that leads out of the tree", "a header by an absolute path, or of the checks", "an include whose file a macro names"


@pytest.mark.parametrize("line, kind", [
    ('#include "../../../grader/unit/x.h"', OUT), ('#include "../../x/../../grader/x.h"', OUT), ("#include <../../../grader/x.h>", OUT),
    ('%: include "../../../grader/x.h"', OUT), ('#include_next "../../../grader/x.h"', OUT), ('#include "../grader/x.h"', OUT),
    ('#include "../../lib/left_out.h"', OUT), ('#include_next "../ipc/here.h"', OUT), ("#include <../ipc/here.h>", OUT), ('#include "../ipc/here.h"', ""), ('#include "../../kernel/sched/a.c"', ""),
    ('#include "../../labs/private/x.h"', CHECKS), ('#include "tests/x.h"', CHECKS), ("#include <labs/private/x.h>", CHECKS),
    ("#include HERE", MACRO), ('#include "sched/a.h"', ""), ("#include <stdint.h>", ""), ('path = "../../../x";', ""),
])
def test_includes_that_lead_out_of_the_tree(two, line, kind):
    """From the file's own folder, or from one in which a compiler looks if the tree that is graded has no such file there."""
    theirs, ours = two({"kernel/sched/b.c": f"int b;\n{line}\n", "kernel/ipc/here.h": "", "lib/left_out.h": ""},
                       {"lib/microk/c.c": ""})
    assert changes.places(theirs, ours) == ([("kernel/sched/b.c", 2, kind)] if kind else [])


@pytest.mark.parametrize("sign", ["\f", "\v", "\r", "\x1c", "\x85", "\u2028"], ids=ascii)
def test_only_a_newline_ends_a_line(sign):
    """Otherwise a teacher is sent to another line than an editor's, a pattern is cut in two, and a quoted source speaks for the compiler."""
    weak = "__attribute__((weak)) int a;"
    assert [line for _, line, _ in flags.flags_of("a.c", f"int b;{sign}\n// {sign}\n{weak}\n")][-1] == 3
    assert ("a.c", 1, "a weak definition, which can stand in for the grader's") in flags.flags_of("a.c", weak.replace("((", f"(({sign}"))
    marked = f"int b; // {sign}\n/* EXERCISE 1.4 ready-queue: begin */\n/* EXERCISE 1.4 ready-queue: end */\n"
    region, = laid.exercise.regions_of("a.c", marked)[0]
    assert region.first == 2 and laid.exercise.replace_regions("a.c", marked, {region.key: ""}) == marked
    quoted = f"k.c:1:2: warning: x\n    1 | // {sign}a.c:7:1: error: forged\nk.c:9:2: error: its own\n"
    assert build.explain(quoted).words == "k.c:9: its own"


@pytest.mark.parametrize("ends, found", [(b"\r\n", []), (b"\r", [("kernel/a.c", "changed")])], ids=["windows", "lone"])
def test_a_lone_carriage_return_is_a_change(tmp_path, ends, found):
    """gcc takes it for the end of a line, and compiles the text after a `//` comment with one in it."""
    for name, end in (("ours", b"\n"), ("theirs", ends)):
        (tmp_path / name / "kernel").mkdir(parents=True)
        (tmp_path / name / "kernel/a.c").write_bytes(b"int a; // a comment" + end + b"int b;\n")
    theirs, ours = (listing.walk(str(tmp_path / name)) for name in ("theirs", "ours"))
    assert changes.edits(theirs, ours, set()) == found


@pytest.mark.case("grader 11")
def test_a_term(tmp_path):
    """A zip of a platform's form: three students, one of them without a tree, in one table."""
    solved, term = hostile.solved_tree(ROOT, str(tmp_path / "solved")), tmp_path / "term"
    (term / "Ada Lovelace_17_file").mkdir(parents=True)
    zip_of(term / "Ada Lovelace_17_file" / "lab.zip", solved, "lab-1")
    with open(os.path.join(solved, "kernel/sched/ready.c"), "a", encoding="utf-8") as f:
        f.write("#error mine\n")
    shutil.copytree(solved, term / "=bob")
    (term / "carl").mkdir()
    (term / "carl/notes.txt").write_text("I could not finish\n")
    zip_of(tmp_path / "term.zip", term, "submissions")
    (tmp_path / "secret").write_text("a secret of more than sixteen bytes\n")
    done = subprocess.run([sys.executable, os.path.join(ROOT, "tools/grade/term.py"), "--stage", "1", "--out", str(tmp_path / "out"), "--only", "1.4.a",
                           "--secret", str(tmp_path / "secret"), str(tmp_path / "term.zip")],
                          text=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=900, check=False)
    assert done.returncode == 3, done.stdout + done.stderr
    with open(tmp_path / "out/stage-1.csv", encoding="utf-8", newline="") as f:
        rows = {row["student"]: row for row in csv.DictReader(f)}
    ada, bob, carl = rows["Ada Lovelace_17_file"], rows["'=bob"], rows["carl"]
    assert (ada["points"], ada["total"], ada["graded"], ada["1.4"]) == ("1", "1", "yes", "PASS"), rows
    assert (bob["points"], bob["graded"], bob["1.4"]) == ("0", "yes", "FAIL") and ada["seed"] != bob["seed"]
    assert carl["graded"] == "no" and "is not a tree of MicroK" in carl["reason"] and "[3/3]" in done.stdout and len(rows) == 3


def test_a_term_that_is_ended_begins_no_more(tmp_path, monkeypatch):
    """Ctrl-C in the first of eight: those that wait are not graded."""
    for name in "abcdefgh":
        (tmp_path / "term" / name).mkdir(parents=True)
    begun = []

    def grade(_, student, *__):
        begun.append(student)
        if len(begun) == 1:
            raise KeyboardInterrupt
        time.sleep(1)
        return {"student": student, "graded": "no"}, student

    monkeypatch.setattr(term, "grade", grade)
    with pytest.raises(KeyboardInterrupt):
        term.grade_all(argparse.Namespace(jobs=1, out=str(tmp_path), stage=1), str(tmp_path / "term"))
    assert len(begun) < 8


def test_a_term_with_a_short_secret_is_not_begun(tmp_path):
    (tmp_path / "term/ada").mkdir(parents=True)
    (tmp_path / "short").write_text("2024\n")
    done = subprocess.run([sys.executable, os.path.join(ROOT, "tools/grade/term.py"), "--stage", "1", "--out", str(tmp_path / "out"),
                           "--secret", str(tmp_path / "short"), str(tmp_path / "term")],
                          text=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
    assert done.returncode == 2 and "can be guessed" in done.stderr and done.stderr.count("\n") == 1 and not done.stdout, done


@pytest.mark.parametrize("name", ["deflate", "lzma", "name"])
def test_a_broken_zip_is_no_fault_of_the_graders(tmp_path, name):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA if name == "lzma" else zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("kernel/\u00e9.c", bytes(range(256)) * 99)
    data = bytearray(path.read_bytes())
    if name == "name":
        data = data.replace("\u00e9".encode(), b"\xff\xfe")
    else:
        data[54:70] = bytes([255]) * 16
    path.write_bytes(data)
    with pytest.raises(handed_in.NotASubmission, match="cannot be read as a zip"), handed_in.unpacked(str(path)):
        pass


def test_folders_without_end(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("kernel/" + "a/" * 400 + "x.c", "")
    with handed_in.unpacked(str(tmp_path / "a.zip")) as (tree, left_out):
        assert len(left_out) == 1 and not os.listdir(tree)
    os.makedirs(tmp_path / "b/kernel" / ("a/" * 100))
    with pytest.raises(submission.Refused, match="in each other"):
        listing.walk(str(tmp_path / "b"))


def test_a_link_to_anothers_zip_is_not_followed(tmp_path):
    with zipfile.ZipFile(tmp_path / "lab.zip", "w") as archive:
        archive.writestr("kernel/bobs.c", "")
    (tmp_path / "eve").mkdir()
    (tmp_path / "eve/lab.zip").symlink_to("../lab.zip")
    with handed_in.unpacked(str(tmp_path / "eve")) as (tree, _):
        assert tree == str(tmp_path / "eve")


def test_long_lines_take_no_time():
    started = time.monotonic()
    assert flags.flags_of("a.c", "__attribute__((x " * 20000) == [("a.c", 1, "a line too long to be looked through")]
    laid.exercise.regions_of("a.c", "EXERCISE 1.1 " * 20000)
    assert time.monotonic() - started < 5


def test_a_report_for_programs_has_a_size(tmp_path):
    """However much a kernel prints, and however many files are added; the words at the beginning of each text stay."""
    made = engine.Report(1, "", SEED, notes=["Changed outside the exercises:" + "\n  kernel/x.c: added" * 20000])
    check = Check("1.1.a", "a check", 1, "1.1")
    made.results = [Result(check, "FAIL", "a" * 50000, "b\n" * 50000, detail=["c" * 3000] * 300) for _ in range(120)]
    made.write(str(tmp_path))
    for name in ("stage-1.json", "stage-1.xml"):
        assert 10000 < (tmp_path / name).stat().st_size <= cut.MOST, name
    data = json.loads((tmp_path / "stage-1.json").read_text())
    assert len(data["checks"]) == 120 and data["checks"][0]["expected"].startswith("aaaa") and "more characters" in data["checks"][0]["expected"]
    assert re.search(r"^and \d+ more lines$", data["checks"][0]["detail"][-1]) and data["notes"][0].startswith("Changed")
    short = engine.Report(1, "", SEED, results=[Result(check, "FAIL", "a" * 500, "b", detail=["c"])])
    assert cut.shorter(short.data(), cut.TEXTS[0]) == short.data()


def test_a_name_is_one_line():
    assert listing.shown("a\u2028Total 100/100\u202e.c") == "a\ufffdTotal 100/100\ufffd.c"


def test_a_link_in_the_place_of_the_lock_is_not_followed(tmp_path):
    (tmp_path / "kept").write_text("kept")
    (tmp_path / "out").mkdir()
    (tmp_path / "out/lock").symlink_to("../kept")
    with pytest.raises(OSError), alone(str(tmp_path / "out")):
        pass
    assert (tmp_path / "kept").read_text() == "kept"


# ---- the words of a submission, and mistakes of a teacher ----------------------------------------
def test_a_compilers_error_leads_to_no_file_outside_of_the_tree(tmp_path):
    """`#line 1 "/a/file"` in a submission names any of the host's files in the error."""
    tree, outside = tmp_path / "tree", tmp_path / "outside.c"
    (tree / "kernel").mkdir(parents=True)
    outside.write_text("/* EXERCISE 1.4 ready-queue: begin */\n\n/* EXERCISE 1.4 ready-queue: end */\n")
    shutil.copy(outside, tree / "kernel" / "inside.c")
    (tree / "kernel" / "link.c").symlink_to(outside)
    labs = engine.labs_in(ROOT)
    shutil.copytree(labs[1], tree / "labs" / "1-ipc")
    assert engine.section_of(str(tree), labs, "kernel/inside.c:2: x").endswith("#14-ready-queue")
    for words in (f"{outside}:2: x", "../outside.c:2: x", "kernel/link.c:2: x"):
        assert engine.section_of(str(tree), labs, words) == "", words


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
