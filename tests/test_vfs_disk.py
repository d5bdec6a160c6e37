"""The system on a disk: vfs, its page cache and ext2 behind the driver, as e2fsprogs and the next start find the image.

Requests of the disk take the host's time, so the guest's clock is the host's, too.
"""
import os
import random
import re
import shutil
import stat
import subprocess
import sys
import time
import zlib

import pytest

import disk_tables
import guest_boot
import killed
from guest import copy_built
from guest_boot import FAILED, ROOT, WELL, machine
from guest_machine import Guest
from random_seed import SEED
from test_disk import disk_with_errors

STAGE = 3
CUTS = 10
BLOCK = 4096
LONGEST_READ = 300_000  # ticks, of a page in memory, whichever client waits for the disk: 0.3 ms
SLOW = ",throttling.iops-total=25"  # so that a commit takes half a second, and a cut comes in the middle of one
PROGRAMS = ("init", "pci", "storage", "vfs", "files_written", "file_steps", "overtakes", "symbols")
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

def pack(built, folder, program, arguments, of_vfs=""):
    """The stage's kernel, and its system with a program of the tests in place of the stage's own; `of_vfs`: vfs's own arguments."""
    with open(f"{ROOT}/stages/3-vfs/system.conf", encoding="utf-8") as f:
        services = f.read().partition("\nservice proc\n")[0]
    if of_vfs:
        services = services.replace("program boot/vfs\n", f"program boot/vfs\n\targuments {of_vfs}\n")
    conf = (f"{services}\nservice {program}\n\tprogram boot/{program}\n\targuments {arguments}\n\tpriority 20\n\tafter vfs\n"
            "\tuses vfs as / read write\n\tuses vfs manage\n\treport\n\tports serial 0x3f8 0x3ff\n")
    shutil.copy(os.path.join(built, "kernel.elf"), folder)
    files = {"boot/system.conf": conf, "etc/hello.txt": f"{ROOT}/stages/3-vfs/root/etc/hello.txt"}
    guest_boot.pack(folder / "archive.cpio", {**files, **{f"boot/{name}": f"{built}/boot/{name}" for name in PROGRAMS}})


def steps(built, folder, options, *script, of_vfs=""):
    """Does the steps ("read /a", "sync", …) on the disk of these options: ([(status, bytes, sum)], log)."""
    pack(built, folder, "file_steps", " ".join(step if " " in step else f"{step} /" for step in script), of_vfs)
    status, log, report = guest_boot.run(folder, folder, "report", extra=options, clock=(), iommu=True)
    assert status == WELL and report.endswith("DONE\n") and "[fault]" not in log, report + log
    return [(state, int(size), int(total)) for state, size, total in re.findall(r"^\w+ \S+ (\w+) (\d+) (\d+)$", report, re.M)], log


class Cut(Guest):
    """A machine that runs until the moment of its power cut."""

    def __init__(self, folder, options):
        super().__init__(STAGE, folder, "exit=debug report", options)

    def texts(self):
        return [self.text("log"), self.text("report")]

    def await_synced(self, rounds, seconds=60):
        """Waits until this start has begun with its rounds, and this many syncs are reported."""
        end = time.monotonic() + seconds
        while True:
            log, report = self.texts()
            if re.search("^begin ", report, re.M) and len(re.findall("^synced ", report, re.M)) >= rounds:
                return
            assert self.process.poll() is None and time.monotonic() < end, report + log
            time.sleep(0.002)

    def await_stopped(self, seconds=60):
        """Waits until QEMU has stopped the guest at an error of the disk."""
        end = time.monotonic() + seconds
        while "paused (io-error)" not in self.monitor("info status"):
            assert time.monotonic() < end, "".join(self.texts())
            time.sleep(0.01)


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
        assert "tour: /boot/../etc/hello.txt and /etc/hello.txt are one file\n" in log
        assert "tour: a file of 9 MiB was written, and every byte is as it was written\n" in log
        assert f"tour: this start makes /starts/{start}, and {'finds /starts/1 from the one before' if start > 1 else 'is the first of this disk'}\n" in log
        assert_clean(image)
    assert sorted(tree(image, "/starts", tmp_path / "tree")) == ["1", "2"]


def test_the_tour_without_a_disk(system, tmp_path):
    copy_built(system, tmp_path, "archive.cpio")
    status, log, _ = guest_boot.run(tmp_path, tmp_path, "")
    assert status == WELL and "Hello from MicroK." in log and "tour: / is read-only, so no start leaves a directory\n" in log, log


