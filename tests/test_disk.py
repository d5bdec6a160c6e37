"""A disk in the machine: its driver and the owner of PCI as services of init, and killed by a supervisor of init's own files.

The disk's requests take the host's time. A guest whose clock counts instructions alone would let its time limits pass while it waits.
"""
import os
import re
import shutil
import subprocess
import sys

import pytest

import disk_tables
import guest_boot
from guest_boot import WELL, machine
from random_seed import SEED

STAGE = 3
HOST_CLOCK = ()
SERIAL = "ports serial 0x3f8 0x3ff"
NVME = "nvme,serial=1"
PLAIN = "virtio-blk-pci,disable-legacy=on"
DISKS = {  # options of the device: the unit
    "plain": (machine.DISK, True),
    "without a unit": (PLAIN, False),
    "4 KiB blocks": (machine.DISK + ",logical_block_size=4096,physical_block_size=4096", True),
    "no indirect tables": (machine.DISK + ",indirect_desc=off", True),
    "short queue": (machine.DISK + ",indirect_desc=off,queue-size=16,seg-max-adjust=on", True),
    "behind a bridge": (machine.DISK + ",bus=below", True),
    "NVMe": (NVME, True),
    "NVMe behind a bridge": (NVME + ",bus=below", True),
    "NVMe, 4 KiB blocks": (NVME + ",logical_block_size=4096,physical_block_size=4096", True),
    "NVMe, short transfers": (NVME + ",mdts=1", False),
}
BRIDGE = ["-device", "pcie-root-port,id=below,chassis=1"]
SERVICES = f"""
service pci
	program boot/pci
	priority 46
	serves pci list claim
	pci
	info
	{SERIAL}
service storage
	program boot/storage
	arguments STORAGE
	priority 45
	memory 2M
	serves disk read write
	device virtio 1af4:1042
	device nvme 01:08:02
	notification wake
	frames state 12K
	frames dma 112K
	info
	{SERIAL}
service client
	program boot/disk_client
	arguments PLAY
	uses disk read write
	ring disk 4M
	notification wake
	info
	report
	{SERIAL}
"""


@pytest.fixture(scope="module")
def built(build_tests):
    return build_tests(STAGE)


@pytest.fixture
def disk(tmp_path):
    """An image of 64 MiB with two partitions."""
    return disk_tables.image(tmp_path / "disk.img", 64, disk_tables.gpt(64 << 11, [(4096, 65536, "root"), (69632, 32768, "home")]))


@pytest.fixture
def blank(tmp_path):
    return disk_tables.image(tmp_path / "blank.img", 64, {})


def boot(built, folder, play, extra, iommu=True, limit="", more="", seconds=120, services=SERVICES):
    """init, the drivers and a client: (QEMU's status, log, report)."""
    shutil.copy(os.path.join(built, "kernel.elf"), folder)
    names = ("init", "pci", "storage", "disk_client", "proc", "cat", "symbols")
    conf = f"stage {STAGE}\n" + services.replace("PLAY", play).replace("\targuments STORAGE\n", f"\targuments {limit}\n" if limit else "") + more
    guest_boot.pack(folder / "archive.cpio", {"boot/system.conf": conf, **{f"boot/{name}": f"{built}/boot/{name}" for name in names}})
    return guest_boot.run(folder, folder, "report", extra=extra, clock=HOST_CLOCK, iommu=iommu, seconds=seconds)


def assert_well(status, log, report):
    assert (status, report.endswith("DONE 0 failed\n")) == (WELL, True), f"QEMU's status {status}\n{report[-3000:]}\n{log[-3000:]}"
    assert "was refused" not in log and "[fault]" not in log, log


@pytest.mark.parametrize("name", DISKS)
def test_requests_of_every_kind(built, disk, tmp_path, name):
    device, iommu = DISKS[name]
    got = boot(built, tmp_path, "basic", [*BRIDGE, *machine.disk_options(disk, device)], iommu)
    assert_well(*got)
    if "4 KiB" not in name:  # the table counts in blocks of 512 bytes
        assert "partition 1: 4096 65536 root" in got[2] and re.search("storage: (virtio-blk|NVMe), 64 MiB, 2 partitions", got[1])


