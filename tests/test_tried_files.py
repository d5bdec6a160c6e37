"""A throwaway file server on lib/state dies after every store, and nothing is lost or done twice (docs/tried-files.md)."""
import os
import re

import pytest

import guest_boot
from random_seed import SEED

STAGE = guest_boot.HIGHEST
PAGE = os.path.join(guest_boot.ROOT, "docs/tried-files.md")
KILLED = "tests/guest/tried/files_killed"
DRIFT = 0.2  # of a figure of the page, before the page must be written anew


@pytest.fixture(scope="module")
def file_server(build_tests, tmp_path_factory):
    """The report of the file server's deaths, from one boot, and the end of the machine."""
    return guest_boot.boot(build_tests(STAGE), "t_files_killed", tmp_path_factory.mktemp("files"), f"seed={SEED}", seconds=900)


def test_nothing_is_lost_or_done_twice(file_server):
    status, report, log = file_server
    print("\n".join(re.findall("^NOTE .*$", report, re.M)))
    guest_boot.assert_all_passed(guest_boot.names_in(KILLED), status, report, log)


def test_it_died_after_every_store(file_server):
    """The guest's own check: each operation has one line, with how often the server died and where."""
    _, report, _ = file_server
    notes = re.findall(r"^NOTE (.+?): (\d+) stores, (\d+) deaths", report, re.M)
    assert len(notes) == 10 and all(int(deaths) > int(stores) > 0 for _, stores, deaths in notes), report


def test_the_page_has_the_costs(file_server):
    _, report, _ = file_server
    costs = {name: (int(without), int(kept)) for name, without, kept in
             re.findall(r"^COST (.+?): (\d+) without lib/state, (\d+) with it$", report, re.M)}
    with open(PAGE, encoding="utf-8") as f:
        rows = re.findall(r"^\| ([\w ]+?) \| ([\d,]+) \| ([\d,]+) \| [\d,]+ \|$", f.read(), re.M)
    stated = {name: tuple(int(figure.replace(",", "")) for figure in figures) for name, *figures in rows}
    assert stated.keys() == costs.keys() and len(costs) == 7, report
    wrong = [f"{name}: {stated[name]} on the page, {costs[name]} now" for name in costs
             if any(abs(old - new) > DRIFT * old for old, new in zip(stated[name], costs[name]))]
    assert not wrong, f"{PAGE}: " + "; ".join(wrong)
