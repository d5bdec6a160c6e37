"""The cost of processes' operations: the test program `costs` at the prompt, by the guest's clock, which counts instructions."""
import os
import re
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import run as machine  # noqa: E402  (the one place that knows the machine)
from guest import NoAnswer, Shell  # noqa: E402
from measure.rows import PROCESS_ROWS  # noqa: E402
from measure.windows import Failed  # noqa: E402

SECONDS = 300


def measure_processes(build, stage):
    """{row: its figures}: instructions of one operation, the least of several."""
    with tempfile.TemporaryDirectory(prefix="microk-bench-") as folder:
        shutil.copy(os.path.join(machine.ROOT, build, "kernel.elf"), os.path.join(folder, "kernel.elf"))
        shutil.copy(os.path.join(machine.ROOT, build, "tests.cpio"), os.path.join(folder, "archive.cpio"))
        guest = None
        try:
            guest = Shell(machine.qemu_command(stage, boot="kernel", build=folder, memory="96M", serial=["chardev:terminal"],
                                               extra=["-icount", "shift=0,sleep=on", "-chardev", "stdio,id=terminal,signal=off"]), SECONDS)
            text = guest.type("costs")
        except NoAnswer as error:
            raise Failed(f"the program costs did not run to its end: {error}") from error
        finally:
            if guest:
                guest.close()
    counted = {name: int(count) for name, count in re.findall(r"^COST (\w+) (\d+)$", text, re.M)}
    missing = sorted(set(PROCESS_ROWS) - set(counted))
    if missing:
        raise Failed(f"the program costs has no figures of {', '.join(missing)}:\n{text}")
    return {name: {"text": text, "instructions": counted[name], "peers": {"Linux": linux}, "goal": goal}
            for name, (text, linux, goal) in PROCESS_ROWS.items()}
