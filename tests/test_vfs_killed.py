"""The file server is killed on its disk, and so are the disk's driver and the owner of PCI; the host reads the image afterwards."""
import os
import re
import subprocess
import zlib

import pytest

import disk_tables
import killed
from guest_boot import machine

STAGE = 3
FILE, DIRECTORY, LINK = 0, 1, 4  # protocols/file.h
FOLDERS = {"load", "load/d0", "load/d1"}
# Debian has e2fsprogs there, and the PATH of a user who is not root lacks it.
os.environ["PATH"] += ":/usr/sbin:/sbin"


@pytest.fixture(scope="module")
def built(build_tests):
    return build_tests(STAGE)


def boot(built, folder, words, program="t_vfs_killed"):
    """The log and the client's report, and the path of the disk's image, after a run that ended well."""
    image = str(folder / "disk.img")
    machine.disk.make(image, STAGE)
    return *killed.run(built, folder, program, words, image, quiet="vfs"), image


def check_image(image, report, clean, folder):
    """e2fsck finds nothing, or repairs it by itself, and each file is as the client's model has it."""
    check_volumes([image], report, clean, folder)


def check_volumes(images, report, clean, folder):
    """The same of the files of several images together."""
    expected = {name: tuple(map(int, numbers.split())) for name, numbers in re.findall(r"^NAME (\S+) ([\d ]+)$", report, re.M)}
    found = {}
    for number, image in enumerate(images):
        check_system(image, clean)
        dump = folder / f"dump{number}"
        dump.mkdir()
        subprocess.run(["debugfs", "-R", f"rdump /load {dump}", image], capture_output=True, check=True)
        there = files_below(dump)
        assert not set(there) & set(found)
        found.update(there)
    assert expected and found == expected


def check_system(image, clean):
    if not clean:
        repaired = subprocess.run(["e2fsck", "-fp", image], text=True, capture_output=True, check=False)
        assert repaired.returncode in (0, 1), repaired.stdout
    checked = subprocess.run(["e2fsck", "-fn", image], text=True, capture_output=True, check=False)
    assert checked.returncode == 0, checked.stdout


def files_below(folder):
    """{path: (kind, size, CRC of the content)}, as the client reports them."""
    found = {}
    for at, directories, files in os.walk(folder):
        for name in directories + files:
            path = os.path.join(at, name)
            if os.path.islink(path):
                kind, content = LINK, os.readlink(path).encode()
            elif os.path.isdir(path):
                kind, content = DIRECTORY, b""
            else:
                with open(path, "rb") as f:
                    kind, content = FILE, f.read()
            found[os.path.relpath(path, folder)] = (kind, len(content), zlib.crc32(content))
    return {name: file for name, file in found.items() if name not in FOLDERS}


@pytest.mark.parametrize("end", ["detach", "cut"])
def test_servers_are_killed_under_load(built, tmp_path, end):
    """Each of the three a hundred times. Nothing is lost, nothing is done twice, and all synced data is on the disk."""
    log, report, image = boot(built, tmp_path, f"kills=100 end={end}")
    assert "NOTE killed: pci 100, storage 100, vfs 100\n" in log
    assert int(re.search(r"NOTE (\d+) operations", report)[1]) > 50  # 850 on a quiet host; the disk answers by the host's clock
    check_image(image, report, end == "detach", tmp_path)


def test_vfs_is_killed_while_reads_wait(built, tmp_path):
    """One thread's reads wait for a disk of 25 requests a second, and another's are served meanwhile. Each is done at last, with the file's bytes."""
    image = str(tmp_path / "disk.img")
    machine.disk.make(image, STAGE)
    for name, size in (("warm", 4096), ("cold", 8 << 20)):
        (tmp_path / name).write_bytes(b"p" * size)
        subprocess.run(["debugfs", "-w", "-R", f"write {tmp_path / name} /{name}", image], capture_output=True, check=True)
    log, report = killed.run(built, tmp_path, "t_vfs_killed", "kills=200 waiting", image, quiet="vfs", drive=",throttling.iops-total=25")
    deaths = int(re.search(r"NOTE killed: pci 0, storage 0, vfs (\d+)\n", log)[1])
    assert deaths - int(re.search(r"NOTE vfs died starting: (\d+)\n", log)[1]) >= 10 and "24 cold reads" in report, log + report


@pytest.mark.parametrize("end", ["detach", "cut"])
def test_two_file_systems_and_their_servers(built, tmp_path, end):
    """Each has a partition and a vfs of its own. A name cannot move from one to the other, whichever of the two has just died."""
    image, parts = tmp_path / "disk.img", [(2048, 24 << 11, "root"), (32 << 11, 24 << 11, "home")]
    disk_tables.image(image, 64, disk_tables.gpt(64 << 11, parts))
    for first, sectors, _ in parts:
        subprocess.run(["mke2fs", "-q", "-t", "ext3", "-b", "4096", "-J", "size=4", "-E", f"offset={first * 512}", image, f"{sectors // 2}K"],
                       capture_output=True, check=True)
    log, report = killed.run(built, tmp_path, "t_vfs_killed", f"kills=60 end={end} volumes", image, quiet="vfs|home")
    assert "NOTE killed: pci 60, storage 60, vfs 60\n" in log and "NOTE killed: home 60\n" in log
    assert int(re.search(r"NOTE (\d+) operations", report)[1]) > 50
    images = []
    for first, sectors, name in parts:
        images.append(str(tmp_path / f"{name}.img"))
        with open(image, "rb") as disk, open(images[-1], "wb") as part:
            disk.seek(first * 512)
            part.write(disk.read(sectors * 512))
    check_volumes(images, report, end == "detach", tmp_path)


def test_vfs_is_killed_at_chosen_places_of_a_request(built, tmp_path):
    """On each side of every step that decides about a request: tests/guest/vfs_killed/places.h names them."""
    log, report, image = boot(built, tmp_path, "kills=160 places end=detach")
    died = {place: int(count) for place, count in re.findall(r"^NOTE vfs died (.*): (\d+)$", log, re.M)}
    wanted = {"received", "changing", "logging", "voted", "decided", "committed", "at disk"}
    assert wanted < set(died) and min(died[place] for place in wanted) >= 3, died
    check_image(image, report, True, tmp_path)


def test_vfs_is_killed_at_every_step_of_its_start(built, tmp_path):
    """From one start to the next a little later; between two of these it is killed under load, so that there is something to take
    over."""
    log, report, image = boot(built, tmp_path, "kills=300 stride=15 end=cut")
    shortest, swept = re.search(r"vfs started \d+ times, in (\d+) to \d+ us; swept up to (\d+) us", log).groups()
    assert int(swept) > int(shortest), log
    assert "NOTE killed: pci 0, storage 5, vfs 300\n" in log, "the driver did not die during five calls of vfs"
    check_image(image, report, False, tmp_path)


def test_a_client_is_killed(built, tmp_path):
    """It opens without closing, and lends memory that it takes back. Nothing of it stays open, and no other byte is in its files."""
    log, report, image = boot(built, tmp_path, "kills=200", "t_client_killed")
    assert "NOTE killed: client 200\n" in log and "NOTE 256 files were open at once\n" in report, log + report
    found = subprocess.run(["e2fsck", "-fn", image], text=True, capture_output=True, check=False)
    assert found.returncode == 0, found.stdout
