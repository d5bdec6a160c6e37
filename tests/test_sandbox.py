"""The sandbox of a submission: its limits, what it sees of the host, and that nothing outlives it."""
import argparse
import os
import subprocess
import sys
import tempfile
import time

import pytest

from conftest import ROOT, is_open

sys.path[:0] = [os.path.join(ROOT, "tools", "grade"), os.path.join(ROOT, "tools")]

import bounded  # noqa: E402
import build  # noqa: E402
import machine  # noqa: E402
import sandbox  # noqa: E402

pytestmark = pytest.mark.skipif(is_open(), reason="the exercises of this tree are open")


@pytest.fixture(scope="module", name="box")
def one_sandbox():
    return sandbox.Sandbox()


def inside(box, script, timeout=30, folders=(), **more):
    return bounded.run(box(["sh", "-c", script], **more), timeout=timeout, folders=folders)


def test_a_compiler_that_computes_without_end_has_a_reason(box, monkeypatch):
    """The limit's own signal comes before the one that kills, which the host sends, too."""
    monkeypatch.setattr(sandbox, "LIMITS", [limit.replace(str(sandbox.CPU + 1), "2").replace(str(sandbox.CPU), "1") for limit in sandbox.LIMITS])
    eight = " ".join(["__VA_ARGS__"] * 8)
    source = rf"#define A(...) {eight}\n#define B(...) A(A(A(__VA_ARGS__)))\nint a[] = {{ B(B(B(B(1,)))) }};\n"
    status, _, errors = inside(box, f"printf '{source}' | gcc -c -x c - -o /tmp/a.o")
    assert status and "cc1 used more than" in build.explain(errors).words, errors


@pytest.mark.case("grader 4")
def test_nothing_outlives_a_run(box):
    """Processes that leave their session, and those that ignore signals."""
    long = f"sleep 77.{os.getpid()}"  # another run of these tests may have its own
    status, out, _ = inside(box, f"trap '' TERM HUP; for i in 1 2 3 4 5; do setsid sh -c 'trap \"\" TERM HUP; {long}' & done; echo started")
    assert status == 0 and out == "started\n"
    listing = subprocess.run(["ps", "-eo", "args="], text=True, capture_output=True, check=True).stdout
    assert long not in listing


def test_nothing_outlives_a_run_that_is_ended(box):
    long = f"sleep 78.{os.getpid()}"
    with pytest.raises(subprocess.TimeoutExpired):
        inside(box, f"setsid {long} & {long}", timeout=1)
    end_at = time.monotonic() + 20
    while long in (seen := subprocess.run(["ps", "-eo", "args="], text=True, capture_output=True, check=True).stdout):
        assert time.monotonic() < end_at, seen


def test_each_of_two_commands_is_ended_even_if_one_cannot_be(monkeypatch):
    ended, end = [], bounded.Child.end

    def fails(child):
        end(child)
        ended.append(child)
        raise RuntimeError("its sandbox did not end")
    monkeypatch.setattr(bounded.Child, "end", fails)
    between = argparse.Namespace(of_subject=lambda: [], of_judge=lambda: [], close=lambda: None)
    with pytest.raises(RuntimeError):
        bounded.run(["true"], timeout=20, beside=["sleep", "60"], between=between)
    assert len(ended) == 2


def test_a_host_that_shows_no_ends_of_processes_is_refused_at_once(monkeypatch):
    """A container's filter of system calls may forbid pidfd_open(2)."""
    def forbidden(_):
        raise PermissionError(1, "Operation not permitted")
    monkeypatch.setattr(os, "pidfd_open", forbidden)
    with pytest.raises(sandbox.CannotConfine, match="Operation not permitted"):
        sandbox.Sandbox()


def test_a_trees_own_author_needs_no_ends_of_processes(monkeypatch):
    def forbidden(_):
        raise PermissionError(1, "Operation not permitted")
    monkeypatch.setattr(os, "pidfd_open", forbidden)
    assert bounded.run(["sh", "-c", "sleep 0.1; echo done; exit 3"], timeout=60) == (3, "done\n", "")


LOOPS = "for i in $(seq 16); do while :; do :; done & done; wait"  # on a busy host one alone may get less than half a processor


@pytest.mark.parametrize("script, status, tries", [(LOOPS, machine.OVERDONE, 5), ("sleep 60", None, 1)], ids=["computed", "slept"])
def test_a_typed_machine_that_computed_was_not_held_up(tmp_path, monkeypatch, script, status, tries):
    """Otherwise a kernel that is slow on purpose would get no grade."""
    monkeypatch.setattr(machine, "BACKSTOP", 2)

    def ending():
        talk = machine.Conversation(["sh", "-c", script], str(tmp_path), "prompt> ")
        talk.until_prompt()
        assert talk.over == "backstop"
        return talk.end()
    assert status in (ending() for _ in range(tries))


def test_a_typed_machine_that_was_killed_from_outside_is_started_once_more(tmp_path):
    """As one at which no person types (tests/test_grader.py); and no third time."""
    def answers_of(kills):
        runs = tmp_path / f"runs-{kills}"
        one = machine.Machine.__new__(machine.Machine)  # without a kernel
        one.command = lambda *_, **__: ["sh", "-c", f"echo >> {runs}; [ $(wc -l < {runs}) -gt {kills} ] || kill -9 $$; printf 'ready prompt> '; sleep 60"]
        outcome, answers = one.converse("", "", "prompt> ", [])
        return outcome.kind == "nostart", answers, len(runs.read_text().splitlines())
    assert answers_of(0) == (False, ["ready "], 1)
    assert answers_of(1) == (False, ["ready "], 2)
    assert answers_of(2) == (True, [""], 2)