@pytest.mark.parametrize("device", [machine.DISK, NVME])
def test_more_memory_for_the_device_than_one_frame(built, disk, tmp_path, device):
    """Two Frames need not follow each other for the device, which has the first alone. Without a unit it would write past it."""
    got = boot(built, tmp_path, "basic", machine.disk_options(disk, device),
               services=SERVICES.replace("frames dma 112K", "frames dma 4M"))
    assert "64 MiB, 2 partitions" in got[1], got[1]
    assert_well(*got)


@pytest.mark.parametrize("was, now, message", [
    ("frames dma 112K", "frames dma 32K", r'its grant "dma" is too small; write "frames dma 112K" in system\.conf'),
    ("device ", "device a-", r'no line "device virtio" or "device nvme" in system\.conf names its disk'),
])
def test_grants_that_a_driver_cannot_use(built, disk, tmp_path, was, now, message):
    status, log, report = boot(built, tmp_path, "none", machine.disk_options(disk), services=SERVICES.replace(was, now))
    assert status == WELL and re.search(f"^storage: {message}$", log, re.M), log + report


PROC_PCI = f'''
service proc
	program boot/proc
	memory 2M
	slots 2048
	serves proc read write
	uses supervisor inspect
	uses pci list
	info
	{SERIAL}

service cat
	program boot/cat
	arguments /proc/pci
	after client proc
	uses proc as /proc read
	{SERIAL}
'''


def test_proc_lists_the_functions_of_pci(built, disk, tmp_path):
    status, log, _ = boot(built, tmp_path, "basic", [*BRIDGE, *machine.disk_options(disk, machine.DISK + ",bus=below")], more=PROC_PCI)
    assert status == WELL
    lines = log.partition("[ok] storage\n")[2].splitlines()
    assert "00:00.0 8086:29c0 060000 host bridge" in lines
    assert re.search(r"^00:\w\w\.0 1b36:000c 060400 PCI bridge to bus 01$", "\n".join(lines), re.M)
    at = lines.index("01:00.0 1af4:1042 010000 SCSI controller, driven by process 3")
    assert re.fullmatch(r"        4: memory 0x[0-9a-f]+, 16 KiB, 64-bit, prefetchable", lines[at + 2]), lines


def test_a_disk_that_cannot_be_written(built, disk, tmp_path):
    got = boot(built, tmp_path, "read-only", machine.disk_options(disk, drive=",readonly=on"))
    assert_well(*got)
    assert "read-only" in got[1]


