"""The kernel from user space: programs that run as the root task and report on a serial line of their own.

Each program boots once; each of its tests is a test here. By hand, one of them:
    make build/stage-2/tests.cpio STAGE=2, then QEMU with -append "exit=debug root=boot/t_kernel only=NAME"
"""
import os
import re

import pytest

import guest_boot
from guest_boot import ALL_PASSED, HIGHEST, PANICKED, ROOT
from random_seed import SEED

TABLE = r'\{"(\w+)", test_'
LIST = r"X\((\w{3,})\)"
# program, or program@memory: (where its tests are listed, pattern of a name, memory, words of the command line, seconds)
KINDS = {
    # t_pays takes 25 MiB at once, beside the archive of all test programs.
    "t_kernel": ("tests/guest/kernel/tests.h", LIST, "64M", "", 60),
    "t_sched": ("tests/guest/sched/sched.h", LIST, "64M", "", 60),
    "t_fpu": ("tests/guest/fpu/main.c", TABLE, "64M", "", 60),
    "t_cross": ("tests/guest/cross/main.c", TABLE, "64M", "", 90),
    "t_bad": ("tests/guest/bad/tests.h", LIST, "64M", f"seed={SEED}", 180),
    "t_sealed": ("tests/guest/sealed/sealed.h", LIST, "64M", "", 60),
    "t_known": ("tests/guest/known/main.c", TABLE, "64M", "", 90),
    "t_pays": ("tests/guest/pays/pays.h", LIST, "72M", "", 120),
    "t_pays@512M": ("tests/guest/pays/pays.h", LIST, "512M", "", 120),
    "t_exhaust": ("tests/guest/exhaust/main.c", TABLE, "128M", "", 90),
    "t_chunks": ("tests/guest/chunks/chunks.h", LIST, "64M", "", 180),
    "t_threads": ("tests/guest/threads/main.c", TABLE, "64M", "", 60),
    "t_supervise": ("tests/guest/supervise/main.c", TABLE, "64M", "", 60),
}
# Stage 2 has no fast path, the highest has (a learner's tree may end at stage 2): messages are tested with and without.
PROGRAMS = [(p, s) for p in KINDS for s in (sorted({2, HIGHEST}) if p in ("t_kernel", "t_sched", "t_fpu", "t_cross") else [HIGHEST])]


def names(program):
    path, pattern = KINDS[program][:2]
    with open(os.path.join(ROOT, path), encoding="utf-8") as f:
        return [n for n in re.findall(pattern, f.read()) if n != "name"]


@pytest.fixture(scope="session")
def guest(build_tests, tmp_path_factory):
    """guest(program, stage): its report and its end, from one boot."""
    done = {}

    def boot(program, stage):
        if (program, stage) in done:
            return done[program, stage]
        folder = tmp_path_factory.mktemp(f"{program}-{stage}")
        memory, words, seconds = KINDS[program][2:]
        status, report, log = guest_boot.boot(build_tests(stage), program.partition("@")[0], folder, words, memory, seconds)
        done[program, stage] = status, report, log
        return done[program, stage]

    return boot


@pytest.mark.parametrize("program, stage, name", [(p, s, n) for p, s in PROGRAMS for n in names(p)])
def test_guest(guest, program, stage, name):
    status, report, log = guest(program, stage)
    about = [line for line in report.splitlines() if re.match(rf"\w+ {name}\b", line)]
    print("\n".join(about))
    if f"PASS {name}" in about:
        return
    if any(line.startswith("FAIL") for line in about):
        pytest.fail("\n".join(about))
    last = (report.splitlines() or ["nothing"])[-1]
    pytest.fail(f"{program} did not get through {name} (QEMU's status: {status}); its last line: {last}\n{log[-4000:]}")


@pytest.mark.parametrize("program, stage", PROGRAMS)
def test_program_ends_well(guest, program, stage):
    status, report, log = guest(program, stage)
    assert "KERNEL PANIC" not in log and status != PANICKED, log[-4000:]
    passed = re.findall(r"^PASS (\w+)$", report, re.M)
    assert passed == names(program), "tests that did not run, or ran twice"
    assert status == ALL_PASSED and report.endswith("DONE 0 failed\n"), report[-2000:]


def test_reports_are_shown_whole_and_in_order(guest):
    """Urgent threads interrupt the output byte by byte. The two lines of each report must still follow each other on the
    serial line."""
    _, _, log = guest("t_pays", HIGHEST)
    lines = log.splitlines()
    reports = [n for n, line in enumerate(lines) if line.startswith("[fault] teller_of_faults")]
    assert len(reports) == 8 * 100, len(reports)  # a budget in each round of wakes_beside_faults
    for n in reports:
        assert lines[n].endswith(" read from an address it may not read: exception 14, error 4, address 0xfffffffffffffff0"), lines[n]
        assert re.fullmatch(r" {8}at 0x[0-9a-f]+, stack 0xfffffffffffffff0; the thread is stopped", lines[n + 1]), lines[n + 1]