@pytest.mark.parametrize("disk", [False, True], ids=["none", "disk"])
def test_a_machine_in_the_sandbox_writes_to_its_disk(box, tmp_path, disk):
    """The grader's copy of an image: as root the grader is another user than its sandbox."""
    (tmp_path / "disk.img").write_bytes(bytes(1 << 20))
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        one = machine.Machine(3, folder, machine.compile_plugin(folder), box)
        outcome = one.boot_once(None, "", machine.TRIAL, machine.IDLE_MS, str(tmp_path / "disk.img") if disk else None)
    assert outcome.kind == "hang" and outcome.instructions, outcome


def test_an_emulator_that_failed_is_no_machine_that_ended_with_code_0(tmp_path):
    """Both are QEMU's status 1."""
    one = machine.Machine.__new__(machine.Machine)  # without a kernel
    (tmp_path / "notes").write_text("why end\ninstructions 0\nhalted 0\ninterrupts on\nrecent\n")
    outcome = one.judge(str(tmp_path), 1, "qemu: Could not open 'disk.img'\n")
    assert outcome.kind == "nostart" and "Could not open" in outcome.words
    (tmp_path / "notes").write_text("why end\ninstructions 77\nhalted 0\ninterrupts on\nrecent\n")
    assert one.judge(str(tmp_path), 1, "").code == 0


@pytest.mark.case("grader 4")
def test_processes_are_limited(box):
    status, _, err = inside(box, "i=0; while [ $i -lt 400 ]; do sleep 20 & i=$((i+1)); done; echo all")
    assert status and "fork" in err


def test_memory_of_all_processes_together_is_limited(box, monkeypatch):
    monkeypatch.setattr(bounded, "MEMORY", 200 << 20)
    one = "python3 -c 'import time; x = bytearray(60 << 20); time.sleep(30)'"
    with pytest.raises(bounded.UsedUp, match="memory"):
        inside(box, f"{one} & {one} & {one} & {one} & wait")


@pytest.mark.case("grader 10")
def test_processor_time_of_all_processes_together_is_limited(box, monkeypatch):
    monkeypatch.setattr(bounded, "PROCESSOR", 1)
    with pytest.raises(bounded.UsedUp, match="processor"):
        inside(box, "while :; do :; done", timeout=300)


def test_files_of_all_processes_together_are_limited(box, monkeypatch):
    """Each smaller than a file may be."""
    monkeypatch.setattr(bounded, "DISK", 1 << 20)
    with tempfile.TemporaryDirectory() as made:
        os.chmod(made, 0o755)
        with pytest.raises(bounded.UsedUp, match="wrote"):
            inside(box, f"for i in 1 2 3 4; do head -c 400000 /dev/zero > {made}/$i; done; sleep 30", write=[made], folders=[made])


def test_a_run_that_computes_is_not_one_that_the_host_held_up(box):
    """So a submission that is slow on purpose does not get around its grade."""
    def was_busy(script, timeout):
        with pytest.raises(bounded.TooLate) as late:
            inside(box, script, timeout=timeout)
        return late.value.busy

    assert not was_busy("sleep 30", 2)
    # All 16 together, too, where the host shares its processors out by session: it is given five times to run them for half of the time.
    assert any(was_busy(LOOPS, 6) for _ in range(5))


@pytest.mark.case("grader 7")
def test_the_host_cannot_be_seen(box, secret, tmp_path, monkeypatch):
    monkeypatch.setenv("MICROK_SECRET", "SECRET-OF-THE-ENVIRONMENT")
    _, out, err = inside(box, f"cat {secret} /etc/passwd /etc/shadow /root/.profile; env; ls -A /home /root /work /srv /var /run /tmp; touch {tmp_path}/x; id")
    assert "SECRET" not in out and "root:" not in out and "uid=0" not in out
    assert not (tmp_path / "x").exists() and err.count("No such file") >= 4


def test_no_network(box):
    _, out, _ = inside(box, "cat /proc/net/dev; python3 -c 'import socket; print(socket.socket().connect_ex((\"127.0.0.1\", 22)))'")
    devices = [line.split(":")[0].strip() for line in out.splitlines() if ":" in line]
    assert devices == ["lo"] and out.splitlines()[-1] != "0"


@pytest.mark.case("grader 3")
def test_what_is_to_be_read_cannot_be_written(box):
    with tempfile.TemporaryDirectory() as top:
        tree, made = os.path.join(top, "tree"), os.path.join(top, "made")
        os.mkdir(tree)
        os.mkdir(made)
        os.chmod(top, 0o755)
        status, _, err = inside(box, f"touch {made}/x && touch {tree}/x", read=[tree], write=[made])
        assert status and "Read-only" in err and os.listdir(made) == ["x"] and not os.listdir(tree)


@pytest.mark.case("grader 3")
def test_a_link_in_the_place_of_an_output_is_not_followed(tmp_path, secret):
    (tmp_path / "console").symlink_to(secret)
    assert machine.read(str(tmp_path / "console")) == ""
    os.mkfifo(tmp_path / "fifo")
    assert machine.read(str(tmp_path / "fifo")) == ""
