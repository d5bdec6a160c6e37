#!/usr/bin/python3
"""tinycc.py --cc CC --ar AR --path FILE: compiles TinyCC, if it has not been compiled, and writes its folder's path into FILE.

The folder has compiler/*.o, which is all of TinyCC but the C library; names.o, the table of musl's functions for `tcc -run`; lib/, the parts of
programs that TinyCC links; and include/, its headers. make links the two programs of them and of the layer below musl (ports/tinycc/port.mk), so a change of that layer
compiles TinyCC no second time.

TinyCC comes from Debian's source package (tools/port.py), and no file of it is changed. It is compiled once for all stages; the folder's name has a hash of all that the
result depends on.

Weighed: TinyCC's own Makefile compiles lib/ by the new compiler itself, which would have to be built a second time, for the host. gcc's objects are as good.
"""
import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

sys.dont_write_bytecode = True
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tools"))

import ending  # noqa: E402
import musl  # noqa: E402
import port  # noqa: E402
import whole  # noqa: E402
from alone import alone  # noqa: E402

PORT = os.path.join(ROOT, "ports", "tinycc")
OWN = ("config.h", "code.h", "code.c")
FLAGS = ("-O2 -g0 -w -fno-strict-aliasing -fcf-protection=none -fno-stack-protector -fno-pic -fno-pie -fno-asynchronous-unwind-tables "
         "-nostdinc")
COMPILER = ("tcc", "libtcc", "tccpp", "tccgen", "tccelf", "tccasm", "tccrun", "x86_64-gen", "x86_64-link", "i386-asm")
RUNTIME = ("libtcc1.c", "va_list.c", "alloca86_64.S", "alloca86_64-bt.S")  # in libtcc1.a
APART = ("bt-exe.c", "bt-log.c")  # linked for the option -bt alone; TinyCC leaves bcheck.c, for -b, out with musl

# Linker scripts. TinyCC links libc.a before its own objects, which need it, too; in a program that runs in memory it must link none.
SCRIPTS = {"libtcc1.a": "GROUP ( /usr/lib/tcc/run/libtcc1.a /usr/lib/libc.a )\n", "run/libc.so": "/* The C library is tcc-run's own. */\nGROUP ( )\n"}


def key_of(compiler, library):
    """A hash of the port's own files, the flags, the compiler and musl."""
    text = subprocess.run([*compiler.split(), "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout.split("\n", 1)[0]
    digest = hashlib.sha256("\n".join([FLAGS, *COMPILER, *RUNTIME, *APART, *SCRIPTS.values(), text, os.path.basename(library)]).encode())
    for name in OWN:
        with open(os.path.join(PORT, name), "rb") as f:
            digest.update(f.read())
    return digest.hexdigest()[:16]


def run(command, folder=ROOT):
    done = subprocess.run(command, cwd=folder, text=True, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        raise port.Failed(f"TinyCC could not be built: {done.stdout.strip()[-1500:]}")
    return done.stdout


def library_names(archive):
    """The names that musl defines for programs."""
    with tempfile.TemporaryDirectory() as folder:
        text = run(["readelf", "-sW", os.path.abspath(archive)], folder)
    rows = (line.split() for line in text.splitlines())
    names = {row[7] for row in rows if len(row) == 8 and row[4] in ("GLOBAL", "WEAK") and row[5] == "DEFAULT" and row[6] != "UND"}
    return sorted(names - {"_init", "_fini"})


def table_of(names):
    """ports/tinycc/run.c's table, in assembly: C would have to know each one's type."""
    rows = [f"\t.quad 1f, {name}\n\t.section .rodata.names, \"aMS\", @progbits, 1\n1:\t.asciz \"{name}\"\n\t.section .rodata\n" for name in names]
    return "".join(["\t.section .rodata\n\t.balign 8\n\t.globl library_names, library_count\nlibrary_names:\n", *rows,
                    f"library_count:\n\t.quad {len(names)}\n\t.section .note.GNU-stack, \"\", @progbits\n"])


def compile_into(new, source, compiler, archiver, library):
    """All objects, several at a time."""
    flags = [*compiler.split(), *FLAGS.split(), "-isystem", os.path.join(library, "include"), f"-I{PORT}", f"-I{source}"]
    for name in ("compiler", "lib/run", "runtime"):
        os.makedirs(os.path.join(new, name))
    names = os.path.join(new, "names.S")
    with open(names, "w", encoding="ascii") as f:
        f.write(table_of(library_names(os.path.join(library, "lib", "libc.a"))))
    wanted = [(f"{source}/{name}.c", f"compiler/{name}.o", ["-DONE_SOURCE=0", *(["-include", f"{PORT}/code.h"] if name == "tccrun" else [])]) for name in COMPILER]
    wanted += [(f"{PORT}/code.c", "compiler/code.o", ["-DONE_SOURCE=0"]), (names, "names.o", [])]
    wanted += [(f"{source}/lib/{name}", f"runtime/{name.rpartition('.')[0]}.o", []) for name in RUNTIME]
    wanted += [(f"{source}/lib/{name}", f"lib/{name.rpartition('.')[0]}.o", []) for name in APART]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda one: run([*flags, *one[2], "-c", one[0], "-o", os.path.join(new, one[1])]), wanted))
    run([*archiver.split(), "rcsD", "../lib/run/libtcc1.a", *(f"{name.rpartition('.')[0]}.o" for name in RUNTIME)], os.path.join(new, "runtime"))
    shutil.rmtree(os.path.join(new, "runtime"))
    os.remove(names)
    shutil.copytree(os.path.join(source, "include"), os.path.join(new, "include"))
    shutil.copy(os.path.join(source, "tcclib.h"), os.path.join(new, "include"))
    for name, text in SCRIPTS.items():
        with open(os.path.join(new, "lib", name), "w", encoding="ascii") as f:
            f.write(text)
    for name in APART:
        os.link(os.path.join(new, "lib", name.replace(".c", ".o")), os.path.join(new, "lib", "run", name.replace(".c", ".o")))


def build(compiler, archiver):
    """The folder with compiler/, lib/, include/ and names.o."""
    library = musl.build(compiler, archiver)
    source = port.source_of("tinycc")
    place = f"{source}-{key_of(compiler, library)}"
    with alone(os.path.dirname(source)):
        if os.path.isdir(place):
            return place
        print("tinycc: compiling it, once; this takes ten seconds", file=sys.stderr, flush=True)
        new = place + ".new"
        shutil.rmtree(new, ignore_errors=True)
        compile_into(new, source, compiler, archiver, os.path.join(library, "usr"))
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
        sys.exit(f"tinycc: {failure}")


if __name__ == "__main__":
    ending.run("tinycc", main)
