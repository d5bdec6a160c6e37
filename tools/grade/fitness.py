"""Whether this machine can grade at all, asked when a result might be the machine's fault and not the learner's.

A program of three lines is compiled with the sanitizers and run, and the emulator runs its firmware for a moment, by the same
commands, in the same sandbox, as the learner's code. If that fails, so would every submission.
"""
import os
import subprocess
import tempfile

import bounded
import check as c
import ending
from unit import FLAGS

PROGRAM = "int main(void)\n{\n\treturn 0;\n}\n"
SECONDS = 60
STUMBLED = "the grader itself failed"
MIGHT_BE_OURS = (c.BUILD, c.NOSTART)


def reason_not_fit(context):
    """Why this machine cannot grade, or "". Takes about a second."""
    try:
        return compiles(context.sandbox) or (context.machine.fails() if context.machine else "")
    except OSError as error:
        return f"a file of the trial cannot be written: {ending.reason(error)}"


def compiles(sandbox):
    with tempfile.TemporaryDirectory(prefix="microk-grade-") as folder:
        os.chmod(folder, 0o755)
        made = os.path.join(folder, "made")
        os.mkdir(made)
        source, program = os.path.join(folder, "try.c"), os.path.join(made, "try")
        with open(source, "w", encoding="utf-8") as f:
            f.write(PROGRAM)
        flags = [x for x in FLAGS if x not in ("-MMD", "-mgeneral-regs-only")]
        return (try_command("the compiler", sandbox(["gcc", *flags, "-o", program, source], read=[folder], write=[made]))
                or try_command("a program with sanitizers", sandbox([program], read=[program], space=False)))


def try_command(what, command):
    try:
        status, out, err = bounded.run(command, timeout=SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{what} does not run here: {error}"
    if status:
        return f"{what} does not run here: " + ((err + out).strip().splitlines() or [f"it ended with status {status}"])[-1]
    return ""


def judge(report, context):
    """Fills in `report.unfit`: why some of its results do not count, or ""."""
    statuses = {r.status for r in report.results}
    stumbled = next((r.came for r in report.results if r.came.startswith(STUMBLED)), "")
    if stumbled:
        report.unfit = stumbled
    elif context.private_mistake:
        report.unfit = context.private_mistake
    elif statuses & set(MIGHT_BE_OURS):
        report.unfit = reason_not_fit(context)
    if not report.unfit and c.STALLED in statuses:
        report.unfit = "the host was too busy to run the machine; grade again when it is not"