@pytest.mark.parametrize("memory, status, words", [
    ("12M", FAILED, [r"init: even then they need \d+ KiB; if one does not start, give the machine \d+ MiB more, or remove services from boot/system\.conf"]),
    ("14M", FAILED, [rf"{name}: cannot begin: the Untyped has too little memory left; give the machine more memory, or raise its \"memory\" in system\.conf"
                     for name in ("vfs", "proc")]),
    ("16M", WELL, [r"need \d+ KiB of memory, and \d+ are free: caches, then services, get less; \d+ MiB more would be enough",
                   r"vfs: the disk's file system: it is read-only: the page cache is too small to change it\. Give the machine more memory, .*needs \(1664\)"]),
])
def test_a_machine_with_too_little_memory(system, tmp_path, memory, status, words):
    """The messages name the cause, how much is missing, and the remedy."""
    image = str(tmp_path / "disk.img")
    copy_built(system, tmp_path, "archive.cpio")
    machine.disk.make(image, STAGE)
    got, log, _ = guest_boot.run(tmp_path, tmp_path, "", memory=memory, extra=machine.disk_options(image), clock=(), iommu=True)
    assert got == status, log
    for line in words:
        assert re.search(line, log), log


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


def in_place(image):
    """The first sector of the block bitmap, which each batch that takes a block changes."""
    return int(re.search(r"Block bitmap at (\d+)", tool("dumpe2fs", image))[1]) * BLOCK // 512


class Cuts:
    """An image whose machine is cut off from power again and again."""

    def __init__(self, folder, image):
        self.folder, self.image = folder, image
        self.found, self.rounds, self.number = {}, 0, 0

    def cut(self, options, wait):
        """Starts, checks the files that the start finds, and cuts the power when `wait` has returned. Whether the start replayed a batch."""
        with Cut(self.folder, options) as guest:
            wait(guest)
        log, report = guest.texts()
        assert "FAIL" not in report and "[fault]" not in log, report + log
        assert listed(report) == seen(self.found), f"start {self.number} found other files than e2fsck left\n{log}"
        self.found, self.rounds = check_cut(self.image, self.folder, report, self.rounds)
        self.number += 1
        return "the journal was replayed" in log


def test_power_cuts(built, tmp_path):
    """QEMU is killed while a program writes. The next start finds in the same image the same files as e2fsck in a copy of it."""
    image, chance = tmp_path / "disk.img", random.Random(SEED)
    machine.disk.make(str(image), STAGE)
    pack(built, tmp_path, "files_written", 1000000)
    cuts = Cuts(tmp_path, image)
    while cuts.number <= CUTS:
        slow = cuts.number % 2
        syncs, delay = chance.randrange(2 if slow else 6), chance.random() * (0.5 if slow else 0.1)

        def wait(guest, syncs=syncs, delay=delay):
            guest.await_synced(syncs)
            time.sleep(delay)
        replayed = cuts.cut(machine.disk_options(image, drive=SLOW if slow else ""), wait)
        print(f"cut {cuts.number}: {delay * 1000:.0f} ms after {syncs} syncs; {cuts.rounds} rounds in all{', replayed' if replayed else ''}")


def test_a_cut_between_a_commit_and_its_writes_in_place(built, tmp_path):
    """QEMU stops the guest at the first write to the block bitmap, and is killed; and at the same write of the next start, which
    replays the batch. The third start replays it whole."""
    image = tmp_path / "disk.img"
    machine.disk.make(str(image), STAGE)
    pack(built, tmp_path, "files_written", 1000000)
    cuts = Cuts(tmp_path, image)
    stopping = disk_with_errors(image, tmp_path, [("write", in_place(image))], how="stop")
    assert not cuts.cut(stopping, Cut.await_stopped)
    assert cuts.rounds > 0
    with Cut(tmp_path, stopping) as guest:
        guest.await_stopped()
    assert guest.texts()[1] == ""
    assert cuts.cut(machine.disk_options(image), lambda guest: guest.await_synced(1))


# ---- bad disks ----

HELLO, JOURNAL = "/etc/hello.txt", "<8>"


def of_text(data):
    return "OK", len(data), zlib.adler32(data)


def hello():
    with open(f"{ROOT}/stages/3-vfs/root{HELLO}", "rb") as f:
        return of_text(f.read())


@pytest.fixture
def image(tmp_path):
    path = str(tmp_path / "disk.img")
    machine.disk.make(path, STAGE)
    return path


def states(rows):
    return [state for state, _, _ in rows]