def test_machines_at_once_have_a_disk_each(tmp_path):
    """QEMU opens an image for one machine only, so a second `make run` would not start."""
    text = f"import run, sys; print(run.disk_image({STAGE}, {str(tmp_path)!r}), run.disk_image({STAGE}, {str(tmp_path)!r}), flush=True); sys.stdin.read()"

    def begin():
        process = subprocess.Popen([sys.executable, "-c", text], cwd=os.path.dirname(machine.__file__), text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        first, again = process.stdout.readline().split()
        assert first == again and os.path.getsize(first) == machine.disk.BYTES
        return process, os.path.basename(first)

    one, first = begin()
    two, second = begin()
    one.communicate("")
    three, third = begin()
    two.communicate("")
    three.communicate("")
    assert (first, second, third) == ("disk.img", "disk-2.img", "disk.img")


def test_without_a_disk(built, tmp_path):
    status, log, report = boot(built, tmp_path, "none", [])
    assert status == WELL and "[ok] storage" in log, log + report


@pytest.mark.parametrize("device, reason", [
    (PLAIN, "would reach memory past the machine's VT-d unit; start it with iommu_platform=on"),
    ("virtio-blk-pci,disable-legacy=off,iommu_platform=on,queue-size=4,indirect_desc=off,seg-max-adjust=on", None),
])
def test_a_device_that_is_refused(built, disk, tmp_path, device, reason):
    status, log, report = boot(built, tmp_path, "none", machine.disk_options(disk, device))
    assert status == WELL and (reason is None or reason in log), log + report


def disk_with_errors(disk, folder, errors, how="report"):
    """QEMU's options for a disk on which these operations (kind, sector) fail. how: "stop" stops the guest at one that writes."""
    rules = folder / "rules"
    rules.write_text("".join(f'[inject-error]\nevent = "none"\niotype = "{kind}"\nsector = "{sector}"\nerrno = "5"\nonce = "off"\n\n'
                             for kind, sector in errors))
    return ["-drive", f"file=blkdebug:{rules}:{disk},if=none,id=disk,format=raw,werror={how},rerror=report",
            "-device", f"{machine.DISK},drive=disk"]


def test_errors_of_the_device(built, disk, tmp_path):
    """Sector 800 cannot be read, nor 1600 written; all others can."""
    assert_well(*boot(built, tmp_path, "errors", disk_with_errors(disk, tmp_path, [("read", 800), ("write", 1600)])))


def test_a_table_of_partitions_that_cannot_be_read(built, disk, tmp_path):
    status, log, report = boot(built, tmp_path, "none", disk_with_errors(disk, tmp_path, [("read", 0)]))
    assert status == WELL, log + report
    assert "storage: sector 0 cannot be read: the device reports an error" in log, log
    assert "storage: the disk's partitions are not known; the driver's next instance reads them again" in log, log


@pytest.mark.parametrize("device", [machine.DISK, machine.DISK + ",bus=below", NVME + ",bus=below"], ids=["virtio", "virtio and FLR", "NVMe"])
def test_a_device_that_does_not_answer(built, blank, tmp_path, device):
    """QEMU holds a long request back, and lets go of it at a reset. The driver gives it to the device again, three times in all."""
    status, log, report = boot(built, tmp_path, "slow", [*BRIDGE, *machine.disk_options(blank, device, ",throttling.bps-total=2000000")], limit="300")
    assert_well(status, log, report)
    assert "storage: the device does not answer; it is reset, and its requests are repeated" in log
    assert int(re.search(r"resets (\d+)", report)[1]) >= 1


def killed(built, folder, disk, words, device=machine.DISK, iommu=True, seconds=300):
    guest_boot.copy_built(built, folder)
    status, log, report = guest_boot.run(folder, folder, f"root=boot/t_disk_killed report {words}", extra=machine.disk_options(disk, device),
                                         clock=HOST_CLOCK, iommu=iommu, seconds=seconds)
    print("\n".join(re.findall("^NOTE .*$", report + log, re.M)))
    assert_well(status, log, report)
    return log, report


@pytest.mark.parametrize("device, iommu", [(machine.DISK, True), (PLAIN, False), (NVME, True)], ids=["unit", "no unit", "NVMe"])
def test_drivers_are_killed_under_load(built, blank, tmp_path, device, iommu):
    """Each of the two a hundred times. All that was acknowledged is there, and nothing is done twice to an effect."""
    log, report = killed(built, tmp_path, blank, f"seed={SEED} kills=100", device, iommu)
    assert re.search(r"NOTE killed: pci 100, storage 100\n", log)
    replayed = int(re.search(r"replayed (\d+)", report)[1])
    assert replayed > 50, report
    content = open(blank, "rb").read(1024 * 4096)
    words = sum(int.from_bytes(content[at:at + 8], "little") for at in range(0, len(content), 4096)) % 2**64
    assert re.search(r"NOTE first words (\d+)", report)[1] == str(words), "the image holds other data than the guest read"


def test_a_bus_that_is_turned_on_late(built, blank, tmp_path):
    """By a request that the owner of PCI had received when the driver stopped. The unit may refuse what the device does then."""
    guest_boot.copy_built(built, tmp_path)
    status, log, report = guest_boot.run(tmp_path, tmp_path, f"root=boot/t_disk_killed report seed={SEED} kills=20 late=1",
                                         extra=machine.disk_options(blank), clock=HOST_CLOCK, iommu=True, seconds=120)
    assert (status, report.endswith("DONE 0 failed\n")) == (WELL, True) and "FAIL" not in log, report + log
    assert "NOTE killed: pci 20, storage 20" in log


def test_drivers_are_killed_at_every_step_of_their_start(built, blank, tmp_path):
    """From one start to the next a little later, so that each step of it is hit: claims, registers, messages, the ring."""
    log, _ = killed(built, tmp_path, blank, f"seed={SEED} kills=400 stride=10")
    assert re.search(r"NOTE killed: pci 400, storage 400\n", log)
