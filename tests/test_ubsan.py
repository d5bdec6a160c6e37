"""The kernel with a trap at every place where C leaves undefined what happens (make UBSAN=1): all of the guest
tests, and the highest stage up to its prompt. One build, several boots."""
import os
import re
import shutil
import subprocess

import pytest

import guest_boot
from guest_boot import HIGHEST, ROOT, machine, names_in
from guest_machine import Machine
from random_seed import SEED

FOLDER = f"build/ubsan/stage-{HIGHEST}"
# program: (its folder, memory, words of the command line)
PROGRAMS = {
    "t_kernel": ("tests/guest/kernel", "64M", ""),
    "t_sched": ("tests/guest/sched", "64M", ""),
    "t_fpu": ("tests/guest/fpu", "64M", ""),
    "t_exhaust": ("tests/guest/exhaust", "128M", ""),
    "t_bad": ("tests/guest/bad", "64M", f"seed={SEED} calls=300000"),
    "t_stress": ("tests/guest/stress", "64M", f"seed={SEED}"),
}


@pytest.fixture(scope="module")
def built(make, build_tests, tmp_path_factory):
    """A folder with that kernel, and the programs of the stage, which are the same with and without it."""
    done = make("UBSAN=1", f"STAGE={HIGHEST}", f"{FOLDER}/kernel.elf")
    assert done.returncode == 0, done.stdout + done.stderr
    folder, programs = tmp_path_factory.mktemp("ubsan"), build_tests(HIGHEST)
    shutil.copy(os.path.join(ROOT, FOLDER, "kernel.elf"), folder)
    for name in ("archive.cpio", "tests.cpio"):
        shutil.copy(os.path.join(programs, name), folder)
    return str(folder)


def test_traps_are_in_it(built):
    """Otherwise the boots below would prove nothing."""
    code = subprocess.run(["objdump", "-d", f"{built}/kernel.elf"], capture_output=True, text=True, check=True).stdout
    assert len(re.findall(r"\bud2\b", code)) > 300


@pytest.mark.parametrize("program", PROGRAMS)
def test_guest_under_ubsan(built, tmp_path, program):
    folder, memory, words = PROGRAMS[program]
    ended = guest_boot.boot(built, program, tmp_path, words=words, memory=memory, seconds=180)
    guest_boot.assert_all_passed(names_in(folder), *ended)


def test_boots_under_ubsan(built, tmp_path):
    """The system comes up whole: all its output, to the prompt where there is a shell."""
    last = machine.PROMPT if HIGHEST >= 4 else "[cap] root CSpace initialized"
    with Machine(built, None, tmp_path) as guest:
        assert "KERNEL PANIC" not in guest.wait_for("log", last)
