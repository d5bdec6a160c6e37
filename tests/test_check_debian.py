"""`make check-debian`: its report of a run, and the settings that it takes over from the host. CI runs the whole of it."""
import contextlib
import io
import os
import shutil
import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tools"))
import check_debian  # noqa: E402
import llvm  # noqa: E402
from debian import chroot, guard, host  # noqa: E402

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


def test_a_suite_that_the_mirror_lacks_is_named_beside_those_that_work(monkeypatch, tmp_path):
    log = tmp_path / "debootstrap.log"

    def refused(words, to, limit, mode):
        log.write_text("I: Retrieving InRelease\nE: Failed getting release file\n\n", encoding="utf-8")
        return 1

    monkeypatch.setattr(chroot, "run_to_log", refused)
    monkeypatch.setattr(chroot, "CACHE", str(tmp_path))
    with pytest.raises(chroot.CannotMake, match=r"'potato' \(status 1\): E: Failed getting release file\n.*bookworm, trixie"):
        chroot.Chroot("potato", str(tmp_path / "root"), ["deb http://nowhere.invalid/ potato main"], str(log)).bootstrap()
    assert not os.path.exists(tmp_path / "potato.new")


def test_without_root_it_says_what_it_takes(monkeypatch, scratch):
    """The folders belong to the user by then, whatever root's process does later."""
    monkeypatch.setattr(check_debian.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(guard.shutil, "which", lambda command: None)
    monkeypatch.setattr(guard, "end_by_exception", lambda: None)
    monkeypatch.setattr(check_debian, "CACHE", str(scratch / "cache/microk/debian"))
    with pytest.raises(guard.Refused, match="takes root or sudo"):
        check_debian.main(["--suite", "scratch"])
    assert (scratch / "cache/microk/debian").is_dir() and os.path.isdir(LOGS)


GDB = ["(gdb) rip            0xfff0              0xfff0", "(gdb) Breakpoint 1 at 0x80: file kernel/entry/syscall.c, line 147.",
       "(gdb) Continuing.", "", "Breakpoint 1, syscall_handle (frame=0x1,", "    number=8672)", "    at kernel/entry/syscall.c:147", "147\t{"]


@pytest.mark.parametrize("lines, well, words", [
    (GDB, True, "stopped at kernel/entry/syscall.c:147"),
    (GDB[1:], False, "not at the first instruction"),
    (GDB[:3], False, "met no breakpoint"),  # it went on and stopped nowhere
    (GDB[:-1], False, "met no breakpoint"),  # no source
    ([*GDB[:-1], "148\tint x;"], False, "met no breakpoint"),
    ([*GDB[:-2], "147\t{"], False, "met no breakpoint"),  # no line number known
])
def test_the_debuggers_row_wants_a_breakpoint_and_a_line(lines, well, words):
    found = check_debian.outcome_of("debugged", 0, lines)
    assert found[0] == well and words in found[1]
    assert not check_debian.outcome_of("debugged", 2, lines)[0], "and a good end"


# ---- it can be ended at any moment ----

LOGS = os.path.join(ROOT, "build/debian/scratch")


@pytest.fixture
def scratch(tmp_path):
    yield tmp_path
    shutil.rmtree(LOGS, ignore_errors=True)


def root_here():
    """The words that run a command as root without a process in between: nothing, or a user namespace."""
    if os.geteuid() == 0:
        return []
    words = ["unshare", "--map-root-user", "--mount"]
    if subprocess.run([*words, "unshare", "--mount", "--pid", "--fork", "--mount-proc", "true"], check=False).returncode:
        pytest.skip("namespaces take root or user namespaces, and neither is here")
    return words


def processes_with(word):
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError), open(f"/proc/{pid}/cmdline", encoding="utf-8", errors="replace") as f:
            if word in f.read().split("\0"):
                found.append(pid)
    return found


