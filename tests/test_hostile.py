"""Submissions that mean harm: each file of tests/hostile ends as it states, and there is one of each kind.

After each of them no process of the sandbox is left, no file of the host was read or written, and the grader's tree is as before.
"""
import os
import re
import subprocess
import sys

import pytest

from conftest import ROOT, is_open

sys.path[:0] = [os.path.join(ROOT, "tools", "grade"), os.path.join(ROOT, "tools")]

import bounded  # noqa: E402
import hostile  # noqa: E402
import submission  # noqa: E402

pytestmark = pytest.mark.skipif(is_open(), reason="the exercises of this tree are open")
SEED = 0x5eed
PRIVATE = "# PRIVATE-CHECK\nfrom kinds import Check\nCHECKS = []\nTITLES = {}\n"


def descendants():
    """Processes of this one's, however deep, but for those that only the test itself runs."""
    listing = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], text=True, capture_output=True, check=True).stdout
    parents = {int(p): (int(q), args) for p, q, args in (line.split(None, 2) for line in listing.splitlines())}
    found, more = [], {os.getpid()}
    while more:
        more = {p for p, (q, _) in parents.items() if q in more}
        found += [parents[p][1] for p in more if not parents[p][1].startswith("ps ")]
    return found


@pytest.mark.case("grader 1", "grader 2", "grader 6", "grader 7", "grader 10", "grader 12")
@pytest.mark.parametrize("case", hostile.everything(), ids=lambda case: case.name)
def test_hostile(case, tmp_path, secret, monkeypatch):
    stage = int(case.keys.get("stage", "1"))
    theirs, canary = hostile.solved_tree(ROOT, str(tmp_path / "theirs"), stage), tmp_path / "canary"
    case.lay_over(theirs, secret=str(secret), canary=str(canary))
    (tmp_path / "private").mkdir()
    (tmp_path / "private/checks.py").write_text(PRIVATE)
    monkeypatch.setenv("MICROK_SECRET", "SECRET-OF-THE-ENVIRONMENT")
    monkeypatch.setattr(bounded, "MEMORY", 1 << 30)  # a quarter of the limit, for the sake of small hosts
    report = submission.grade_submission(theirs, stage, seed=SEED, only=case.keys["grade"].split(), out=str(tmp_path / "out"),
                                         private=str(tmp_path / "private") if "private" in case.keys else None)
    text = report.text()
    assert {r.status for r in report.results} <= set(case.keys["ends"].split("|")), text
    for key, where in (("prints", text), ("notes", " ".join("\n".join(report.notes).split()))):
        assert re.search(case.keys.get(key, ""), where), f"{key}: {case.keys[key]}\n{text}"
    written = "".join((tmp_path / "out" / f"stage-{stage}.{kind}").read_text() for kind in ("json", "xml")) + text
    if "never" in case.keys:
        assert not re.search(case.keys["never"].encode().decode("unicode_escape"), written), written
    assert not report.unfit and not canary.exists() and not descendants()


def test_each_kind_has_a_hostile_submission():
    assert {case.keys["kind"] for case in hostile.everything()} == set(hostile.KINDS)
