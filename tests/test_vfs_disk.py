"""The system on a disk: vfs, its page cache and ext2 behind the driver, as e2fsprogs and the next start find the image.

Requests of the disk take the host's time, so the guest's clock is the host's, too.
"""
import os
import random
import re
import shutil
import subprocess
import time
import zlib

import pytest

import guest_boot
from guest import copy_built, text_of
from guest_boot import ROOT, WELL, machine

STAGE = 3
# Other moments of the power cuts: MICROK_SEED=7 pytest tests/test_vfs_disk.py
SEED = int(os.environ.get("MICROK_SEED", "20261127"))
CUTS = 10
SLOW = ",throttling.iops-total=25"  # so that a commit takes half a second, and a cut comes in the middle of one
PROGRAMS = ("init", "pci", "storage", "vfs", "files_written", "symbols")
# Debian has e2fsprogs there, and the PATH of a user who is not root lacks it.
E2FSPROGS = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}


@pytest.fixture(scope="module")
def built(build_tests):
    return build_tests(STAGE)


# ---- the image, seen by the host ----

def tool(*words, status=(0,)):
    done = subprocess.run([*map(str, words)], env=E2FSPROGS, text=True, errors="replace", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    assert done.returncode in status, f"{' '.join(map(str, words))}: status {done.returncode}\n{done.stdout[-3000:]}"
    return done.stdout


def assert_clean(image):
    assert "skipping journal recovery" not in tool("e2fsck", "-fn", image), "the file system was not ended"


def tree(image, path, folder):
    """{name: content, or None of a directory}: the directory of the image, which debugfs copies into this folder."""
    shutil.rmtree(folder, ignore_errors=True)
    os.mkdir(folder)
    tool("debugfs", "-R", f"rdump {path} {folder}", image)
    names, top = {}, os.path.join(folder, os.path.basename(path))
    for name in os.listdir(top) if os.path.isdir(top) else []:
        full = os.path.join(top, name)
        names[name] = None if os.path.isdir(full) else open(full, "rb").read()
    return names


# ---- the guest ----

def pack(built, folder, arguments, service=""):
    """The stage's kernel, and its system with files_written in place of cat."""
    with open(f"{ROOT}/stages/3-vfs/system.conf", encoding="utf-8") as f:
        services = f.read().partition("\nservice cat\n")[0]
    conf = (f"{services}\nservice files_written\n\tprogram boot/files_written\n\targuments {arguments}\n\tpriority 20\n\tafter vfs\n"
            f"\tuses vfs as / read write\n\treport\n\tports serial 0x3f8 0x3ff\n{service}")
    shutil.copy(os.path.join(built, "kernel.elf"), folder)
    guest_boot.pack(folder / "archive.cpio", {"boot/system.conf": conf, **{f"boot/{name}": f"{built}/boot/{name}" for name in PROGRAMS}})


class Cut:
    """A machine that runs until the moment of its power cut."""

    def __init__(self, folder, image, drive=""):
        self.paths = [os.path.join(folder, name) for name in ("log", "report")]
        for path in self.paths:
            if os.path.exists(path):
                os.remove(path)
        self.process = subprocess.Popen(machine.qemu_command(
            STAGE, boot="kernel", build=str(folder), append="exit=debug report",
            serial=[f"file:{path}" for path in self.paths], extra=[*machine.DEBUG_EXIT, *machine.disk_options(image, drive=drive)]), stdin=subprocess.DEVNULL)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def texts(self):
        return [text_of(path) for path in self.paths]

    def await_synced(self, rounds, seconds=60):
        """Waits until this start has begun with its rounds, and this many syncs are reported."""
        end = time.monotonic() + seconds
        while True:
            log, report = self.texts()
            if re.search("^begin ", report, re.M) and len(re.findall("^synced ", report, re.M)) >= rounds:
                return
            assert self.process.poll() is None and time.monotonic() < end, report + log
            time.sleep(0.002)


# ---- the stage as a person sees it ----

MESSAGES = ["cat vfs dir.open", "cat vfs file.read", "cat vfs file.read", "cat - supervise.exit"]


@pytest.fixture(scope="module")
def system(make):
    """The folder with the stage's kernel and its whole archive."""
    folder = f"build/stage-{STAGE}"
    got = make(f"{folder}/kernel.elf", f"{folder}/archive.cpio", f"STAGE={STAGE}")
    assert got.returncode == 0, got.stdout + got.stderr
    return f"{ROOT}/{folder}"


def test_the_tour_twice(system, tmp_path):
    """The second start finds the first one's directory, and the image is clean after each."""
    image = str(tmp_path / "disk.img")
    copy_built(system, tmp_path, "archive.cpio")
    machine.disk.make(image, STAGE)
    for start in (1, 2):
        status, log, _ = guest_boot.run(tmp_path, tmp_path, "", extra=machine.disk_options(image), clock=(), iommu=True)
        assert status == WELL and log.endswith(f"stage {STAGE} complete\n"), log
        assert [" ".join(words) for words in re.findall(r"^(cat) +(\S+) +(\S+)  +(?:[\d.]+ us|no answer)$", log, re.M)] == MESSAGES, log
        first, again = re.findall(r"the page cache while \w+ was read(?: again)?: (\d+) hits, (\d+) misses$", log, re.M)
        assert int(first[1]) > 0 and again[1] == "0" and int(again[0]) > 0, log
        assert f"tour: this start makes /starts/{start}, and {'finds /starts/1 from the one before' if start > 1 else 'is the first of this disk'}\n" in log
        assert_clean(image)
    assert sorted(tree(image, "/starts", tmp_path / "tree")) == ["1", "2"]


def test_the_tour_without_a_disk(system, tmp_path):
    copy_built(system, tmp_path, "archive.cpio")
    status, log, _ = guest_boot.run(tmp_path, tmp_path, "")
    assert status == WELL and "Hello from MicroK." in log and "tour: / is read-only, so no start leaves a directory\n" in log, log


# ---- the rules of tests/guest/files_written ----

KEPT, LINE, FOLDER_EVERY, SYNC_EVERY = 12, 32, 4, 3


def text(number, size):
    return b"".join(b"round %08u, line %08u..\n" % (number, line) for line in range((size + LINE - 1) // LINE))[:size]


def own_text(number):
    lines = (1 + number * 37 % 200) * (40 if number % 5 == 0 else 1)
    return text(number, lines * LINE - number % LINE)


def current_text(number):
    return text(number, (1 + number % 50) * LINE)


def log_text(rounds):
    return b"".join(text(number, LINE) for number in range(1, rounds + 1))


def after(rounds):
    """{name: content}: the files after this number of rounds."""
    if not rounds:
        return {}
    first = max(rounds - KEPT + 1, 1)
    names = {f"old-{number}": own_text(number) for number in range(first, rounds)}
    names |= {f"folder-{number}": None for number in range(FOLDER_EVERY, rounds + 1, FOLDER_EVERY)
              if number > rounds // FOLDER_EVERY * FOLDER_EVERY - KEPT}
    return {**names, f"file-{rounds}": own_text(rounds), "current": current_text(rounds), "log": log_text(rounds)}


def assert_whole(found, rounds):
    """The files are those after this number of rounds; of the round that follows, any part may be there."""
    want, following, names = after(rounds), rounds + 1, set(found)
    coming = {f"file-{following}": own_text(following), "new": current_text(following)}
    for name, content in coming.items():
        if name in names:
            assert content.startswith(found[name]), f"{name} holds other bytes than were written"
    if f"old-{rounds}" in names:
        want[f"old-{rounds}"] = want.pop(f"file-{rounds}")
    for name in (f"old-{following - KEPT}", f"folder-{following - KEPT}"):
        if name not in names:
            want.pop(name, None)
    if found.get("current") == current_text(following):
        want["current"] = found["current"]
    if f"folder-{following}" in names and following % FOLDER_EVERY == 0:
        want[f"folder-{following}"] = None
    assert names - set(coming) == set(want), f"after {rounds} rounds"
    for name, content in want.items():
        assert found[name] == content, f"{name} after {rounds} rounds"


# ---- power cuts ----

def listed(report):
    """{name: (size, sum)} that the guest found at its start."""
    return {name: (int(size), int(total, 16)) for name, size, total in re.findall(r"^found (\S+) (\d+) (\w+)$", report, re.M)}


def seen(names):
    return {name: (0, 0) if content is None else (len(content), zlib.adler32(content)) for name, content in names.items()}


def check_cut(image, folder, report, before):
    """After a cut: e2fsck mends a copy, and all that was synced is there. Returns the files."""
    copy = folder / "copy.img"
    shutil.copy(image, copy)
    tool("e2fsck", "-p", copy, status=(0, 1))
    assert_clean(copy)
    found = tree(copy, "/w", folder / "tree")
    synced = max([before, *map(int, re.findall(r"^synced (\d+)$", report, re.M))])
    rounds = len(found.get("log", b"")) // LINE
    assert synced <= rounds <= synced // SYNC_EVERY * SYNC_EVERY + SYNC_EVERY, f"{synced} rounds were synced, and {rounds} are there"
    assert_whole(found, rounds)
    return found, rounds


def test_power_cuts(built, tmp_path):
    """QEMU is killed while a program writes. The next start finds in the same image the same files as e2fsck in a copy of it. There are
    more cuts than CUTS if none came between a commit and the writes in place, so that no start replayed a batch."""
    image, chance = tmp_path / "disk.img", random.Random(SEED)
    machine.disk.make(str(image), STAGE)
    pack(built, tmp_path, 1000000)
    found, rounds, replays, number = {}, 0, 0, 0
    while number <= CUTS or (not replays and number < 4 * CUTS):
        slow = number % 2
        syncs, delay = chance.randrange(2 if slow else 6), chance.random() * (0.5 if slow else 0.1)
        with Cut(tmp_path, image, SLOW if slow else "") as guest:
            guest.await_synced(syncs)
            time.sleep(delay)
        log, report = guest.texts()
        assert "FAIL" not in report and "[fault]" not in log, report + log
        assert listed(report) == seen(found), f"start {number} found other files than e2fsck left\n{log}"
        replays += "the journal was replayed" in log
        found, rounds = check_cut(image, tmp_path, report, rounds)
        print(f"cut {number}: {delay * 1000:.0f} ms after {syncs} syncs; {rounds} rounds in all")
        number += 1
    print(f"replays: {replays}")
    assert replays > 0
