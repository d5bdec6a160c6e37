"""Compiles programs for the host under sanitizers, from sources of the tree, and runs them.

Host and target have the same names for memory and strings; lib/microk's functions are compiled under other names, so that a
test has both.
"""
import functools
import glob
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FLAGS = ["-std=gnu17", "-g", "-O1", "-Wall", "-Wextra", "-Werror", "-fno-omit-frame-pointer",
         "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
LIBC_NAMES = ["memcpy", "memmove", "memset", "memcmp", "memchr", "strlen", "strnlen", "strcmp", "strncmp",
              "strchr", "strrchr"]
# lib/microk as far as it runs on a host: all but system calls and the entry.
LIBRARY = ["print", "output", "startup", "slots", "method", "message", "server", "stub", "status", "string"]
# Generated files that are the same for all tests lie in one place: then a file that includes them is the same text for the cache
# of compiled files, too, and several tests' programs have its object. Each is replaced as a whole, by the same bytes.
SHARED = os.path.join(ROOT, "build", "host")


def generate(protocols):
    """The stubs and dispatchers of the protocols (paths without .idl); returns their C files."""
    subprocess.run([sys.executable, os.path.join(ROOT, "tools/idl/idl.py"),
                    *[p + ".idl" for p in protocols], "--out", os.path.join(SHARED, "gen")],
                   cwd=ROOT, check=True, timeout=60, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    return [os.path.join(SHARED, "gen", f"{p}_{side}.c") for p in protocols for side in ("client", "server")]


def names(protocols, out):
    """The table of the operations' names; returns its C file."""
    table = os.path.join(out, "gen", "protocols", "names.c")
    subprocess.run([sys.executable, os.path.join(ROOT, "tools/idl/idl.py"), *[p + ".idl" for p in protocols],
                    "--names", table],
                   cwd=ROOT, check=True, timeout=60, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    return table


def method_header(header, *side):
    subprocess.run([sys.executable, os.path.join(ROOT, "tools/method_stubs.py"), *side, header], check=True, timeout=60,
                   env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})


def methods(out):
    """The kernel's methods as typed calls, below the folder `out`."""
    header = os.path.join(out, "gen/lib/microk/methods.h")
    if not os.path.exists(header):
        method_header(header)


@functools.cache
def shared_methods():
    """methods() in SHARED, where an older tree's may be: made anew, once by each process."""
    method_header(os.path.join(SHARED, "gen/lib/microk/methods.h"))


def kernel_methods(out):
    """The structs of their arguments and results for the kernel's sources, below `out`, which may be there from an older tree."""
    method_header(os.path.join(out, "gen/kernel/methods.h"), "--kernel")


def called_methods(out):
    """The typed calls again, as call_…: for tests that include the kernel's headers, too (tests/host/kernel/calls.h)."""
    method_header(os.path.join(out, "gen/call/methods.h"), "--prefix", "call_")


def in_folder(folder, *without):
    """All C files of the folder but those named."""
    found = [os.path.relpath(p, ROOT) for p in sorted(glob.glob(f"{ROOT}/{folder}/*.c"))]
    return [p for p in found if os.path.basename(p) not in without]


def sources(folder):
    """All files that the program's build.mk names, so a file that is missing there is missing here."""
    with open(os.path.join(ROOT, folder, "build.mk"), encoding="utf-8") as f:
        objects = [w for line in f if line.startswith("objs-y") for w in line.split("=", 1)[1].split()]
    return [f"{folder}/{o[:-2]}.c" for o in objects]


def joined(folder):
    """The files that join the program at later stages, by their manifests."""
    manifests = (open(path, encoding="utf-8").read() for path in sorted(glob.glob(os.path.join(ROOT, "stages", "*", "stage.mk"))))
    return [f"{folder}/{o[:-2]}.c" for text in manifests for line in text.splitlines() if line.startswith(f"{folder}-y +=")
            for o in line.split("=", 1)[1].split()]


def proc_of_files():
    """proc as in stage 3: /proc alone."""
    return [*sources("servers/proc"), *(f"stages/3-vfs/servers/proc/{name}.c" for name in ("processes", "programs"))]


def vfs_without_disk():
    """vfs on a machine without a disk: one file, which finds none, takes the place of those that are for disks."""
    own = [f for f in sources("servers/vfs") if not re.search(r"servers/vfs/(cache/|ext2/|diskfs|ring_disk)", f)]
    return [*own, "tests/host/vfs/no_disk.c", "lib/archive/archive.c", "lib/microk/command_line.c"]


def fileserver():
    """The library of a server of files, with the memory that outlives an instance."""
    return [*in_folder("lib/fileserver"), *in_folder("lib/state")]


def library():
    return [*[f"lib/microk/{name}.c" for name in LIBRARY], "user/runtime/announce.c"]


def compile_objects(out, sources, defines=()):
    """Builds `sources` (paths from the root) below `out`. `defines`: {source: [flags]}."""
    shared_methods()
    defines, objects = dict(defines), []
    for source in sources:
        flags = list(defines.get(source, []))
        if source == "lib/microk/string.c":
            flags += [f"-D{n}=user_{n}" for n in LIBC_NAMES]
        built = os.path.join(out, os.path.relpath(os.path.join(ROOT, source), ROOT).replace("/", "_") + ".o")
        objects.append(built)
        if not os.path.exists(built):
            run(["gcc", *FLAGS, *flags, "-I.", "-Ikernel/include", f"-I{SHARED}", f"-I{out}", "-c", source, "-o", built])
    return objects


def apart(out, name, sources, keep, defines=()):
    """One object of all these, of whose names others see those in `keep` alone (or, of OLD=NEW, NEW): a server with a library of its own. Its variables are in the sections
    NAME_data and NAME_bss, so that a test can give them their first values again."""
    whole = os.path.join(out, name + "_apart.o")
    run(["gcc", "-r", "-nostdlib", "-o", whole, *compile_objects(out, sources, defines)])
    renamed = [f"--redefine-sym={k}" for k in keep if "=" in k]
    run(["objcopy", *renamed, whole])
    run(["objcopy", *[f"--keep-global-symbol={k.split('=')[-1]}" for k in keep], "--rename-section", f".data={name}_data",
         "--rename-section", f".bss={name}_bss", "--rename-section", f".data.rel.local={name}_data", whole])
    return whole


def compile_program(out, name, sources, defines=(), objects=()):
    """Builds `sources`, and `objects` that are built already, into out/name."""
    program = os.path.join(out, name)
    run(["gcc", *FLAGS, *compile_objects(out, sources, defines), *objects, "-o", program])
    return program


def run(command, timeout=300):
    result = subprocess.run(command, cwd=ROOT, text=True, timeout=timeout, check=False, errors="replace",
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            env={**os.environ, "ASAN_OPTIONS": "detect_stack_use_after_return=0"})
    assert result.returncode == 0, f"{' '.join(map(str, command))}:\n{result.stdout}"
    return result.stdout