def test_a_full_disk(built, tmp_path):
    image = str(tmp_path / "disk.img")
    machine.disk.make(image, STAGE, 16 << 20)
    rows, log = steps(built, tmp_path, machine.disk_options(image), "write /kept", "sync", "fill /full", "fill /full", "mkdir /none", "sync",
                      "read /full", "read /kept", f"read {HELLO}", "remove /full", "sync", "write /after", "mkdir /after-too", "end")
    page = of_text(b"x" * 4096)
    filled = rows[2][1]
    assert rows[2][0] == "ERR_FULL" and 10 << 20 < filled < 13 << 20, rows
    assert rows[3][:2] == ("ERR_FULL", 0) and states(rows[4:6]) == ["ERR_FULL", "OK"], rows
    assert rows[6:9] == [of_text(b"x" * filled), page, hello()] and states(rows[9:]) == ["OK"] * 5, rows
    assert_clean(image)
    assert tree(image, "/", tmp_path / "tree").keys() >= {"kept", "after", "after-too", "etc"}


def test_a_disk_that_is_read_only(built, image, tmp_path):
    with open(image, "rb") as f:
        before = zlib.adler32(f.read())
    rows, _ = steps(built, tmp_path, machine.disk_options(image, drive=",readonly=on"), f"read {HELLO}", "mkdir /d", f"write {HELLO}",
                    f"remove {HELLO}", "sync", f"read {HELLO}", "end")
    assert rows[0] == rows[5] == hello() and states(rows[1:5]) == ["ERR_READ_ONLY"] * 3 + ["OK"] and states(rows[6:]) == ["OK"], rows
    with open(image, "rb") as f:
        assert zlib.adler32(f.read()) == before


def sector_of(image, path):
    """The first sector of a file's first block of 4 KiB; of the journal, of its second one."""
    return int(tool("debugfs", "-R", f"bmap {path} {int(path == JOURNAL)}", image).splitlines()[-1]) * 8


def test_errors_of_the_device(built, image, tmp_path):
    """One file cannot be read, and one cannot be written: each error is returned once, and all else goes on."""
    page = tmp_path / "page"
    page.write_bytes(b"p" * 4096)
    tool("debugfs", "-w", "-R", f"write {page} /page", image)
    options = disk_with_errors(image, tmp_path, [("read", sector_of(image, HELLO)), ("write", sector_of(image, "/page"))])
    rows, log = steps(built, tmp_path, options, f"read {HELLO}", "read /page", "write /page", "sync", "sync", "write /other", "sync",
                      f"read {HELLO}", "read /other", "end")
    assert states(rows) == ["ERR_IO", "OK", "OK", "ERR_IO", "OK", "OK", "OK", "ERR_IO", "OK", "OK"], f"{rows}\n{log}"
    assert rows[1] == of_text(b"p" * 4096) and rows[8] == of_text(b"x" * 4096)
    assert "a page of a file could not be read; inode" in log, log
    assert_clean(image)


def test_a_journal_that_cannot_be_written(built, image, tmp_path):
    """No change is made any more, so that the disk keeps its last state, and reading goes on."""
    rows, log = steps(built, tmp_path, disk_with_errors(image, tmp_path, [("write", sector_of(image, JOURNAL))]),
                      "mkdir /early", "sync", "mkdir /late", f"read {HELLO}", "sync", "end")
    assert states(rows) == ["OK", "ERR_IO", "ERR_IO", "OK", "ERR_IO", "ERR_IO"], f"{rows}\n{log}"
    assert log.count("the journal could not be written; no further change is made") == 1, log
    tool("e2fsck", "-p", image, status=(0, 1))
    assert_clean(image)
    assert set(tree(image, "/", tmp_path / "tree")) == {"etc", "lost+found"}


def put(image, place, data):
    with open(image, "r+b") as f:
        f.seek(place)
        f.write(data)


SUPER = 1024  # the superblock's place; bytes 4 to 7 are the number of blocks


@pytest.mark.parametrize("place, data, reason", [
    (SUPER, b"\0" * 1024, "it is not ext2: the superblock has another magic number"),
    (SUPER + 4, b"\xff" * 4, "the superblock has a false number of blocks"),
    (SUPER + 96, b"\x40\0\0\0", "it is refused: extents, which ext4 has"),
], ids=["no superblock", "false number of blocks", "a feature of ext4"])
def test_a_disk_without_a_file_system_that_can_be_used(built, image, tmp_path, place, data, reason):
    """The boot archive is the root then, and the disk stays as it is."""
    put(image, place, data)
    rows, log = steps(built, tmp_path, machine.disk_options(image), f"read {HELLO}", "mkdir /d", "sync")
    assert rows[0] == hello() and states(rows[1:]) == ["ERR_READ_ONLY", "OK"], f"{rows}\n{log}"
    assert f"vfs: the disk's file system: {reason}" in log and "make reset-disk" in log, log


