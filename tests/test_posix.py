"""docs/posix.md lists each system call that musl can make, with what happens here: held against the layer's table and against musl's own list."""
import os
import re
import shutil
import sys

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tools"))

import port  # noqa: E402


def text(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as f:
        return f.read()


def listed():
    """(names with a row, names that answer ENOSYS by the page)."""
    there, _, missing = text("docs", "posix.md").partition("## Calls that do not exist")
    return re.findall(r"^\| `(\w+)` \|", there, re.M), re.findall(r"`(\w+)`", missing.split("\n\n", 2)[2])


def table():
    """{name: number} of the layer's calls."""
    return {name: int(number) for number, name in re.findall(r"X\((\d+), (\w+)\)", text("user", "libc", "calls.h"))}


@pytest.fixture(scope="module")
def numbers():
    """{name: number} of musl's calls."""
    if not shutil.which("apt-get"):
        pytest.skip("musl's source is Debian's, and there is no apt-get here")
    with open(os.path.join(port.source_of("musl"), "arch", "x86_64", "bits", "syscall.h.in"), encoding="utf-8") as f:
        return {name: int(number) for name, number in re.findall(r"__NR_(\w+)\s+(\d+)", f.read())}


def test_each_call_of_the_layer_has_a_row():
    rows, _ = listed()
    assert rows == list(table()), "docs/posix.md has a row for each call of user/libc/calls.h, in its order"


def test_the_layer_has_musls_numbers(numbers):
    assert {name: numbers.get(name) for name in table()} == table()


def test_the_rest_of_musls_calls_is_listed_as_missing(numbers):
    _, missing = listed()
    assert missing == sorted(set(numbers) - set(table()))


def test_each_function_of_the_table_is_defined_once():
    sources = "".join(text("user", "libc", name) for name in sorted(os.listdir(os.path.join(ROOT, "user", "libc"))) if name.endswith(".c"))
    defined = re.findall(r"^long call_(\w+)\(", sources, re.M)
    assert sorted(defined) == sorted(table())
