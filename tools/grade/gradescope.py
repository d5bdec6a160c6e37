#!/usr/bin/python3
"""Writes a report of the grader in the form that Gradescope reads.

    tools/grade/gradescope.py [--private-checks hidden] stage-1.json /autograder/results/results.json

The form: gradescope-autograders.readthedocs.io, "Autograder Specifications", Output Format. Each check is a test with its
points, so that Gradescope's sum is the grader's. The visibility of private checks is the teacher's choice: `hidden`,
`after_due_date`, `after_published` or `visible`. The command prints the seed, which is for teachers: stdout stays hidden.

Weighed: the report's text as one output, as a shell script would give it. It shows private checks to students, and
no test has points of its own.

Exit status: 0 if the file was written; 3 if the report holds no grade, because the machine could not grade. No file is
written then: Gradescope reports an autograder that failed, and gives no points that a student would take for a grade.
"""
import os
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]
import ending  # noqa: E402

ending.loading("gradescope", __name__)

import argparse  # noqa: E402
import json  # noqa: E402

import whole  # noqa: E402
from report import labelled, printable  # noqa: E402

MOST = 10000  # characters of an output: a kernel prints a megabyte in one line, and each check that reads it quotes it
REFUSED = {"graded", "reason", "checks"}  # fields of a report without a grade, and those that a grade has, too (report.py)
GRADED = {"stage", "name", "seed", "points", "total", "seconds", "build_error"}
VISIBILITIES = ("hidden", "after_due_date", "after_published", "visible")


def cut(text):
    return text if len(text) <= MOST else f"{text[:MOST]}\n(cut: {len(text) - MOST:,} more characters)"


def output_of(check):
    """The lines of a failure, as in the report; of a check that passed, none."""
    lines = [] if check["status"] == "PASS" else [check["status"] + (f" by {check['blocked_by']}" if check["blocked_by"] else "")]
    for label, key in (("expected", "expected"), ("came", "came"), ("likely", "cause"), ("read on", "read")):
        lines += labelled(label, check[key])
    return cut("\n".join(lines + [printable(line) for line in check["detail"]]))


def result_of(check, private):
    """A test of `results.json`; `private` is the visibility of private checks."""
    return {
        "name": printable(f"{check['id']} {check['title']}"),
        "score": check["points"],
        "max_score": check["of"],
        "status": "passed" if check["status"] == "PASS" else "failed",
        "output": output_of(check),
        "visibility": private if check["private"] else "visible",
        "tags": [check["exercise"]],
    }


def results(data, private):
    """The object of `results.json` for a report's `data` (report.py) that holds a grade."""
    # A note may name a file of the private checks, and the places that the teacher is to look at.
    said = f"The build failed:\n{printable(data['build_error'])}" if data["build_error"] else f"Stage {data['stage']}, {printable(data['name'])}"
    return {
        "execution_time": data["seconds"],
        "output": cut(said),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [result_of(check, private) for check in data["checks"]],
    }


def read(path):
    """The report's data; ValueError if the file holds none."""
    with open(path, encoding="utf-8") as f:
        try:
            data = json.load(f)
        except ValueError as error:
            raise ValueError(f"{path} is not JSON: {error}. Remedy: name the stage-N.json that grade.py wrote") from None
    if not isinstance(data, dict) or not REFUSED <= set(data) or (data["graded"] and not GRADED <= set(data)):
        raise ValueError(f"{path} is not a report of the grader. Remedy: name the stage-N.json that grade.py wrote")
    return data


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--private-checks", choices=VISIBILITIES, default="hidden", help="when students see private checks (hidden)")
    parser.add_argument("report", help="the stage-N.json of one submission")
    parser.add_argument("results", help="where Gradescope reads the results")
    options = parser.parse_args()
    try:
        data = read(options.report)
    except ValueError as error:
        print(f"gradescope: {error}", file=sys.stderr)
        sys.exit(2)
    if not data["graded"]:
        whole.remove_output(options.results)  # an earlier grade is not this report's
        print(f"gradescope: no grade, and no results: {printable(data['reason'])}", file=sys.stderr)
        sys.exit(3)
    whole.output(options.results, json.dumps(results(data, options.private_checks), indent=1) + "\n")
    print(f"{data['points']}/{data['total']} points, seed {data['seed']}")


if __name__ == "__main__":
    ending.run("gradescope", main)