def test_a_damaged_inode(built, image, tmp_path):
    """Its file cannot be read, the log names the damage, and the files beside it are served."""
    tool("debugfs", "-w", "-R", f"set_inode_field {HELLO} block[0] 0x7fffffff", image)
    rows, log = steps(built, tmp_path, machine.disk_options(image), f"read {HELLO}", "write /other", "sync", "read /other", "end")
    assert rows[0][0] == "ERR_DAMAGED" and states(rows[1:]) == ["OK"] * 4, f"{rows}\n{log}"
    assert "vfs: the disk's file system: a file's block" in log, log


# ---- the image of make run ----

def make_disk(*words, path=None):
    """Runs tools/disk.py; `path`: its PATH."""
    return subprocess.run([sys.executable, f"{ROOT}/tools/disk.py", *words], text=True, capture_output=True, check=False,
                          env={**os.environ, **({"PATH": path} if path else {})})


def run_once(folder):
    """Takes the image as make run does. Returns its path."""
    code = f"import run; print(run.disk_image({STAGE}, {str(folder)!r}))"
    return subprocess.run([sys.executable, "-c", code], cwd=f"{ROOT}/tools", text=True, stdout=subprocess.PIPE, check=True).stdout.strip()


def test_the_image_is_kept_between_runs_until_it_is_reset(make, tmp_path):
    path = run_once(tmp_path)
    tool("debugfs", "-w", "-R", "mkdir /mine", path)
    assert run_once(tmp_path) == path
    assert set(tree(path, "/", tmp_path / "tree")) == {"etc", "lost+found", "mine"}
    assert make_disk(path).returncode == 0
    assert_clean(path)
    assert set(tree(path, "/", tmp_path / "tree")) == {"etc", "lost+found"}
    assert "tools/disk.py" in make("-n", "reset-disk", builds=False).stdout


def test_the_disk_of_a_machine_that_runs_is_not_reset(tmp_path):
    code = f"import run, sys; print(run.disk_image({STAGE}, {str(tmp_path)!r}), flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code], cwd=f"{ROOT}/tools", text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as machine:
        path = machine.stdout.readline().strip()
        before = os.stat(path).st_ino
        got = make_disk(path)
        machine.stdin.close()
    assert got.returncode == 1 and "is the disk of a machine that runs" in got.stderr, got.stderr
    assert os.stat(path).st_ino == before and make_disk(path).returncode == 0


def test_a_user_without_sbin_in_the_path_makes_an_image(tmp_path):
    got = make_disk("--stage", str(STAGE), str(tmp_path / "disk.img"), path="/usr/bin:/bin")
    assert got.returncode == 0, got.stderr
    assert_clean(tmp_path / "disk.img")
    assert set(tree(tmp_path / "disk.img", "/etc", tmp_path / "tree")) == set(os.listdir(f"{ROOT}/stages/3-vfs/root/etc"))


def test_a_host_without_mke2fs_is_named(tmp_path):
    code = f"import disk; disk.PATH = {str(tmp_path)!r}; disk.make({str(tmp_path / 'disk.img')!r})"
    got = subprocess.run([sys.executable, "-c", code], cwd=f"{ROOT}/tools", text=True, capture_output=True, check=False)
    assert got.returncode == 1 and "install e2fsprogs" in got.stderr and not os.path.exists(tmp_path / "disk.img")


def test_an_image_takes_no_other_place_than_a_files(tmp_path):
    """A pipe stands for a device here, which root could replace. A link stays, and its file is made."""
    for name in ("pipe", "other", "other.lock"):
        os.mkfifo(tmp_path / name)
    for name in ("pipe", "other"):
        got = make_disk(str(tmp_path / name))
        assert got.returncode and "Traceback" not in got.stderr and str(tmp_path / name) in got.stderr, got.stderr
        assert stat.S_ISFIFO(os.lstat(tmp_path / name).st_mode)
    (tmp_path / "link").symlink_to("image")
    assert make_disk(str(tmp_path / "link")).returncode == 0
    assert os.path.islink(tmp_path / "link")
    assert_clean(tmp_path / "image")


# ---- requests that wait ----

