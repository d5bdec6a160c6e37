#!/usr/bin/python3
"""The board of job control: types each line of lines.txt at the prompt of stage 4, and compares the end of its answer with POSIX's.

    labs/4-shell/jobs/measure.py           builds stage 4 of this tree first

A line that leaves a job behind would disturb the next one, so each has a machine of its own.
"""
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tools"))

import run as machine  # noqa: E402
from guest import Shell  # noqa: E402

SECONDS = 120  # for an answer: against a hang


def lines_of(text):
    """[(line, the last lines of its answer)]."""
    found = []
    for line in text.splitlines():
        if line.startswith("> "):
            found.append((line[2:], []))
        elif line and not line.startswith("#"):
            found[-1][1].append(line)
    return found


def answer(line):
    """The rows of the machine's answer."""
    shell = Shell(machine.qemu_command(4, boot="kernel", build=str(ROOT / "build/stage-4"), serial=["chardev:terminal"],
                                       extra=["-chardev", "stdio,id=terminal,signal=off"]), SECONDS)
    try:
        shell.send(line + "\r")
        return shell.until(machine.PROMPT).split("\n")[1:-1]
    finally:
        shell.close()


def main():
    lines = lines_of(Path(__file__).with_name("lines.txt").read_text(encoding="utf-8"))
    right = 0
    subprocess.run(["make", "stage-4"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    print("job control, by POSIX")
    for line, wanted in lines:
        is_right = answer(line)[-len(wanted):] == wanted
        right += is_right
        print(f"  {'yes' if is_right else ' no'}  {line}")
    print(f"  Points: {right} of {len(lines)}")


if __name__ == "__main__":
    main()
