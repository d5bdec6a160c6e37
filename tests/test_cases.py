"""The ways in which people broke the grader, the labs and the browser console, by number; each has a test, or is named here as open.

A test names its cases by the marker `case`. So a case that loses its last test fails here, and so does an open one that has got a test.
"""
import glob
import os
import re

import pytest

from conftest import ROOT

CASES = {
    "grader": (
        "a makefile of a submission's decides nothing", "nothing of the submission is imported by the grader", "outputs follow no link; the tree is read-only",
        "no process outlives its run", "a host without the sandbox gives no grade", "results are not forged by the code under test",
        "no secret, private check or file of the host is visible", "a machine that cannot grade is not a grade", "two checks in one tree take turns",
        "a compiler has limits", "each student has a seed of their own", "names and reports of any bytes",
    ),
    "labs": (
        "a step is never taken twice", "make next asks before it fills, and prints the undo", "a half-solved exercise is known; one is taken alone",
        "a faulted thread that cannot be stopped is caught", "a helper in a file of its own", "a walk prints the address that came",
        "no cause for a task that never ran", "a value of the filling pattern was never written", "causes come from evidence",
        "flags and idle without interrupts are caught", "small numbers are decimal", "contracts, and something to see after each exercise",
        "the handout's figures are true",
    ),
    "browser": (
        "keys of any layout", "by keyboard alone", "paste, copy, scroll", "a terminal on the serial line", "a phone", "zoom", "a link that swallows everything",
        "a proxy by path", "the handout is read", "build and check", "a second window", "restart asks", "connections that trickle", "QEMU's own sandbox",
        "a first look",
    ),
}  # fmt: skip
# Without a test so far.
OPEN = set()

MARK = re.compile(r"^@pytest\.mark\.case\(([^)]*)\)$", re.M)


def covered():
    found = set()
    for path in glob.glob(os.path.join(ROOT, "tests", "test_*.py")):
        with open(path, encoding="utf-8") as f:
            for names in MARK.findall(f.read()):
                found.update(re.findall(r'"(\w+ \d+)"', names))
    return found


@pytest.mark.skipif(os.path.exists(os.path.join(ROOT, "STAGE")), reason="a lab's tree has some of the tests only")
def test_each_case_has_a_test():
    known = {f"{kind} {number}" for kind, rows in CASES.items() for number in range(1, len(rows) + 1)}
    assert covered() == known - OPEN
