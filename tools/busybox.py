#!/usr/bin/python3
"""busybox.py --cc CC --ar AR --path FILE: compiles BusyBox, if it has not been compiled, and writes its folder's path into FILE.

The folder has busybox.o, which is all of BusyBox but the C library; busybox.links, the names of its applets; and .config. make links the
program from busybox.o and the layer below musl, so a change of that layer compiles no applet again.

BusyBox comes from Debian's source package (tools/port.py) and is compiled by its own Makefile, with musl's headers, once for all stages. The folder's name has a
hash of all that the result depends on. BusyBox's Makefile cannot work in a folder whose name has blanks or quotes, so it works on a copy in a folder for temporary files.

Weighed: Buildroot and Alpine keep a whole .config, in which every option of every version is a line. ports/busybox/config has the options that differ from the
smallest configuration, so that a person can read which applets there are. It must be complete: an option that it names and that is not on afterwards is an error.
"""
import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tools"))

import ending  # noqa: E402
import musl  # noqa: E402
import port  # noqa: E402
import whole  # noqa: E402
from alone import alone  # noqa: E402

CONFIG = os.path.join(ROOT, "ports", "busybox", "config")
CFLAGS = "-g0 -fcf-protection=none -fno-stack-protector -fno-pic -fno-pie -nostdinc"
# In place of BusyBox's own link, which wants a whole C library.
LINK = "$(CC) -nostdlib -r -u main -o $@ -Wl,--start-group $(busybox-all) -Wl,--end-group"


def options():
    """The options of the config file, as {name: value}."""
    with open(CONFIG, encoding="utf-8") as f:
        words = [word for line in f if not line.startswith("#") for word in line.split()]
    return {name: value or "y" for name, _, value in (word.partition("=") for word in words)}


def key_of(compiler, library):
    """A hash of the configuration, the flags, the compiler and musl."""
    text = subprocess.run([*compiler.split(), "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout.split("\n", 1)[0]
    digest = hashlib.sha256("\n".join([CFLAGS, LINK, text, os.path.basename(library)]).encode())
    with open(CONFIG, "rb") as f:
        digest.update(f.read())
    return digest.hexdigest()[:16]


def plain_folder():
    """A folder for temporary files whose name is plain."""
    for place in (tempfile.gettempdir(), "/tmp", "/var/tmp"):
        if re.fullmatch(r"[\w/.+-]+", place) and os.access(place, os.W_OK):
            return tempfile.TemporaryDirectory(prefix="microk-busybox-", dir=place)
    raise port.Failed("BusyBox's Makefile needs a folder for temporary files without blanks in its name; set TMPDIR to one")


def make(folder, *goals, answers=""):
    keep = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "CFLAGS", "LDFLAGS", "CPPFLAGS", "ARCH", "O")}
    keep.update(KCONFIG_NOTIMESTAMP="1", LC_ALL="C", SOURCE_DATE_EPOCH="0")
    done = subprocess.run(["make", *goals], cwd=folder, text=True, check=False, input=answers, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, env=keep)
    if done.returncode:
        raise port.Failed(f"BusyBox could not be built: {done.stdout.strip()[-1500:]}")


def all_options(folder):
    """The names of all options that are on or off."""
    found = set()
    for place, _, names in os.walk(folder):
        for name in names:
            if name.endswith((".c", ".src", ".in")):
                with open(os.path.join(place, name), encoding="latin-1") as f:
                    found.update(re.findall(r"^(?://config:)?\s*config (\w+)\n(?://config:)?\s*bool\b", f.read(), re.M))
    return found


def configure(folder):
    """Options that the file does not name are off; those that have a number or a text keep BusyBox's."""
    wanted, path = options(), os.path.join(folder, ".config")
    with open(path, "w", encoding="utf-8") as f:
        f.writelines(f"# CONFIG_{name} is not set\n" for name in sorted(all_options(folder) - set(wanted)))
        f.writelines(f"CONFIG_{name}={value}\n" for name, value in wanted.items())
    make(folder, "oldconfig", answers="\n" * 200)
    with open(path, encoding="utf-8") as f:
        got = dict(re.findall(r"^CONFIG_(\w+)=(.*)$", f.read(), re.M))
    if lost := [name for name, value in wanted.items() if got.get(name) != value]:
        raise port.Failed(f"ports/busybox/config: BusyBox does not know, or does not allow, {', '.join(lost)}")


def compile_into(new, source, compiler, library):
    with plain_folder() as folder:
        work = os.path.join(folder, "busybox")
        shutil.copytree(source, work, symlinks=True)
        os.symlink(os.path.join(library, "usr", "include"), os.path.join(folder, "include"))
        configure(work)
        words = compiler.split()
        if "/" in words[0]:
            words[0] = os.path.abspath(words[0])
        make(work, f"-j{os.cpu_count()}", f"CC={' '.join(words)} {CFLAGS} -isystem {folder}/include", "SKIP_STRIP=y",
             f"cmd_busybox__={LINK}", "busybox_unstripped", "busybox.links")
        shutil.copy(os.path.join(work, "busybox_unstripped"), os.path.join(new, "busybox.o"))
        shutil.copy(os.path.join(work, ".config"), new)
        with open(os.path.join(work, "busybox.links"), encoding="ascii") as f:
            names = sorted(os.path.basename(line.strip()) for line in f)
        with open(os.path.join(new, "busybox.links"), "w", encoding="ascii") as f:
            f.writelines(f"{name} busybox\n" for name in names if name != "busybox")


def build(compiler, archiver):
    """The folder with busybox.o, busybox.links and .config."""
    library = musl.build(compiler, archiver)
    source = port.source_of("busybox")
    place = f"{source}-{key_of(compiler, library)}"
    with alone(os.path.dirname(source)):
        if os.path.isdir(place):
            return place
        print("busybox: compiling it, once; this takes a minute", file=sys.stderr, flush=True)
        new = place + ".new"
        shutil.rmtree(new, ignore_errors=True)
        os.makedirs(new)
        compile_into(new, source, compiler, library)
        os.rename(new, place)
    return place


def main():
    parser = argparse.ArgumentParser()
    for option in ("--cc", "--ar", "--path"):
        parser.add_argument(option, required=True)
    chosen = parser.parse_args()
    try:
        whole.write(chosen.path, os.path.relpath(build(chosen.cc, chosen.ar), ROOT) + "\n")
    except port.Failed as failure:
        sys.exit(f"busybox: {failure}")


if __name__ == "__main__":
    ending.run("busybox", main)