def await_that(holds):
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def heed_signals():
    """As for a person in a terminal: under nohup, or in a shell's background, the tests themselves ignore some of them."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_ended_at_any_moment_it_leaves_nothing_running_or_mounted(scratch, number):
    """Here in the middle of debootstrap; that one mounts something, too, and has a child."""
    seconds = f"600.{os.getpid()}{number.value}"
    fake = scratch / "debootstrap"
    fake.write_text(f'#!/bin/sh\nmkdir "$3" && mount -t tmpfs none "$3" && touch "{scratch}/begun"\n'
                    f"sleep {seconds} &\nsleep {seconds}\n")
    fake.chmod(0o755)
    environment = {**os.environ, "PATH": f"{scratch}:{os.environ['PATH']}", "XDG_CACHE_HOME": str(scratch), "TMPDIR": str(scratch)}
    command = [*root_here(), sys.executable, "tools/check_debian.py", "--suite", "scratch", "--mirror", "http://nowhere.invalid/"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True,
                          preexec_fn=heed_signals) as process:
        await_that(lambda: (scratch / "begun").exists() or process.poll() is not None)
        process.send_signal(number)
        said = process.stderr.read()
    await_that(lambda: not processes_with(seconds))
    if number == signal.SIGKILL:
        assert process.returncode == -number
    else:
        assert process.returncode == 128 + number and f"ended by {number.name}" in said, said
        assert not list(scratch.glob("microk-debian-*")) and not list(scratch.glob("microk/debian/*.new"))
    with open("/proc/mounts", encoding="utf-8") as f:
        assert str(scratch) not in f.read()


def test_roots_process_ends_with_the_users(scratch):
    """A user may send no signal to root's process; sudo is a stand-in here, which hides its command from signals."""
    sudo = scratch / "sudo"
    sudo.write_text('#!/bin/sh\n[ "$1" != -n ] || exit 0\nexec setsid -w "$@"\n')
    sudo.chmod(0o755)
    (scratch / "root.py").write_text(
        "import sys, time\nsys.path.insert(0, sys.argv[1])\nfrom debian import guard\nguard.end_by_exception()\n"
        "assert sys.argv[2:] == [guard.TIED]\nguard.end_with_standard_input()\n"
        f"try:\n    open('{scratch}/begun', 'w').close()\n    time.sleep(600)\nfinally:\n    open('{scratch}/cleaned', 'w').close()\n")
    user = ("import sys; sys.path.insert(0, sys.argv[1]); from debian import guard; guard.end_by_exception(); "
            "sys.exit(guard.run_as_root([sys.executable, sys.argv[2], sys.argv[1]], ()))")
    for number in (signal.SIGTERM, signal.SIGKILL):
        command = [sys.executable, "-c", user, os.path.join(ROOT, "tools"), scratch / "root.py"]
        with subprocess.Popen(command, env={**os.environ, "PATH": f"{scratch}:{os.environ['PATH']}"}, stderr=subprocess.DEVNULL) as process:
            await_that((scratch / "begun").exists)
            process.send_signal(number)
        await_that((scratch / "cleaned").exists)
        await_that(lambda: not processes_with(str(scratch / "root.py")))
        for name in ("begun", "cleaned"):
            (scratch / name).unlink()


# Takes the lock of a path, and holds it until its standard input ends.
HOLDS = ("import sys; sys.path.insert(0, sys.argv[1]); from debian import guard\n"
         "with guard.only_one(sys.argv[2], 'the cache'):\n    print('in', flush=True); sys.stdin.read()")
PIPES = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}


def test_a_second_run_waits_for_the_first_ones_end(tmp_path):
    command = [sys.executable, "-c", HOLDS, os.path.join(ROOT, "tools"), tmp_path / "lock"]
    with subprocess.Popen(command, **PIPES) as first:
        assert first.stdout.readline() == "in\n"
        with subprocess.Popen(command, **PIPES) as second:
            assert second.stdout.readline() == f"check-debian: the cache is used by process {first.pid}; this waits for its end\n"
            first.kill()  # the kernel gives the lock on, however its holder ends
            assert second.stdout.readline() == "in\n"


