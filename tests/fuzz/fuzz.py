#!/usr/bin/python3
"""make fuzz SECONDS=60: libFuzzer on the kernel without a machine.

Four targets share the time: `slots` holds capability operations against the model of tests/host/kernel, `ipc`
holds messages, waits, answers and deaths against the invariants in ipc.c, and `maps` holds mappings that are left in the
middle against the invariants of tests/host/kernel/check_maps.c. `ext2` changes words of a disk's image, which the file system
of servers/vfs/ext2 then mounts, walks and changes. Each starts from the seeds here
(corpus/TARGET.hex, an input a line) and keeps new inputs in build/fuzz. A finding is kept, too, and printed with the command that repeats it.
"""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.dirname(HERE), os.path.join(os.path.dirname(os.path.dirname(HERE)), "tools")]
import ending  # noqa: E402

ending.loading("fuzz", __name__)

import argparse  # noqa: E402
import functools  # noqa: E402
import hashlib  # noqa: E402
import subprocess  # noqa: E402

import llvm  # noqa: E402
import values  # noqa: E402
import test_ext2_host as ext2  # noqa: E402  (the list of the file system's files, and its images)
import test_kernel_host as host  # noqa: E402  (the list of the kernel's files without a machine)
from alone import alone  # noqa: E402
from host_build import ROOT, called_methods, kernel_methods  # noqa: E402

OUT = os.path.join(ROOT, "build", "fuzz")
FLAGS = ["-std=gnu17", "-g", "-O1", "-fno-strict-aliasing", *host.INCLUDES, f"-I{OUT}", "-fno-sanitize-recover=all"]
SANITIZERS = "address,undefined"
TARGETS = {"slots": [f"{host.HERE}/{name}.c" for name in (*host.MODEL, "fuzz")], "ipc": ["tests/fuzz/ipc.c"],
           "maps": [f"{host.HERE}/check_maps.c", "tests/fuzz/maps.c"],
           "ext2": [*ext2.SOURCES, "tests/host/ext2/kit.c", "tests/host/ext2/damage.c", "tests/fuzz/ext2.c", ext2.STORE]}
LONGEST = {"slots": 3200, "ipc": 3200, "maps": 480, "ext2": 96}  # bytes of an input, eight or twelve a step


def run_clang(arguments, stdout=None):
    """Its output; ends this program if it fails, after its own message."""
    try:
        done = subprocess.run([llvm.find_any("clang"), *arguments], cwd=ROOT, stdout=stdout, check=False)
    except llvm.Missing as missing:
        sys.exit(f"fuzz: {missing}")
    if done.returncode:
        sys.exit("fuzz: the kernel's logic could not be compiled by clang (its message is above)")
    return done.stdout


@functools.cache
def compile_one(source):
    """An object, compiled again only if the preprocessor's output has changed. Targets share objects."""
    flags = [*FLAGS, f"-fsanitize=fuzzer-no-link,{SANITIZERS}", "-fno-sanitize=alignment"]
    text = run_clang([*flags, "-E", source], stdout=subprocess.PIPE)
    name = hashlib.sha256(text + " ".join(flags).encode()).hexdigest()[:20]
    built = os.path.join(OUT, "objects", f"{os.path.basename(source)}.{name}.o")
    if not os.path.exists(built):
        new = f"{built}.{os.getpid()}"  # a half-written object must not be taken for a whole one by the next run
        run_clang([*flags, "-c", source, "-o", new])
        os.replace(new, built)
    return built


def link(program, sources):
    run_clang([f"-fsanitize=fuzzer,{SANITIZERS}", *[compile_one(source) for source in sources], "-o", program])
    return program


def build(target, program):
    """Builds the target's program. A second process that builds at the same time waits for these objects."""
    os.makedirs(os.path.join(OUT, "objects"), exist_ok=True)
    with alone(OUT):
        if target == "ext2":
            for blocks, options in ((1024, ["-j"]), (2048, []), (4096, [])):
                ext2.make_fuzz_image(os.path.join(OUT, f"ext2-{blocks}.img"), blocks, *options)
            return link(program, TARGETS[target])
        kernel_methods(OUT)
        called_methods(OUT)
        machine = [f"{host.HERE}/{name}.c" for name in ("machine", "machine_vtd", "check")]
        shared = [*host.kernel_sources(), host.method_table(OUT), *machine]
        return link(program, [*shared, *TARGETS[target]])


def corpus(target):
    """A folder of its own, with the tree's seeds in it."""
    folder = os.path.join(OUT, f"{target}.corpus")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(HERE, "corpus", f"{target}.hex"), encoding="ascii") as f:
        for line in filter(None, (line.split("#")[0].strip() for line in f)):
            data = bytes.fromhex(line)
            with open(os.path.join(folder, hashlib.sha1(data).hexdigest()), "wb") as out:
                out.write(data)
    return folder


def fuzz(target, seconds, seed):
    """True if nothing was found."""
    program = build(target, os.path.join(OUT, target))
    print(f"fuzz: {target}, {seconds} s, seed {seed}", flush=True)
    command = [program, corpus(target), f"-max_total_time={seconds}", f"-seed={seed}", f"-max_len={LONGEST[target]}",
               "-timeout=20", "-print_final_stats=1", "-verbosity=0", f"-artifact_prefix={OUT}/{target}-"]
    done = subprocess.run(command, cwd=ROOT, text=True, check=False, errors="replace", stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    runs = [line.split()[-1] for line in done.stdout.splitlines() if "number_of_executed_units" in line]
    if done.returncode == 0 and runs:
        print(f"fuzz: {target}: {runs[0]} sequences, nothing found", flush=True)
        return True
    print(done.stdout[-6000:])
    print(f"fuzz: {target}: found something; repeat it with build/fuzz/{target} and the file named above")
    return False


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=values.seconds, default=60, help="for all targets together")
    parser.add_argument("--seed", type=int, default=int(os.environ.get("MICROK_SEED", "20261122")))
    parser.add_argument("--target", choices=TARGETS, action="append")
    options = parser.parse_args()
    targets = options.target or list(TARGETS)
    good = [fuzz(target, max(1, options.seconds // len(targets)), options.seed) for target in targets]
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    ending.run("fuzz", main)
