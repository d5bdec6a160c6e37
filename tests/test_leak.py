"""No leak: ten thousand `cat`s leave memory and capabilities of every process as they were."""
import os
import re
import shutil
import time

import guest_boot
from guest_boot import ROOT, WELL, machine
from guest import Shell

STAGE = 4
SHELL_CATS = 150


def build(make, folder, conf, programs, more=()):
    """An archive of the stage with another system.conf, and the kernel, in `folder`."""
    at = f"build/stage-{STAGE}"
    got = make(f"stage-{STAGE}", f"{at}/kernel.elf", f"{at}/archive.cpio", *[f"{at}/boot/{p}" for p in programs])
    assert got.returncode == 0, got.stdout + got.stderr
    shutil.copy(f"{ROOT}/{at}/kernel.elf", folder)
    files = {f"boot/{p}": f"{ROOT}/{at}/boot/{p}" for p in ("init", "pci", "storage", "vfs", "proc", "console", "log", "power", "pipe", "dev", "rng", *programs)}
    files |= {"boot/system.conf": conf, "etc/hello.txt": f"{ROOT}/stages/3-vfs/root/etc/hello.txt"}
    guest_boot.pack(folder / "archive.cpio", {**files, **dict(more)})


def test_ten_thousand_cats(make, tmp_path):
    with open(f"{ROOT}/stages/4-shell/system.conf", encoding="utf-8") as f:
        conf = f.read().replace("program boot/shell", "program boot/cats")
    build(make, tmp_path, conf, ["cats"])
    began = time.monotonic()
    status, log, report = guest_boot.run(tmp_path, tmp_path, "report")
    print(f"{time.monotonic() - began:.1f} s\n{report}")
    assert status == WELL and report.endswith("end\n"), log + report
    held = {when: re.findall(rf"^{when} (\S+) (\d+) (\d+) (\d+)$", report, re.M) for when in ("before", "after")}
    assert {"init", "vfs", "proc", "console", "free"} <= {name for name, *_ in held["before"]}
    assert held["before"] == held["after"]
    cats, read, once = re.search(r"^cats (\d+) (\d+) (\d+)$", report, re.M).groups()
    size = os.path.getsize(f"{ROOT}/stages/3-vfs/root/etc/hello.txt")
    assert (int(cats), int(once), int(read)) == (10000, size, 10000 * size)


def test_cats_by_the_shell(make, tmp_path):
    """The same by the shell's own cat, typed: fewer times, since each is typed over the serial line."""
    with open(f"{ROOT}/stages/4-shell/system.conf", encoding="utf-8") as f:
        build(make, tmp_path, f.read(), ["shell"])
    guest = Shell(machine.qemu_command(STAGE, boot="kernel", build=str(tmp_path), append="exit=debug", serial=["stdio"],
                                       extra=machine.DEBUG_EXIT), seconds=20)
    try:
        with open(f"{ROOT}/stages/3-vfs/root/etc/hello.txt", encoding="utf-8") as f:
            hello = f.readline().strip()
        guest.type("cat /etc/hello.txt")
        before = free_memory(guest.type("cat /proc/meminfo"))
        for _ in range(SHELL_CATS):
            assert hello in guest.type("cat /etc/hello.txt")
        assert free_memory(guest.type("cat /proc/meminfo")) == before
    finally:
        guest.close()


def free_memory(text):
    found = re.findall(r"^\s*(\w*[Ff]ree\w*):?\s+([\d,]+)", text, re.M)
    assert found, text
    return found
