"""Clients and servers under load, with threads ended at random (tests/guest/stress), once on the slow path alone, once with
the fast one.

A storm from another seed: MICROK_SEED=7 pytest tests/test_stress.py. It repeats to the instruction.
"""
import re

import pytest

import guest_boot
from random_seed import SEED

NAMES = guest_boot.names_in("tests/guest/stress")
STAGES = sorted({2, guest_boot.HIGHEST})


@pytest.fixture(scope="module")
def stress(build_tests, tmp_path_factory):
    """stress(stage): status, report and log of one boot."""
    done = {}

    def run(stage):
        if stage not in done:
            done[stage] = guest_boot.boot(build_tests(stage), "t_stress",
                                          tmp_path_factory.mktemp(f"stress-{stage}"), words=f"seed={SEED}")
            print(done[stage][1])
        return done[stage]

    return run


@pytest.mark.parametrize("stage", STAGES)
def test_stress(stress, stage):
    guest_boot.assert_all_passed(NAMES, *stress(stage))


@pytest.mark.parametrize("stage", STAGES)
def test_storms_are_storms(stress, stage):
    """Checks that enough happened: tens of thousands of calls, clients that were started many times, all kinds of ends."""
    report = stress(stage)[1]
    for storm in ("many_clients", "pairs"):
        assert re.search(rf"^INFO {storm}: seed={SEED} ", report, re.M), report
        calls, words, caps, lives, clients = map(int, re.search(
            rf"^INFO {storm}: (\d+) calls, (\d+) words, (\d+) capabilities, (\d+) lives of (\d+) clients", report,
            re.M).groups())
        assert calls > 10000 and words > 10 * calls and caps > 1000 and lives > 10 * clients, report
        ends = {name: int(n) for n, name in re.findall(rf"^INFO {storm}: (\d+) times (\w+)", report, re.M)}
        assert ends["OK"] > calls / 2 and ends["ERR_PEER_DIED"] > 100 and ends["ERR_CANCELLED"] > 10, ends
