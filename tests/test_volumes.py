"""Two file systems at once, each with a vfs of its own: as a person at the prompt sees them, and as the host finds them afterwards."""
import os
import re
import subprocess

import pytest

import disk_tables
import guest_boot
import test_vfs_disk as on_disk
from guest import Shell
from guest_boot import ROOT, machine

STAGE = 4
HOME = """
service home
	program boot/vfs
	priority 30
	memory 2M
	slots 2048
	serves home as vfs read write manage
	uses disk read write
	ring disk 8M
	notification wake
	frames state 512K
	frames cache 256K
	info
	uses log as stdout write
"""
SECOND_DISK = """
service storage2
	program boot/storage
	priority 45
	memory 2M
	after storage
	serves disk2 as disk read write
	device nvme 01:08:02
	notification wake
	frames state 12K
	frames dma 112K
	info
	uses log as stdout write
"""
MIB = 2048  # sectors
MIB_BYTES = MIB * 512
PARTS = [(MIB, 24 * MIB, "root"), (32 * MIB, 24 * MIB, "home")]
# A tree that is moved to the other file system: its files, with their contents, and a symbolic link.
TREE = {"etc/deep/er/x": b"x" * 100_000, "etc/deep/y": b"", "etc/deep/link": "../../no/such", "etc/deep/er/many/1": b"1"}


@pytest.fixture(scope="module")
def built(copy_stage_4):
    return copy_stage_4(["build/stage-4/kernel.elf", "build/stage-4/archive.cpio", "STAGE=4"], ["kernel.elf", "boot"])


def change(text, old, new):
    assert text.count(old) == 1, old
    return text.replace(old, new)


def configure(two_disks):
    """The stage's own system.conf with a second file server, which the shell and power use."""
    with open(f"{ROOT}/stages/4-shell/system.conf", encoding="utf-8") as f:
        conf = f.read()
    conf = change(conf, "\tuses vfs as / manage\n", "\tuses vfs as / manage\n\tuses home as /home manage\n")
    conf = change(conf, "\tuses vfs as / read write\n", "\tuses vfs as / read write\n\tuses home as /home read write\n")
    conf = change(conf, "\tafter console\n", "\tafter console home\n")  # its line comes before the prompt
    if not two_disks:
        return (change(conf, "\tprogram boot/vfs\n", "\tprogram boot/vfs\n\targuments partition=1\n") +
                change(HOME, "\tprogram boot/vfs\n", "\tprogram boot/vfs\n\targuments partition=2\n"))
    conf = change(conf, "\tdevice nvme 01:08:02\n", "")
    home = change(change(HOME, "uses disk read write", "uses disk2 as disk read write"), "ring disk 8M", "ring disk2 as disk 8M")
    return conf + SECOND_DISK + home


def start(built, folder, two_disks, options):
    conf = configure(two_disks)
    names = {"init", *(name for name in os.listdir(built / "boot") if f"program boot/{name}\n" in conf)}
    guest_boot.pack(folder / "archive.cpio", {"boot/system.conf": conf, **{f"boot/{name}": str(built / "boot" / name) for name in sorted(names)}})
    if not (folder / "kernel.elf").exists():
        os.symlink(built / "kernel.elf", folder / "kernel.elf")
    return Shell(machine.qemu_command(STAGE, boot="kernel", build=str(folder), memory="96M", serial=["chardev:terminal"],
                                      extra=[*options, "-chardev", "stdio,id=terminal,signal=off"]), seconds=120)  # ^C is the guest's


def make_system(path, first, sectors):
    subprocess.run(["mke2fs", "-q", "-t", "ext3", "-b", "4096", "-J", "size=4", "-E", f"offset={first * 512}", path, f"{sectors // 2}K"],
                   env=on_disk.E2FSPROGS, check=True, capture_output=True)


def put(image, files):
    """Puts the files and their directories into the image by debugfs."""
    for folder in sorted({name.rpartition("/")[0][:end] for name in files for end in (3, 8, 11, None) if "/" in name}):
        on_disk.tool("debugfs", "-w", "-R", f"mkdir /{folder}", image)
    for name, content in files.items():
        if isinstance(content, str):
            on_disk.tool("debugfs", "-w", "-R", f"symlink /{name} {content}", image)
            continue
        with open(f"{image}.file", "wb") as f:
            f.write(content)
        on_disk.tool("debugfs", "-w", "-R", f"write {image}.file /{name}", image)


@pytest.fixture(params=["two partitions", "two disks"])
def disks(request, tmp_path):
    """(whether there are two disks, options, {name: the image of its file system, after the machine's end})."""
    images = {name: str(tmp_path / f"{name}.img") for name in ("root", "home")}
    for image in images.values():
        disk_tables.image(image, 24, {})
        make_system(image, 0, 24 * MIB)
    put(images["root"], {**TREE, "etc/1": b"a file", "etc/2/here": b""})
    for field, value in (("mode", "0100640"), ("uid", "7"), ("mtime", "20010203040506")):
        on_disk.tool("debugfs", "-w", "-R", f"set_inode_field /etc/deep/er/x {field} {value}", images["root"])
    if request.param == "two disks":
        options = [*machine.disk_options(images["root"]), "-drive", f"file={images['home']},if=none,id=second,format=raw", "-device",
                   "nvme,drive=second,serial=second"]
        return True, options, lambda: images
    disk = str(tmp_path / "disk.img")
    disk_tables.image(disk, 64, disk_tables.gpt(64 * MIB, PARTS))
    for first, sectors, name in PARTS:
        subprocess.run(["dd", f"if={images[name]}", f"of={disk}", "bs=512", f"seek={first}", "conv=notrunc", "status=none"], check=True)

    def taken_apart():
        for first, sectors, name in PARTS:
            subprocess.run(["dd", f"if={disk}", f"of={images[name]}", "bs=512", f"skip={first}", f"count={sectors}", "status=none"], check=True)
        return images
    return False, machine.disk_options(disk), taken_apart


