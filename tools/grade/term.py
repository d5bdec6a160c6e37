#!/usr/bin/python3
"""Grades a term's submissions, several at a time, and writes a table of them.

    tools/grade/term.py --stage 1 --out ../reports ../submissions [--jobs 2] [--private DIR] [--secret FILE] [--only 1.2] [--unsafe]

SUBMISSIONS is a folder, or a zip as a platform hands it out, with one entry for each student: a folder or a zip. Each is graded by
grade.py in a process of its own, so that one that ends the grader ends no other's grading. In --out: for each student a folder
with report.txt, the JSON and the JUnit file; and stage-N.csv, a line for each student.

Exit status: 0 if each submission got a grade (of whatever height), 3 if this machine could not grade one or more, 2 if there is
nothing to grade.
"""
import os
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]
import ending  # noqa: E402

ending.loading("term", __name__)

import argparse  # noqa: E402
import csv  # noqa: E402
import io  # noqa: E402
import json  # noqa: E402
import subprocess  # noqa: E402
import time  # noqa: E402
from concurrent.futures import ThreadPoolExecutor, as_completed  # noqa: E402

import handed_in  # noqa: E402
import whole  # noqa: E402
from seeds import read_secret  # noqa: E402
from listing import shown  # noqa: E402

GRADE = os.path.join(HERE, "grade.py")
ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".7z", ".rar")
BACKSTOP = 1800  # seconds of the host for one submission
FIELDS = ["student", "points", "total", "graded", "reason", "seed", "changed", "worth a look"]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stage", type=int, required=True)
    parser.add_argument("--out", required=True, metavar="DIR", help="where the reports and the table go")
    parser.add_argument("--jobs", type=int, default=max(1, (os.cpu_count() or 2) // 2), help="submissions at a time (half the processors)")
    parser.add_argument("--private", metavar="DIR", help="more checks, that learners do not have")
    parser.add_argument("--secret", metavar="FILE", help="a seed for each submission, derived from this file's text")
    parser.add_argument("--only", action="append", metavar="1.2", help="only this exercise, and those that it needs")
    parser.add_argument("--unsafe", action="store_true", help="without a sandbox, with your rights")
    parser.add_argument("submissions", metavar="SUBMISSIONS")
    return parser.parse_args()


def entries_of(folder):
    """[(student, path, why it is not graded or "")] of the entries, in order of the names."""
    found, passed_over = {}, []
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        if name.startswith("__MACOSX") or name.startswith(".") and not name.lower().endswith(ARCHIVES):
            continue
        if os.path.islink(path):
            passed_over.append((name, path, "it is a link"))
        elif os.path.isdir(path) or name.lower().endswith(".zip") and not name.startswith("."):
            student = name if os.path.isdir(path) else name[:-4]
            if student in found:
                passed_over.append((name, path, f"there is a folder {shown(student)}, too, and that is graded"))
            elif student.startswith("stage-"):
                passed_over.append((student, path, "its name is that of a file of the reports"))
            else:
                found[student] = path
        elif name.lower().endswith(ARCHIVES):
            passed_over.append((name, path, "it is neither a folder nor a zip"))
    return [(student, path, "") for student, path in found.items()] + passed_over


def grade(options, student, path, refused):
    """(the row of the table, a line for people)."""
    if refused:
        row = {"student": cell(shown(student)), "points": 0, "total": 0, "graded": "no", "reason": refused}
        return row, f"{shown(student)}  not graded: {refused}"
    out, started = os.path.join(options.out, student), time.monotonic()
    os.makedirs(out, exist_ok=True)
    report, text = (os.path.join(out, name) for name in (f"stage-{options.stage}.json", "report.txt"))
    for old in (report, text):  # of an earlier run; or a link, which must not be followed
        if os.path.lexists(old):
            os.unlink(old)
    command = [sys.executable, "-I", GRADE, "--stage", str(options.stage), "--submission", path, "--out", out, f"--name={student}"]
    for name in ("private", "secret"):
        command += [f"--{name}", getattr(options, name)] if getattr(options, name) else []
    command += [x for only in options.only or () for x in ("--only", only)] + (["--unsafe"] if options.unsafe else [])
    environment = {name: value for name, value in os.environ.items() if name != "GRADE_PROGRESS"}  # a report begins with its seed
    with open(text, "xb") as f:
        try:
            subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, stdout=f, stderr=subprocess.STDOUT, timeout=BACKSTOP, check=False)
        except subprocess.TimeoutExpired:
            f.write(b"grade: ended after half an hour\n")
    row = row_of(student, report, text)
    said = f"{row['points']}/{row['total']}" if row["graded"] == "yes" else "not graded: " + row["reason"]
    return row, f"{shown(student)}  {said}  {time.monotonic() - started:.0f} s"


def row_of(student, report, text):
    try:
        with open(report, encoding="utf-8") as f:
            data = json.load(f)
    except (OSError, ValueError):
        with open(text, encoding="utf-8", errors="replace") as f:
            words = f.read().strip().splitlines()
        data = {"graded": False, "reason": words[-1] if words else "the grader wrote nothing"}
    row = {"student": cell(shown(student)), "points": data.get("points", 0), "total": data.get("total", 0),
           "graded": "yes" if data.get("graded") else "no", "reason": cell(data.get("reason", "")), "seed": data.get("seed", ""),
           "changed": data.get("changed", ""), "worth a look": data.get("flags", "")}
    return {**row, **data.get("exercises", {})}


def cell(text):
    """A text that no spreadsheet takes for a formula."""
    text = " ".join(str(text).split())
    return "'" + text if text[:1] in ("=", "+", "-", "@") else text


def write_table(path, rows):
    exercises = sorted({key for row in rows for key in row if key not in FIELDS})
    text = io.StringIO(newline="")
    table = csv.DictWriter(text, [*FIELDS, *exercises], restval="")
    table.writeheader()
    table.writerows(sorted(rows, key=lambda row: row["student"]))
    whole.write(path, text.getvalue())


def grade_all(options, folder):
    entries = entries_of(folder)
    if not entries:
        raise handed_in.NotASubmission(f"{shown(folder)} holds no folder and no zip: it must have one for each student")
    table, rows = os.path.join(options.out, f"stage-{options.stage}.csv"), []
    with ThreadPoolExecutor(max(1, options.jobs)) as pool:
        running = [pool.submit(grade, options, *entry) for entry in entries]
        try:
            for done in as_completed(running):
                row, said = done.result()
                rows.append(row)
                print(f"[{len(rows):>{len(str(len(entries)))}}/{len(entries)}] {said}", flush=True)
                write_table(table, rows)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)  # or Ctrl-C would end only those that are being graded
            raise
    missed = sum(row["graded"] == "no" for row in rows)
    print(f"{len(rows) - missed} graded" + (f", {missed} not graded" if missed else "") + f": {table}")
    return 3 if missed else 0


def main():
    options = arguments()
    options.out = os.path.abspath(options.out)
    try:
        os.makedirs(options.out, exist_ok=True)
        if options.secret:
            read_secret(options.secret)  # a mistake in it would be each submission's reason
        with handed_in.folder_of(options.submissions) as folder:
            sys.exit(grade_all(options, folder))
    except ValueError as error:  # NotASubmission is one
        print(f"term: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("\nterm: ended before it was done; the table holds the submissions that were graded", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    ending.run("term", main)
