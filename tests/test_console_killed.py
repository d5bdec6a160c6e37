"""The console is killed under load: screen, modes and typed text are as if it had lived on."""
import re

import pytest

import killed
from guest_boot import machine

STAGE = 4


@pytest.fixture(scope="module")
def built(build_tests):
    return build_tests(STAGE)


@pytest.fixture(scope="module")
def disk(tmp_path_factory):
    image = tmp_path_factory.mktemp("disk") / "disk.img"
    machine.disk.make(str(image), STAGE)
    return image


@pytest.mark.parametrize("words, least", [("kills=150", 150), ("kills=200 stride=97", 200)])
def test_the_console_is_killed(built, disk, tmp_path, words, least):
    """At random moments, and in small steps from its start on. The client's answers are typed text, so both ways are tested."""
    log, report = killed.run(built, tmp_path, "t_console_killed", words, disk, quiet="client", extra=["-vga", "std"])
    assert int(re.search(r"NOTE killed: console (\d+), which was ready (\d+) times", log)[1]) == least
    operations, answers, looks, marks = map(int, re.search(r"NOTE (\d+) operations, (\d+) answers, (\d+) looks, (\d+) marks", report).groups())
    assert operations >= 300 and answers >= 50 and looks >= 5, report
    # Each mark went down the serial line once, in order. At a death between the UART's taking a byte and the note of it, that byte comes
    # twice, and the mark that it is part of does not count here.
    seen = [int(number) for number in re.findall(r"<(\d{5})>", log)]
    assert seen == sorted(set(seen)) and marks - len(seen) <= 1 + least // 50, log
