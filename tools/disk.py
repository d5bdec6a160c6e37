#!/usr/bin/python3
"""disk.py [--stage N] [--list FILE] [IMAGE]: makes a disk's image, with an ext3 file system that holds the stages' files.

The files are those of the folders stages/*/root, of the stages up to N (all, if it is left out), and those that FILE lists (a built stage's disk.list:
tools/build/disk.mk), owned by root. /bin has the links that stages/*/bin.links lists, each line a name and the path that it leads to.
mke2fs writes them without a mount, so no rights are needed. An image that was there is replaced as a whole.
"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import ending  # noqa: E402

ending.loading("disk", __name__)

import argparse  # noqa: E402
import fcntl  # noqa: E402
import glob  # noqa: E402
import shutil  # noqa: E402
import subprocess  # noqa: E402
import tempfile  # noqa: E402

import whole  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BYTES = 64 << 20
JOURNAL_MIB = 4  # the smallest that mke2fs makes with blocks of 4 KiB
# A user's path may have no /usr/sbin.
PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


def collect(folder, stage):
    """Copies the stages' files into the folder, later stages over earlier ones."""
    for root in sorted(glob.glob(os.path.join(ROOT, "stages", "*", "root"))):
        if stage is None or int(os.path.basename(os.path.dirname(root)).partition("-")[0]) <= stage:
            shutil.copytree(root, folder, dirs_exist_ok=True)
            links = os.path.join(os.path.dirname(root), "bin.links")
            if os.path.exists(links):
                with open(links, encoding="utf-8") as f:
                    write(folder, {f"bin/{line.split()[0]}": line.split()[1] for line in f})


def write(folder, files):
    """Writes {name: bytes, or the target of a symbolic link as str} below the folder."""
    for name, content in files.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if isinstance(content, str):
            os.symlink(content, path)
            continue
        with open(path, "wb") as f:
            f.write(content)


def listed(path):
    """The `add` of make() for the files that are listed there: a later line of the list replaces a file of an earlier one."""
    with open(path, encoding="utf-8") as f:
        lines = f.read().split()

    def add(folder):
        for line in lines:
            name, link, target = line.partition(":")
            if link:
                write(folder, {name: target})
                continue
            name, _, source = line.partition("=")
            if source.startswith("@"):
                of, _, rest = source[1:].partition(".path/")
                with open(os.path.join(ROOT, f"{of}.path"), encoding="utf-8") as f:
                    source = os.path.join(f.read().strip(), rest)
            source, to = os.path.join(ROOT, source), os.path.join(folder, name)
            os.makedirs(os.path.dirname(to), exist_ok=True)
            if os.path.isdir(source):
                shutil.copytree(source, to, dirs_exist_ok=True)
            else:
                shutil.copy(source, to)

    return add


def make(path, stage=None, size=BYTES, add=None, block=4096):
    """Makes the image, or ends the program with mke2fs's words. `add` puts further files into a folder; `block`: bytes of a block."""
    mke2fs = shutil.which("mke2fs", path=PATH)
    if not mke2fs:
        sys.exit("disk.py: mke2fs is missing, which makes the disk's file system; install e2fsprogs (make setup)")
    with whole.replacing(os.path.realpath(path)) as new, tempfile.TemporaryDirectory() as folder:
        collect(folder, stage)
        if add:
            add(folder)
        with open(new, "xb") as f:
            f.truncate(size)
        got = subprocess.run([mke2fs, "-q", "-F", "-t", "ext3", "-b", str(block), "-I", "256", "-m", "0", "-J", f"size={JOURNAL_MIB}", "-L", "microk",
                              "-E", "nodiscard,root_owner=0:0", "-d", folder, new], capture_output=True, text=True, check=False)
        if got.returncode:
            sys.exit(f"disk.py: mke2fs could not make {path}: {got.stderr.strip()}")


def take(path):
    """The image is this process's until it ends, as tools/run.py has it for a machine; or the program ends."""
    lock = os.open(path + ".lock", os.O_WRONLY | os.O_CREAT | os.O_NONBLOCK, 0o666)  # and no wait for a pipe's reader
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit(f"disk.py: {path} is the disk of a machine that runs, which would lose its changes; switch that off first")


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--stage", type=int)
    parser.add_argument("--list", help="with further files (build/stage-N/disk.list)")
    parser.add_argument("image", nargs="?", default=os.path.join(ROOT, "build", "disk.img"))
    options = parser.parse_args()
    os.makedirs(os.path.dirname(options.image) or ".", exist_ok=True)
    take(options.image)
    make(options.image, options.stage, add=listed(options.list) if options.list else None)
    print(f"{os.path.relpath(options.image)}: {BYTES >> 20} MiB, ext3, with the files of stages/*/root{' and of ' + options.list if options.list else ''}")


if __name__ == "__main__":
    ending.run("disk", main)
