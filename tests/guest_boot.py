"""Boots a test program that runs as the root task (tests/guest/kit) and returns how it ended."""
import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tools"))
import run as machine  # noqa: E402  (tools/run.py: the one place that knows the machine)

ALL_PASSED = 3  # QEMU's status: 1 * 2 + 1
PANICKED = 0x7f * 2 + 1
# The guest's clock is its instructions: a run repeats to the instruction, however busy the host.
BY_INSTRUCTIONS = ("-icount", "shift=0,sleep=off")
HIGHEST = max(int(name.split("-")[0]) for name in os.listdir(os.path.join(ROOT, "stages")) if name[0].isdigit())


def boot(built, program, folder, words="", memory="64M", seconds=120, extra=()):
    """Runs boot/`program` of `built`'s tests.cpio; returns (status or why there is none, report, log)."""
    shutil.copy(os.path.join(built, "kernel.elf"), folder)
    shutil.copy(os.path.join(built, "tests.cpio"), os.path.join(folder, "archive.cpio"))
    lines = [os.path.join(folder, name) for name in ("log", "report")]
    command = machine.qemu_command(2, boot="kernel", build=str(folder), memory=memory,
                                   append=f"exit=debug root=boot/{program} {words}",
                                   serial=[f"file:{line}" for line in lines], extra=[*machine.DEBUG_EXIT, *extra])
    try:
        status = subprocess.run(command, stdin=subprocess.DEVNULL, timeout=seconds, check=False).returncode
    except subprocess.TimeoutExpired:
        status = f"it did not end in {seconds} s"
    log, report = (open(line, encoding="utf-8", errors="replace").read().replace("\r", "") for line in lines)
    return status, report, log


def symbols(built, program="kernel.elf"):
    """{symbol: address} of `built`'s kernel, or of another program there."""
    lines = subprocess.run(["nm", os.path.join(built, program)], text=True, stdout=subprocess.PIPE, check=True).stdout
    return {words[2]: int(words[0], 16) for words in (line.split() for line in lines.splitlines()) if len(words) == 3}


def assert_all_passed(names, status, report, log):
    """Each of the tests ran once and passed, and the machine ended as it should."""
    shown = f"QEMU's status: {status}\n{report[-3000:]}\n{log[-3000:]}"
    assert "KERNEL PANIC" not in log and status != PANICKED, shown
    assert re.findall(r"^PASS (\w+)$", report, re.M) == list(names), shown
    assert status == ALL_PASSED and report.endswith("DONE 0 failed\n"), shown


def names_in(folder):
    """The names of a test program's tests, in their order: from its X(name) list or its table, whichever file has it."""
    texts = []
    for name in sorted(os.listdir(os.path.join(ROOT, folder))):
        if name.endswith((".c", ".h")):
            with open(os.path.join(ROOT, folder, name), encoding="utf-8") as f:
                texts.append(f.read())
    for pattern in (r"\bX\((\w{3,})\)", r'\{"(\w+)", test_'):
        found = [name for text in texts for name in re.findall(pattern, text) if name != "name"]
        if found:
            return found
    raise AssertionError(f"{folder}: no list of tests found")
