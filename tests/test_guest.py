"""The kernel from user space: programs that run as the root task and report on a serial line of their own.

Each program boots once; each of its tests is a test here. By hand, one of them:
    make build/stage-2/tests.cpio STAGE=2, then QEMU with -append "exit=debug root=boot/t_kernel only=NAME"
"""
import os
import re
import shutil
import subprocess
import sys

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tools"))
import run as machine  # noqa: E402  (tools/run.py: the one place that knows the machine)

ALL_PASSED = 3  # QEMU's status: 1 * 2 + 1
PANICKED = 0x7f * 2 + 1
# Random calls from another seed: MICROK_SEED=7 pytest tests/test_guest.py -k random
SEED = int(os.environ.get("MICROK_SEED", "20261122"))
# program: (where its tests are listed, pattern of a name, memory, words of the command line, seconds)
PROGRAMS = {
    "t_kernel": ("tests/guest/kernel/tests.h", r"X\((\w{3,})\)", "64M", "", 60),
    "t_bad": ("tests/guest/bad/tests.h", r"X\((\w{3,})\)", "64M", f"seed={SEED}", 180),
    "t_exhaust": ("tests/guest/exhaust/main.c", r'\{"(\w+)", test_', "128M", "", 90),
}


def names(program):
    path, pattern = PROGRAMS[program][:2]
    with open(os.path.join(ROOT, path), encoding="utf-8") as f:
        return [n for n in re.findall(pattern, f.read()) if n != "name"]


@pytest.fixture(scope="session")
def guest(make, tmp_path_factory):
    """guest(program): what it reported and how it ended, from one boot."""
    done = {}

    def boot(program):
        if program in done:
            return done[program]
        folder = tmp_path_factory.mktemp(program)
        built = make("build/stage-2/kernel.elf", "build/stage-2/tests.cpio", "STAGE=2")
        assert built.returncode == 0, built.stdout + built.stderr
        shutil.copy(f"{ROOT}/build/stage-2/kernel.elf", folder)
        shutil.copy(f"{ROOT}/build/stage-2/tests.cpio", folder / "archive.cpio")
        memory, words, seconds = PROGRAMS[program][2:]
        command = machine.qemu_command(2, boot="kernel", build=str(folder), memory=memory,
                                       append=f"exit=debug root=boot/{program} {words}",
                                       serial=[f"file:{folder}/log", f"file:{folder}/report"],
                                       extra=machine.DEBUG_EXIT)
        try:
            status = subprocess.run(command, stdin=subprocess.DEVNULL, timeout=seconds, check=False).returncode
        except subprocess.TimeoutExpired:
            status = f"it did not end in {seconds} s"
        log, report = ((folder / n).read_text(errors="replace").replace("\r", "") for n in ("log", "report"))
        done[program] = status, report, log[-4000:]
        return done[program]

    return boot


@pytest.mark.parametrize("program, name", [(p, n) for p in PROGRAMS for n in names(p)])
def test_guest(guest, program, name):
    status, report, log = guest(program)
    about = [line for line in report.splitlines() if re.match(rf"\w+ {name}\b", line)]
    print("\n".join(about))
    if f"PASS {name}" in about:
        return
    if any(line.startswith("FAIL") for line in about):
        pytest.fail("\n".join(about))
    last = (report.splitlines() or ["nothing"])[-1]
    pytest.fail(f"{program} did not get through {name} (QEMU's status: {status}); its last line: {last}\n{log}")


@pytest.mark.parametrize("program", PROGRAMS)
def test_program_ends_well(guest, program):
    status, report, log = guest(program)
    assert "KERNEL PANIC" not in log and status != PANICKED, log
    passed = re.findall(r"^PASS (\w+)$", report, re.M)
    assert passed == names(program), "tests that did not run, or ran twice"
    assert status == ALL_PASSED and report.endswith("DONE 0 failed\n"), report[-2000:]