def test_two_file_systems_at_the_prompt(built, disks, tmp_path):
    """mount, df and /proc/mounts show both; mv takes a file and a tree across; both are clean after poweroff."""
    two_disks, options, images = disks
    guest = start(built, tmp_path, two_disks, options)
    try:
        rows = [line.split()[:2] for line in guest.type("mount").splitlines()]
        assert ["/", "ext2"] in rows and ["/home", "ext2"] in rows and ["/boot", "archive"] in rows, rows
        rows = {line.split()[0]: line.split()[1:3] for line in guest.type("df").splitlines()}
        assert rows["/"][0] == rows["/home"][0] == "ext2", rows
        assert guest.type("cat /proc/mounts").splitlines()[:2] == ["vfs / dir rw 0 0", "home /home dir rw 0 0"]
        assert "different file systems" in guest.type("ln /etc/1 /home/1")
        assert guest.type("ls /home").split() == ["lost+found/"]
        for line in ("mv /etc/1 /home", "mv /etc/deep /home/2"):
            assert guest.type(line) == ""
        assert "no such file" in guest.type("cat /etc/1") and guest.type("cat /home/1") == "a file\n"
        assert guest.type("cat /home/2/../../etc/../home/1") == "a file\n", "a path leads from one to the other and back"
        assert "the directory is not empty" in guest.type("mv /home/2 /etc")
        guest.send("poweroff\r")
        assert guest.wait_for_end() == 0
    finally:
        guest.close()
    images = images()
    for image in images.values():
        on_disk.assert_clean(image)
    assert "deep" not in on_disk.tree(images["root"], "/etc", tmp_path / "root")
    moved = tmp_path / "home"
    moved.mkdir()
    on_disk.tool("debugfs", "-R", f"rdump /2 {moved}", images["home"])
    for name, content in TREE.items():
        path = moved / name.replace("etc/deep", "2")
        assert (os.readlink(path) if isinstance(content, str) else path.read_bytes()) == content, name
    shown = on_disk.tool("debugfs", "-R", "stat /2/er/x", images["home"])
    assert "Mode:  0640" in shown and re.search(r"User: +7 ", shown) and re.search("mtime: .* Feb  3 04:05:06 2001", shown), shown


@pytest.mark.parametrize("disks", ["two disks"], indirect=True)
def test_a_move_that_cannot_be_done_changes_nothing(built, disks, tmp_path):
    """A full disk, ^C and wrong paths: both files are as they were, nothing lies beside them, and the path at fault is named."""
    two_disks, options, images = disks
    put(images()["root"], {"etc/big": bytes(12 * MIB_BYTES), "etc/link": "/etc/deep", "home/below": b""})
    guest = start(built, tmp_path, two_disks, options)
    try:
        assert guest.type("cp /etc/big /home/FULL") == guest.type("cp /etc/1 /home/OLD") == guest.type("mkdir /home/D") == ""
        there = guest.type("ls -l /etc /home /home/D")
        assert guest.type("mv /etc/big /home/OLD") == "mv: /home/OLD: no space left on the disk\n"
        assert guest.type("cat /home/OLD") == "a file\n"
        guest.send("mv /etc/big /home/OLD\r\x03")
        assert "mv: /etc/big: interrupted\n" in guest.until(guest_boot.machine.PROMPT)
        for line, at_fault, reason in (
                ("mv /etc/1 /home/NOSUCH/1", "/etc/1 to /home/NOSUCH/1", "no such file"),
                ("mv /etc/nosuch /home", "/etc/nosuch", "no such file"),
                ("mv /etc/1 /home/NEW/", "/home/NEW", "not a directory, or a part of the path is not one"),
                ("mv /etc/link/ /home/NEW", "/etc/link", "not a directory, or a part of the path is not one"),
                ("mv /etc/deep /home/OLD", "/home/OLD", "not a directory, or a part of the path is not one"),
                ("mv /etc/1 /dev/null", "/dev/null", "is read-only"),
                ("mv /home /etc", "/home to /etc/home", "it is in use")):
            assert guest.type(line) == f"mv: {at_fault}: {reason}\n"
        assert guest.type("ls -l /etc /home /home/D") == there
        assert guest.type("mv /etc/1 /home/OLD") == guest.type("mv /etc/link /home/D") == ""
        assert guest.type("ls /home/D") == "link\n"
        guest.send("poweroff\r")
        assert guest.wait_for_end() == 0
    finally:
        guest.close()
    for image in images().values():
        on_disk.assert_clean(image)
