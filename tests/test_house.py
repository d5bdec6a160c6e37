"""What the house asks of every source and a machine can see: layout, and a kernel that stays small."""
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


def test_the_kernel_is_small():
    assert size.count_folder("kernel")[1] < size.KERNEL_LIMIT
