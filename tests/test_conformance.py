"""The conformance suite in a guest: docs/conformance.md has its tables, and each exception with its reason."""
import os
import re
import shutil

import pytest

import disk
import guest_boot
from guest import Shell
from guest_boot import ROOT, machine

STAGE = 4
FAMILY = re.compile(r"^(\w+) (\w+): (\d+) hold, (\d+) excepted$", re.M)
EXCEPTION = re.compile(r"^EXCEPTION (\w+), ([A-Z ]+): (.*)$", re.M)


def page():
    with open(os.path.join(ROOT, "docs", "conformance.md"), encoding="utf-8") as f:
        return f.read()


def table_of(said):
    """{family: {function: (sentences that hold, exceptions)}} of the suite's report."""
    families = {}
    for family, function, held, excepted in FAMILY.findall(said):
        families.setdefault(family, {})[function] = (int(held), int(excepted))
    return families


def rows_of(families):
    """The rows of the page's table."""
    rows = []
    for family, functions in families.items():
        names = " ".join(f"`{name}` {held}" for name, (held, _) in sorted(functions.items()) if held)
        held, excepted = (sum(counts[i] for counts in functions.values()) for i in (0, 1))
        rows.append(f"| {family} | {held} | {excepted or ''} | {names} |")
    return rows


@pytest.fixture(scope="module")
def said(build_tests, tmp_path_factory):
    """The suite's report, on a disk's file system."""
    folder, built = tmp_path_factory.mktemp("conform"), build_tests(STAGE)
    guest_boot.copy_built(built, folder)
    shutil.copy(os.path.join(built, "tests.cpio"), folder / "archive.cpio")
    disk.make(str(folder / "disk.img"), STAGE)
    guest = Shell(machine.qemu_command(STAGE, boot="kernel", build=str(folder), memory="96M", serial=["chardev:terminal"],
                                       disk=str(folder / "disk.img"), extra=["-chardev", "stdio,id=terminal,signal=off"]), 240)
    try:
        guest.type("mkdir /tmp")  # for tmpfile
        report = guest.type("conform")
        assert guest.type("conform pipes").endswith("conform: 0 wrong\n"), "a second run, of one family: the first leaves no trace"
        return report
    finally:
        guest.close()


def test_each_sentence_holds_or_is_an_exception(said):
    wrong = re.findall(r"^WRONG.*", said, re.M)
    assert not wrong and said.endswith("conform: 0 wrong\n"), "\n".join(wrong) or said[-500:]


def test_the_page_has_the_table(said):
    wanted = rows_of(table_of(said))
    there = [line for line in page().splitlines() if re.match(r"\| \w+ \| \d+ \|", line)]
    assert there == wanted, "docs/conformance.md must have these rows, too:\n" + "\n".join(row for row in wanted if row not in there)


def test_each_exception_has_a_reason(said):
    wanted = sorted((function, sentence) for function, _, sentence in EXCEPTION.findall(said))
    there = re.findall(r"^\| `(\w+)` \| (.*?) \| (.+?) \|$", page(), re.M)
    assert sorted((function, sentence) for function, sentence, _ in there) == wanted
    assert all(len(reason) > 10 for _, _, reason in there)


def test_a_sentence_that_does_not_hold_is_found():
    """The report's lines as they are read here."""
    text = "WRONG open, DESCRIPTION: x (errno 2)\nfiles open: 3 hold, 1 excepted\nfiles close: 2 hold, 0 excepted\nconform: 1 wrong\n"
    assert rows_of(table_of(text)) == ["| files | 5 | 1 | `close` 2 `open` 3 |"]
