"""What `make check-debian` says of a run, and what it takes over from the host. That it works, CI shows: it runs it."""
import io
import os
import shutil
import subprocess
import sys

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tools"))
import check_debian  # noqa: E402
import llvm  # noqa: E402
from debian import host  # noqa: E402

# As apt-get indextargets prints them on a Debian 12 with another's packages beside it.
ENTRIES = """https://mirror.example/debian/ bookworm
https://mirror.example/debian/ bookworm-updates
https://safe.example/debian-security/ bookworm-security
https://other.example/node_20.x/ nodistro
https://second.example/debian/ bookworm
"""
DUMP = """Acquire "";
Acquire::Check-Date "false";
Acquire::http::Proxy "http://proxy.example:3128";
Acquire::https::CAInfo "/etc/company.pem";
Acquire::Languages "none";
APT::Install-Recommends "true";
"""


def test_mirrors_are_those_of_the_hosts_entries():
    found = host.find_mirrors(ENTRIES, ["bookworm", "stable"])
    assert found == {"": "https://mirror.example/debian/", "-updates": "https://mirror.example/debian/",
                     "-security": "https://safe.example/debian-security/"}
    assert host.find_mirrors("https://other.example/node_20.x/ nodistro\n", ["bookworm"]) == {}


@pytest.fixture
def apt_of_the_host(monkeypatch):
    monkeypatch.setattr(host, "said", lambda *command: ENTRIES if command[0] == "apt-get" else "")
    monkeypatch.setattr(host, "codename", lambda: "bookworm")


def test_another_suite_comes_from_the_same_mirrors(apt_of_the_host):
    assert host.sources("trixie") == ["deb https://mirror.example/debian/ trixie main",
                                      "deb https://safe.example/debian-security/ trixie-security main",
                                      "deb https://mirror.example/debian/ trixie-updates main"]
    assert host.sources("sid") == ["deb https://mirror.example/debian/ sid main"]
    assert host.sources("trixie", "http://here.example/") == ["deb http://here.example/ trixie main"]


def test_a_host_that_is_no_debian_is_asked_for_a_mirror(monkeypatch):
    monkeypatch.setattr(host, "said", lambda *command: "")
    with pytest.raises(host.NoMirror, match="MIRROR=URL"):
        host.sources("trixie")


def test_settings_that_say_how_to_fetch():
    assert [line.split()[0] for line in host.apt_settings(DUMP)] == [
        "Acquire::Check-Date", "Acquire::http::Proxy", "Acquire::https::CAInfo"]


@pytest.mark.parametrize("kind, status, lines, well, words", [
    ("make", 0, ["built"], True, "make"),
    ("make", 2, ["error"], False, "status 2"),
    ("graded", 0, ["  Total      100/100", "report: x"], True, "100/100"),
    ("graded", 1, ["  Total      87/100"], False, "87/100"),
    ("graded", 0, [], False, "no total"),
    ("all tests", 0, ["Skipped: none", "== 900 passed in 1.0s =="], True, "900 passed in 1.0s; Skipped: none"),
    ("all tests", 0, ["Skipped: 1", "== 899 passed, 1 skipped in 1.0s =="], False, "899 passed, 1 skipped in 1.0s; Skipped: 1"),
    ("all tests", 1, ["Skipped: none", "== 1 failed in 1.0s =="], False, "1 failed in 1.0s; Skipped: none"),
])
def test_outcomes(kind, status, lines, well, words):
    assert check_debian.outcome_of(kind, status, lines) == (well, words)


def test_the_table_marks_what_failed_and_shows_its_end():
    table = check_debian.Table(io.StringIO())
    table.row("make", 75.4, True, "built")
    table.row("make bench", 3, False, "status 2")
    table.tail([f"line {n}" for n in range(100)], "/log")
    said = table.out.getvalue()
    assert "    make                            1:15   built\n  ! make bench                      0:03   status 2\n" in said
    assert "line 99\n" in said and "line 74\n" not in said and table.bad == 1


def test_without_root_it_says_what_it_takes(monkeypatch):
    monkeypatch.setattr(check_debian.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(check_debian.shutil, "which", lambda command: None)
    with pytest.raises(check_debian.Failed, match="takes root or sudo"):
        check_debian.become_root(["--suite", "trixie"])


def test_set_up_installs_the_release_that_the_tree_is_kept_with():
    listed = subprocess.run(["tools/setup.sh", "--list", "debian", "check"], cwd=ROOT, text=True, capture_output=True, check=True).stdout
    for package in ("clang-format", "clang-tidy", "clang"):
        assert f"{package}-{llvm.RELEASE}" in listed.split()
    assert f"libclang-rt-{llvm.RELEASE}-dev" in listed.split()


@pytest.mark.parametrize("releases, found", [
    ({"clang-format-19": 19, "clang-format": 14}, "clang-format-19"), ({"clang-format": 19}, "clang-format"),
])
def test_the_release_that_judges(monkeypatch, releases, found):
    monkeypatch.setattr(llvm, "release_of", releases.get)
    assert llvm.find("clang-format") == found


def test_another_release_does_not_judge(monkeypatch):
    monkeypatch.setattr(llvm, "release_of", {"clang-tidy": 14}.get)
    with pytest.raises(llvm.Missing, match="kept with clang-tidy 19, and there is only that of release 14 here"):
        llvm.find("clang-tidy")


def test_what_was_skipped_is_listed_with_its_reason(tmp_path):
    shutil.copy(os.path.join(ROOT, "tests", "conftest.py"), tmp_path)
    (tmp_path / "test_some.py").write_text(
        "import pytest\ndef test_runs(): pass\ndef test_a(): pytest.skip('no moon')\n"
        "@pytest.mark.skipif(True, reason='no moon')\ndef test_b(): pass\n")
    run = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path)]
    done = subprocess.run([*run, str(tmp_path)], cwd=tmp_path, text=True, capture_output=True, check=False)
    *_, said, last = done.stdout.rstrip().rpartition("Skipped: ")[2].rpartition("\n")
    assert done.stdout.count("Skipped: 2\n  no moon\n      test_some.py::test_a\n      test_some.py::test_b\n") == 1
    assert last.startswith("1 passed, 2 skipped")
    none = subprocess.run([*run, f"{tmp_path}/test_some.py::test_runs"], cwd=tmp_path, text=True, capture_output=True, check=False)
    assert none.stdout.rstrip().splitlines()[-2] == "Skipped: none"


@pytest.mark.parametrize("suite", ["..", "../..", "/nowhere/at/all", "a/b", ""])
def test_what_is_no_name_of_a_suite_removes_nothing(monkeypatch, suite):
    monkeypatch.setattr(check_debian.shutil, "rmtree", lambda *a, **b: pytest.fail(f"removes {a}"))
    monkeypatch.setattr(check_debian.os, "makedirs", lambda *a, **b: pytest.fail(f"makes {a}"))
    with pytest.raises(check_debian.Failed, match="no name of a suite"):
        check_debian.main(["--suite", suite])
