"""Pseudo-terminals of servers/pipe: their rules, and the server's deaths, in the guest (tests/guest/terminals)."""
import re

import guest_boot
from random_seed import SEED

STAGE = 4
PROGRAM = "tests/guest/terminals"


def test_pseudo_terminals(build_tests, tmp_path):
    status, report, log = guest_boot.boot(build_tests(STAGE), "t_terminals", tmp_path, f"seed={SEED}", seconds=300)
    print("\n".join(re.findall("^NOTE .*$", report, re.M)))
    guest_boot.assert_all_passed(guest_boot.names_in(PROGRAM), status, report, log)
    assert "[fault]" not in log, log
