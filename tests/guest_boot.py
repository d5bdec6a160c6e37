"""Boots a guest to its end: an archive of a test's own, or a test program that runs as the root task (tests/guest/kit)."""
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tools"))
import run as machine  # noqa: E402  (tools/run.py: the one place that knows the machine)
from guest import ALL_PASSED, FAILED, PANICKED, WELL, copy_built, run_to_end  # noqa: E402, F401  (for the tests, too)

HIGHEST = max(int(name.split("-")[0]) for name in os.listdir(os.path.join(ROOT, "stages")) if name[0].isdigit())


def pack(archive, files):
    """Makes an archive of {name: path or text}."""
    words = []
    for i, (name, file) in enumerate(files.items()):
        if not os.path.exists(file):
            text, file = file, f"{archive}.{i}"
            with open(file, "w", encoding="utf-8") as f:
                f.write(text)
        words.append(f"{name}={file}")
    subprocess.run([sys.executable, "tools/image/archive.py", archive, *words], cwd=ROOT, check=True)


def run(built, folder, words, memory="64M", seconds=60, extra=(), **more):
    """Runs the kernel and the archive that are in `built` to their end: (status or why there is none, text of each serial line).
    `more`: see run_to_end."""
    status, said, texts = run_to_end(HIGHEST, built, folder, words, memory=memory, seconds=seconds, extra=extra, **more)
    print(said, end="")
    return status, *texts


def boot(built, program, folder, words="", memory="64M", seconds=120, extra=(), **more):
    """Runs boot/`program` of `built`'s tests.cpio; returns (status or why there is none, report, log)."""
    copy_built(built, folder)
    status, log, report = run(folder, folder, f"root=boot/{program} {words}", memory, seconds, extra, **more)
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
