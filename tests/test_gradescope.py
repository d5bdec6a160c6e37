"""tools/grade/gradescope.py: a report in the form of Gradescope's results.json.

The form is that of "Autograder Specifications" (gradescope-autograders.readthedocs.io), whose fields and values are listed here.
"""
import json
import os
import subprocess
import sys

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [os.path.join(ROOT, "tools"), os.path.join(ROOT, "tools/grade")]
import check as c  # noqa: E402
import report  # noqa: E402

FORMATS = {"text", "html", "simple_format", "md", "ansi"}
VISIBILITY = {"hidden", "after_due_date", "after_published", "visible"}
WHOLE = {"score": (int, float), "execution_time": (int, float), "output": str, "output_format": FORMATS, "test_output_format": FORMATS,
         "test_name_format": FORMATS, "visibility": VISIBILITY, "stdout_visibility": VISIBILITY, "extra_data": dict, "tests": list,
         "leaderboard": list}
TEST = {"score": (int, float), "max_score": (int, float), "status": {"passed", "failed"}, "name": str, "name_format": FORMATS, "number": str,
        "output": str, "output_format": FORMATS, "tags": list, "visibility": VISIBILITY, "extra_data": dict}


def misfits(value, form):
    """The fields that the form does not have, or whose values it does not allow."""
    return [key for key, v in value.items() if key not in form or not (v in form[key] if isinstance(form[key], set) else isinstance(v, form[key]))]


def graded(**fields):
    made = report.Report(stage=1, name="serial and IPC", seed=0x5eed, seconds=12.5, **fields)
    made.results = [
        c.Result(c.Check("1.1.a", "a message arrives", 5, "1.1"), c.PASS),
        c.Result(c.Check("1.1.b", "eight words arrive", 4, "1.1"), c.FAIL, expected="word 7 is 7", came="word 7 is 0\x1b[2J", cause="rbx"),
        c.Result(c.Check("1.2.a", "a reply", 6, "1.2"), c.BLOCKED, cause="1.1.b"),
        c.Result(c.Check("p.a", "a secret meeting", 3, "private", home="/teacher/checks"), c.FAIL, expected="the secret", came="nothing"),
    ]
    return made


def run(folder, data, *options):
    """(exit status, results or None, what was printed)"""
    source, into = folder / "stage-1.json", folder / "results.json"
    source.write_text(data if isinstance(data, str) else json.dumps(data))
    done = subprocess.run([sys.executable, os.path.join(ROOT, "tools/grade/gradescope.py"), *options, source, into], text=True,
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
    return done.returncode, json.loads(into.read_text()) if into.exists() else None, done.stdout + done.stderr


def test_results_have_the_documented_form(tmp_path):
    status, results, said = run(tmp_path, graded().data())
    assert status == 0 and "5/18 points, seed 0x5eed" in said
    assert misfits(results, WHOLE) == []
    assert [misfits(test, TEST) for test in results["tests"]] == [[]] * 4
    assert results["stdout_visibility"] == "hidden"  # the seed is printed
    assert "5eed" not in json.dumps(results)


def test_the_form_is_held_against():
    assert misfits({"score": "5"}, TEST) == ["score"] and misfits({"status": "PASS"}, TEST) == ["status"] and misfits({"points": 5}, TEST) == ["points"]


def test_each_check_has_its_points_and_its_failure(tmp_path):
    tests = run(tmp_path, graded().data())[1]["tests"]
    assert [(t["name"].split()[0], t["score"], t["max_score"], t["status"]) for t in tests] == [
        ("1.1.a", 5, 5, "passed"), ("1.1.b", 0, 4, "failed"), ("1.2.a", 0, 6, "failed"), ("p.a", 0, 3, "failed")]
    assert tests[0]["output"] == ""
    assert "word 7 is 7" in tests[1]["output"] and "rbx" in tests[1]["output"] and "\x1b" not in tests[1]["output"]
    assert tests[2]["output"].startswith("BLOCKED by 1.1.b")


@pytest.mark.parametrize("options, seen", [((), "hidden"), (("--private-checks", "visible"), "visible"),
                                           (("--private-checks", "after_published"), "after_published")])
def test_the_teacher_chooses_when_private_checks_are_seen(tmp_path, options, seen):
    results = run(tmp_path, graded().data(), *options)[1]
    assert [t["visibility"] for t in results["tests"]] == ["visible", "visible", "visible", seen]
    assert "secret" not in results["output"]


def test_a_build_error_is_shown(tmp_path):
    results = run(tmp_path, graded(build_error="kernel/ipc/call.c:7: expected ';'").data())[1]
    assert "call.c:7" in results["output"]


def test_no_grade_is_no_result(tmp_path):
    report.write_none(str(tmp_path), 1, "the sandbox does not work here")
    status, results, said = run(tmp_path, (tmp_path / "stage-1.json").read_text())
    assert status == 3 and results is None and "the sandbox does not work here" in said
    (tmp_path / "results.json").write_text("{}")  # of an earlier run
    status, results, said = run(tmp_path, graded(unfit="the host stalled").data())
    assert status == 3 and results is None and "the host stalled" in said


def test_the_results_of_an_earlier_run_go_where_a_link_leads(tmp_path):
    (tmp_path / "theirs").write_text("{}")
    (tmp_path / "results.json").symlink_to("theirs")
    run(tmp_path, graded().data())
    assert json.loads((tmp_path / "theirs").read_text())["tests"] and (tmp_path / "results.json").is_symlink()
    run(tmp_path, graded(unfit="the host stalled").data())
    assert not (tmp_path / "theirs").exists()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"graded": true}', '{"graded": true, "checks": [], "reason": ""}'])
def test_a_file_that_is_no_report_is_named(tmp_path, text):
    status, results, said = run(tmp_path, text)
    assert status == 2 and results is None and "stage-1.json" in said and "Remedy:" in said and "Traceback" not in said


def test_an_output_has_a_length_that_a_person_reads(tmp_path):
    """A kernel prints a megabyte in one line; each check that reads this boot quotes it."""
    made = graded(build_error="e" * 100000)
    made.results[1].detail = ["\ufffd" * 100000]
    made.results[1].came = "\ufffd" * 100000
    results = run(tmp_path, made.data())[1]
    assert all(len(text) < 20000 for text in (results["output"], *(t["output"] for t in results["tests"])))
    assert "word 7 is 7" in results["tests"][1]["output"] and "cut" in results["tests"][1]["output"]
