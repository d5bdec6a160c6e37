"""A machine with a disk is switched off at the prompt while a program writes: the file system is ended, and nothing is half there."""
import os
import random
import re
import time

import guest_boot
import test_vfs_disk as on_disk
from guest import Shell, text_of
from guest_boot import ROOT, machine
from random_seed import SEED

STAGE = 4
WRITER = """
service files_written
	program boot/files_written
	arguments 1000000
	after vfs
	uses vfs as / read write
	uses log as stdout write
	report
"""


def test_poweroff_while_files_are_copied(copy_stage_4, tmp_path):
    """Two copies are typed, and poweroff right after them, without a sync. Another program is in the middle of a round then."""
    built = copy_stage_4(["build/stage-4/kernel.elf", "build/stage-4/archive.cpio", "build/stage-4/boot/files_written", "STAGE=4"],
                         ["kernel.elf", "boot"])
    with open(f"{ROOT}/stages/4-shell/system.conf", encoding="utf-8") as f:
        conf = f.read() + WRITER
    names = [name for name in os.listdir(built / "boot") if f"program boot/{name}\n" in conf]
    guest_boot.pack(built / "archive.cpio", {"boot/system.conf": conf, **{f"boot/{name}": str(built / "boot" / name) for name in [*names, "init"]}})
    image, reports = str(tmp_path / "disk.img"), str(tmp_path / "report")
    machine.disk.make(image, STAGE)
    big = random.Random(SEED).randbytes(2 << 20)
    (tmp_path / "big").write_bytes(big)
    on_disk.tool("debugfs", "-w", "-R", f"write {tmp_path / 'big'} /big", image)
    guest = Shell(machine.qemu_command(STAGE, boot="kernel", build=str(built), append="report", disk=image,
                                       serial=["stdio", f"file:{reports}"]), seconds=120)
    try:
        end = time.monotonic() + 60
        while text_of(reports).count("\nsynced ") < 5:
            assert time.monotonic() < end, text_of(reports)
            time.sleep(0.01)
        guest.send("cp /big /copy-1\rcp /big /copy-2\rpoweroff\r")
        assert guest.wait_for_end() == 0
    finally:
        guest.close()
    report = text_of(reports)
    synced = [int(number) for number in re.findall(r"^synced (\d+)$", report, re.M)]
    assert synced and not report.endswith("DONE\n"), report
    on_disk.assert_clean(image)
    found = on_disk.tree(image, "/w", tmp_path / "tree")
    rounds = len(found["log"]) // on_disk.LINE
    assert rounds >= synced[-1], f"{synced[-1]} rounds were synced, and {rounds} are there"
    on_disk.assert_whole(found, rounds)
    everything = on_disk.tree(image, "/", tmp_path / "all")
    assert everything["copy-1"] == everything["copy-2"] == big
