"""How submissions come in, and their grades go out: names, zips, seeds, the table of a term, the size of a report."""
import argparse
import csv
import json
import os
import re
import shutil
import subprocess
import sys
import time
import zipfile

import pytest

from conftest import ROOT, is_open

sys.path[:0] = [os.path.join(ROOT, "tools", "grade"), os.path.join(ROOT, "tools")]

import cut  # noqa: E402
import engine  # noqa: E402
import handed_in  # noqa: E402
import hostile  # noqa: E402
import listing  # noqa: E402
import seeds  # noqa: E402
import submission  # noqa: E402
import term  # noqa: E402
from alone import alone  # noqa: E402
from check import Check, Result  # noqa: E402

pytestmark = pytest.mark.skipif(is_open(), reason="the exercises of this tree are open")
SEED = 0x5eed
GRADE = [sys.executable, os.path.join(ROOT, "tools/grade/grade.py"), "--stage", "1"]


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


def test_a_link_in_the_place_of_the_lock_is_not_followed(tmp_path):
    (tmp_path / "kept").write_text("kept")
    (tmp_path / "out").mkdir()
    (tmp_path / "out/lock").symlink_to("../kept")
    with pytest.raises(OSError), alone(str(tmp_path / "out")):
        pass
    assert (tmp_path / "kept").read_text() == "kept"


@pytest.mark.parametrize("stands", ["link", "pipe"])
def test_nothing_in_the_place_of_a_report_is_followed_or_waited_for(tmp_path, stands):
    """The folder for reports is that of the submissions: a student may have made anything there."""
    (tmp_path / "kept").write_text("kept")
    (tmp_path / "term/carl").mkdir(parents=True)
    for name in ("report.txt", "stage-1.json", "stage-1.xml"):
        path = tmp_path / "term/carl" / name
        os.mkfifo(path) if stands == "pipe" else path.symlink_to("../../kept")
    done = subprocess.run([sys.executable, os.path.join(ROOT, "tools/grade/term.py"), "--stage", "1", "--out", str(tmp_path / "term"), str(tmp_path / "term")],
                          text=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False)
    assert done.returncode == 3 and "[1/1]" in done.stdout and "Traceback" not in done.stdout + done.stderr, done.stdout + done.stderr
    assert (tmp_path / "kept").read_text() == "kept"
    assert (tmp_path / "term/carl/report.txt").read_text()