def test_a_read_from_memory_overtakes_one_of_a_slow_disk(built, image, tmp_path):
    """The disk does 25 requests a second. The guest's clock counts instructions while it runs, and one client always does."""
    page = tmp_path / "page"
    for name, size in (("warm", 4096), ("cold", 8 << 20)):
        page.write_bytes(b"p" * size)
        tool("debugfs", "-w", "-R", f"write {page} /{name}", image)
    pack(built, tmp_path, "overtakes", "now")
    status, log, report = guest_boot.run(tmp_path, tmp_path, "report", extra=machine.disk_options(image, drive=SLOW), clock=killed.CLOCK, iommu=True,
                                         seconds=240)
    print(report)
    assert status == WELL and report.endswith("DONE 0 failed\n") and "vfs:" not in log, report + log
    reads, longest, count, mean = map(int, re.findall(r"\d+", report.splitlines()[0]))
    assert longest < LONGEST_READ and mean > 10 * LONGEST_READ and reads > 20 * count, report


# ---- a partition ----

MIB_SECTORS = 2048
TABLES = {"GPT": disk_tables.gpt(64 << 11, [(4096, 8 * MIB_SECTORS, "first"), (32 * MIB_SECTORS, 24 * MIB_SECTORS, "home")]),
          "MBR": disk_tables.mbr([(4096, 8 * MIB_SECTORS, 0x83), (32 * MIB_SECTORS, 24 * MIB_SECTORS, 0x83)])}


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("at", ["", "/home"])
def test_a_partition_is_mounted(built, tmp_path, table, at):
    """The second one, as the root or as /home of the archive. Nothing outside of it changes."""
    image, part = str(tmp_path / "disk.img"), str(tmp_path / "part.img")
    disk_tables.image(image, 64, {**TABLES[table], 5000 * 512: b"the first partition"})
    tool("mke2fs", "-q", "-t", "ext3", "-b", "4096", "-J", "size=4", "-E", f"offset={32 << 20}", image, "24M")
    before = open(image, "rb").read()
    words = "partition=2" + (f" at={at}" if at else "")
    rows, log = steps(built, tmp_path, machine.disk_options(image), f"mkdir {at}/d", f"write {at}/d/kept", "write /none" if at else "sync",
                      f"read {HELLO}", "end", of_vfs=words)
    assert ("2" if table == "GPT" else "4") + " partitions" in log and "vfs:" not in log, log  # an MBR has four places
    missing = "ERR_NOT_FOUND" if not at else "OK"
    assert [state for state, *_ in rows] == ["OK", "OK", "ERR_READ_ONLY" if at else "OK", missing, "OK"], log
    rows, _ = steps(built, tmp_path, machine.disk_options(image), f"read {at}/d/kept", of_vfs=words)
    assert rows[0][0] == "OK" and rows[0][1] > 0
    after = open(image, "rb").read()
    first, last = 32 << 20, 56 << 20
    assert before[:first] == after[:first] and before[last:] == after[last:]
    with open(part, "wb") as f:
        f.write(after[first:last])
    tool("e2fsck", "-fn", part)
    assert list(tree(part, "/d", tmp_path / "tree")) == ["kept"]


def test_partitions_of_which_none_is_named(built, tmp_path):
    """The remedy is the argument, and not a new image, which has no partitions."""
    image = disk_tables.image(str(tmp_path / "disk.img"), 64, TABLES["GPT"])
    for words, remedy in (("", '"arguments partition=N" in system.conf names the one to use'), ("partition=1", "partition 1 has no file system")):
        rows, log = steps(built, tmp_path, machine.disk_options(image), f"read {HELLO}", of_vfs=words)
        assert rows[0] == hello() and remedy in log and "reset-disk" not in log, log


@pytest.mark.parametrize("at", ["home", "/", "/none/home", "/" + "h" * 70])
def test_a_place_where_nothing_can_be_mounted(built, image, tmp_path, at):
    """The archive is served, the log has the remedy, and the disk stays clean."""
    rows, log = steps(built, tmp_path, machine.disk_options(image), f"read {HELLO}", "mkdir /d", of_vfs=f"at={at}")
    assert rows[0] == hello() and states(rows[1:]) == ["ERR_READ_ONLY"], f"{rows}\n{log}"
    assert "vfs: cannot mount ext2 on " in log and '"arguments at=/DIRECTORY" in system.conf' in log, log
    assert_clean(image)


def test_a_partition_that_is_missing(built, tmp_path):
    """The archive is the root then, and the log has the remedy."""
    image = disk_tables.image(str(tmp_path / "disk.img"), 64, TABLES["GPT"])
    rows, log = steps(built, tmp_path, machine.disk_options(image), f"read {HELLO}", of_vfs="partition=3 at=/home")
    assert rows[0][0] == "OK" and 'vfs: partition 3 cannot be used: ' in log and 'the line "arguments" in system.conf names it' in log, log
