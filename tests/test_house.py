"""The rules of the house that a machine can check in every source: layout, prose, and a kernel that stays small."""
import os
import subprocess
import sys

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tools"))

import llvm  # noqa: E402
import size  # noqa: E402


@pytest.mark.skipif(os.path.exists(os.path.join(ROOT, "STAGE")), reason="a learner lays out code as they like")
def test_sources_are_laid_out_as_make_format_does():
    try:
        formatter = llvm.find("clang-format")
    except llvm.Missing as missing:
        pytest.skip(str(missing))
    files = subprocess.run(["git", "ls-files", "-z", "*.c"], cwd=ROOT, text=True, stdout=subprocess.PIPE, check=True).stdout
    done = subprocess.run([formatter, "--dry-run", "-Werror", *files.split("\0")[:-1]], cwd=ROOT, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    where = [line for line in done.stdout.splitlines() if "error:" in line]
    assert done.returncode == 0, "make format changes these:\n" + "\n".join(where[:20])


def test_each_room_of_the_kernel_keeps_its_budget():
    rooms = size.kernel_rooms()
    assert {room for room, _, _ in rooms} == set(size.BUDGETS), "each room has a budget, and each budget a room"
    assert not size.over_budget(rooms)


def test_a_room_over_its_budget_is_named():
    assert size.over_budget([("kernel/cap", 1, size.BUDGETS["kernel/cap"] + 1)])
    assert size.over_budget([("kernel/attic", 1, 1)])
    assert not size.over_budget([("kernel/cap", 1, size.BUDGETS["kernel/cap"])])


def test_size_prints_lines_and_budgets():
    out = subprocess.run([sys.executable, "tools/size.py"], cwd=ROOT, text=True, stdout=subprocess.PIPE, check=True).stdout
    rows = {line.split()[0]: line.split()[1:] for line in out.splitlines() if line.strip()}
    for room, _, lines in size.kernel_rooms():
        assert rows[room][1:] == [str(lines), str(size.BUDGETS[room])]
    assert rows["Kernel"][2] == str(sum(size.BUDGETS.values()))
