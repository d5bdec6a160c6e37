"""A run of a test that kills services under load (tests/guest/killer), and what must come of each.

The guest's clock counts instructions while it runs, so that a microsecond is the same step of a request on any host, and is the host's
while it waits for the disk.
"""
import re

import guest_boot
from guest_boot import WELL, machine
from random_seed import SEED

CLOCK = ("-icount", "shift=0,sleep=on")


def run(built, folder, program, words, image, quiet, extra=(), drive=""):
    """The log and the client's report, after a run that ended well. `quiet`: the server that must have complained of nothing, or several,
    "a|b". `extra`: of QEMU's options; `drive`: of its -drive."""
    guest_boot.copy_built(built, folder)
    status, log, report = guest_boot.run(folder, folder, f"root=boot/{program} report seed={SEED} {words}", extra=[*machine.disk_options(str(image), drive=drive), *extra],
                                         clock=CLOCK, iommu=True, seconds=300)
    print("\n".join(re.findall("^NOTE .*$", report + log, re.M)))
    shown = f"QEMU's status {status}\n{report[-3000:]}\n{log[-3000:]}"
    assert (status, report.endswith("DONE 0 failed\n")) == (WELL, True) and "FAIL" not in report, shown
    assert "[fault]" not in log and not re.search(f"^({quiet}): ", log, re.M), shown
    return log, report
