"""The server of pipes (servers/pipe): its rules, and its deaths, in the guest (tests/guest/pipes)."""
import re

import pytest

import guest_boot
from random_seed import SEED

STAGE = 4
PROGRAM = "tests/guest/pipes"


@pytest.fixture(scope="module")
def pipes(build_tests, tmp_path_factory):
    """The report of one boot, and the end of the machine."""
    return guest_boot.boot(build_tests(STAGE), "t_pipes", tmp_path_factory.mktemp("pipes"), f"seed={SEED}", seconds=300)


def test_pipes(pipes):
    status, report, log = pipes
    print("\n".join(re.findall("^NOTE .*$", report, re.M)))
    guest_boot.assert_all_passed(guest_boot.names_in(PROGRAM), status, report, log)
    assert "[fault]" not in log, log
