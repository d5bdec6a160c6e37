#!/usr/bin/python3
"""musl.py --cc CC --ar AR --path FILE: builds musl, if it has not been built, and writes its folder's path into FILE.

musl comes from Debian's source package (tools/port.py). One header is replaced (ports/musl/overlay), so that a system call is a function call. It is built for all stages once,
into build/ports, whose folder's name has a hash of all that the result depends on: another overlay or compiler makes another folder.
"""
import argparse
import hashlib
import os
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tools"))

import ending  # noqa: E402
import port  # noqa: E402
import whole  # noqa: E402
from alone import alone  # noqa: E402

OVERLAY = os.path.join(ROOT, "ports", "musl", "overlay")
CFLAGS = "-O2 -fcf-protection=none -fno-stack-protector -fno-pic -fno-pie -fno-asynchronous-unwind-tables"


def key_of(compiler):
    """A hash of the overlay, the flags and the compiler."""
    text = subprocess.run([*compiler.split(), "--version"], stdout=subprocess.PIPE, text=True, check=True,
                          env={**os.environ, "CCACHE_DISABLE": "1"}).stdout.split("\n", 1)[0]  # nothing is cached, so nothing is written
    digest = hashlib.sha256((CFLAGS + text).encode())
    for name in sorted(os.listdir(OVERLAY)):
        with open(os.path.join(OVERLAY, name), "rb") as f:
            digest.update(f.read())
    return digest.hexdigest()[:16]


def run(command, folder):
    keep = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "CFLAGS", "LDFLAGS")}
    done = subprocess.run(command, cwd=folder, text=True, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, env=keep)
    if done.returncode:
        raise port.Failed(f"musl could not be built: {done.stdout.strip()[-1500:]}")


def build(compiler, archiver):
    """The folder with include/ and lib/.

    musl's rules have no quotes around paths, so it sees none of ours: it is built with relative paths alone, which lead through links. Its bytes do not
    depend on the tree's place for the same reason.
    """
    source = port.source_of("musl")
    place = f"{source}-{key_of(compiler)}"
    with alone(os.path.dirname(source)):
        if os.path.isdir(place):
            return place
        print("musl: building it, once; this takes half a minute", file=sys.stderr, flush=True)
        new = place + ".new"
        shutil.rmtree(new, ignore_errors=True)
        objects = os.path.join(new, "objects")
        os.makedirs(objects)
        links = {"source": source, "overlay": OVERLAY}
        for name, target in links.items():
            os.symlink(target, os.path.join(new, name))
        tools = [f"CC={compiler} -I../overlay", f"AR={archiver}", f"RANLIB={archiver} s", f"CFLAGS={CFLAGS}"]
        run(["../source/configure", "--disable-shared", "--target=x86_64", "--prefix=../usr", *tools], objects)
        run(["make", f"-j{os.cpu_count()}", *tools[:3], "install-headers", "install-libs"], objects)
        shutil.rmtree(objects)
        for name in links:
            os.unlink(os.path.join(new, name))
        os.rename(new, place)
    return place


def main():
    parser = argparse.ArgumentParser()
    for option in ("--cc", "--ar", "--path"):
        parser.add_argument(option, required=True)
    options = parser.parse_args()
    try:
        whole.write(options.path, os.path.relpath(os.path.join(build(options.cc, options.ar), "usr"), ROOT) + "\n")
    except port.Failed as failure:
        sys.exit(f"musl: {failure}")


if __name__ == "__main__":
    ending.run("musl", main)