def test_a_run_that_ends_leaves_no_lock(tmp_path):
    """Neither for a run that waits, which must not hold the lock of a file that is gone."""
    lock = tmp_path / "lock"
    command = [sys.executable, "-c", HOLDS, os.path.join(ROOT, "tools"), lock]
    with subprocess.Popen(command, **PIPES) as first:
        assert first.stdout.readline() == "in\n"
        with subprocess.Popen(command, **PIPES) as second:
            assert "this waits" in second.stdout.readline()
            first.stdin.close()
            assert second.stdout.readline() == "in\n" and lock.read_text() == f"{second.pid}\n"
    assert second.returncode == 0 and not lock.exists()


def test_apts_lock_of_the_packages_goes_with_the_run(monkeypatch, tmp_path):
    monkeypatch.setattr(check_debian, "ROOT", str(tmp_path))
    monkeypatch.setattr(check_debian, "CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(check_debian.os, "geteuid", lambda: 0)
    for own in ("end_by_exception", "give_back"):
        monkeypatch.setattr(guard, own, lambda *_: None)
    packages = tmp_path / "cache/sid-packages"

    def check(*_):
        packages.mkdir()
        for name in ("lock", "make_4.4_amd64.deb"):
            (packages / name).touch()
        return 7

    monkeypatch.setattr(check_debian, "check", check)
    assert check_debian.main(["--suite", "sid"]) == 7
    assert [str(path.relative_to(tmp_path / "cache")) for path in sorted((tmp_path / "cache").rglob("*"))] == \
        ["sid-packages", "sid-packages/make_4.4_amd64.deb"]


def test_a_folder_is_found_where_sudo_works(monkeypatch):
    """Debian 13's /tmp is mounted nosuid; TMPDIR goes first, and without any the reasons are named."""
    flags = {"/tmp": os.ST_NOSUID, "/mine": os.ST_NOEXEC, "/small": 0, "/var/tmp": 0}

    def statvfs(path):
        if path not in flags:
            raise FileNotFoundError(2, "No such file or directory")
        return SimpleNamespace(f_flag=flags[path], f_bavail=10 if path == "/small" else 1 << 30, f_frsize=4096)

    monkeypatch.setattr(guard.os, "statvfs", statvfs)
    monkeypatch.setenv("TMPDIR", "/mine")
    assert guard.find_room() == "/var/tmp"
    flags["/mine"] = 0
    assert guard.find_room() == "/mine"
    with pytest.raises(guard.Refused, match="/tmp is mounted nosuid; /small has 0 MiB free of the 5120 .*; /none: No such file.*TMPDIR=FOLDER"):
        guard.find_room(["/tmp", "/small", "/none"])


def test_what_root_wrote_is_given_back(monkeypatch, tmp_path):
    """Runs as root if possible; else records the changes that would be made."""
    logs = tmp_path / "build/debian/trixie"
    logs.mkdir(parents=True)
    (logs / "log").touch()
    asked = []
    monkeypatch.setattr(guard, "ROOT", str(tmp_path))
    if os.geteuid() == 0:
        os.chown(tmp_path, 61000, 61000)
        guard.give_back(str(logs))
        assert {path.stat().st_uid for path in [*tmp_path.rglob("*")]} == {61000}
        return
    monkeypatch.setattr(guard.os, "geteuid", lambda: 0)
    monkeypatch.setattr(guard.subprocess, "run", lambda words, check: asked.append(words[-1]))
    monkeypatch.setattr(guard.os, "chown", lambda path, user, group: asked.append(path))
    guard.give_back(str(logs))
    assert asked == [str(logs), str(logs.parent), str(logs.parent.parent)]


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
    for name in ("conftest.py", "random_seed.py"):
        shutil.copy(os.path.join(ROOT, "tests", name), tmp_path)
    shutil.copy(os.path.join(ROOT, "tools", "alone.py"), tmp_path)  # beside it, where Python looks for its import
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
    with pytest.raises(guard.Refused, match="is not the name of a suite"):
        check_debian.main(["--suite", suite])
