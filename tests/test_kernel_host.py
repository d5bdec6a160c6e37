"""The kernel's hardware-free part on the host: its sources unchanged, under sanitizers, against a model."""
import glob
import os
import re
import sys

import pytest

from host_build import FLAGS, ROOT, called_methods, kernel_methods, run
from random_seed import SEED

HERE = "tests/host/kernel"
INCLUDES = [f"-I{HERE}/fake", f"-I{HERE}", "-Ikernel", "-Ikernel/include", "-I."]
# GCC 12's UBSan takes the tagged links between slots for pointers that are used; they are not.
KERNEL_FLAGS = [*FLAGS, "-fno-sanitize=alignment", *INCLUDES]
SEQUENCES, LENGTH, FUZZ_RUNS = 150, 300, 3000

MODEL = ("model", "model_ops", "model_state")

# In their place machine.c has fakes.
OF_HARDWARE = {"cap/ioport.c", "ipc/log_budget.c", "ipc/log_report.c", "mm/tlb.c", "sched/fpu.c", "sched/preempt.c", "sched/switch.c"}


def kernel_sources():
    found = {s for part in ("object", "sched", "mm", "ipc", "cap") for s in glob.glob(f"kernel/{part}/*.c", root_dir=ROOT)}
    return sorted(found - {f"kernel/{name}" for name in OF_HARDWARE}) + [f"kernel/entry/{name}.c" for name in ("syscall", "trap", "upward")] + ["kernel/pc/vtd_context.c", "kernel/x86/cpu.c"]


def method_table(folder):
    """The dispatch table, generated as the build does, of all objects that have methods."""
    names = []
    for manifest in sorted(glob.glob("stages/*/stage.mk", root_dir=ROOT)):
        with open(os.path.join(ROOT, manifest), encoding="utf-8") as f:
            names += [n for line in re.findall(r"^methods-y \+= (.*)$", f.read(), re.M) for n in line.split()]
    path = os.path.join(folder, "methods.c")
    with open(path, "w", encoding="utf-8") as f:
        f.write(run(["tools/build/methods.sh", *names]))
    return path


def build(compiler, flags, folder, sources):
    objects = []
    kernel_methods(folder)
    called_methods(folder)
    for source in sources:
        built = os.path.join(folder, re.sub(r"\W", "_", source) + ".o")
        run([compiler, *flags, f"-I{folder}", "-c", source, "-o", built])
        objects.append(built)
    return objects


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    """(folder, objects of the kernel with its machine and model)."""
    folder = str(tmp_path_factory.mktemp("kernel"))
    own = [f"{HERE}/{n}.c" for n in ("machine", "machine_vtd", "check", "check_memory", "check_maps", "sequences", *MODEL)]
    return folder, build("gcc", KERNEL_FLAGS, folder, [*kernel_sources(), method_table(folder), *own])


def program(kernel, name):
    folder, objects = kernel
    own = build("gcc", KERNEL_FLAGS, folder, [f"{HERE}/{name}.c"])
    run(["gcc", *KERNEL_FLAGS, *objects, *own, "-o", f"{folder}/{name}"])
    return f"{folder}/{name}"


def test_derivation_tree(kernel):
    print(run([program(kernel, "test_derive")]))


def test_identities(kernel):
    print(run([program(kernel, "test_identity")]))


def test_against_the_model(kernel):
    print(run([program(kernel, "test_model"), str(SEED), str(SEQUENCES), str(LENGTH)], timeout=120))


def test_operations_between_each_other(kernel):
    print(run([program(kernel, "test_mix"), str(SEED), "150", "1000"], timeout=120))


def test_a_direct_switch_is_the_schedulers(kernel):
    print(run([program(kernel, "test_hand_over")]))


def test_maps_and_the_tlb(kernel):
    print(run([program(kernel, "test_maps"), str(SEED), "60", "1000"], timeout=120))


def test_copies_between_frames(kernel):
    print(run([program(kernel, "test_copy"), str(SEED), "40", "300"], timeout=120))


def test_the_kernel_moves_memory_as_the_host_does(tmp_path):
    """The kernel's own memmove, which a copy within one Frame depends on: the other tests here have the host's."""
    names = ("memcpy", "memmove", "memset", "memcmp", "strlen", "strncmp")
    run(["gcc", "-std=gnu17", "-O2", "-ffreestanding", "-Wall", "-Werror", "-Ikernel", "-Ikernel/include", *[f"-D{name}=mk_{name}" for name in names],
         "-c", "kernel/lib/string.c", "-o", tmp_path / "string.o"])
    run(["gcc", *FLAGS, "-fno-builtin", f"{HERE}/test_memory.c", tmp_path / "string.o", "-o", tmp_path / "test"])
    print(run([tmp_path / "test", str(SEED)]))


def test_lines_and_deletions_take_turns(kernel):
    print(run([program(kernel, "test_turns")]))


def test_roots_are_taken_from_a_thread(kernel):
    print(run([program(kernel, "test_roots")]))


def test_faults_are_reported_again(kernel):
    print(run([program(kernel, "test_faults")]))


def test_servers_that_stop_leave(kernel):
    print(run([program(kernel, "test_servers")]))


def test_lines_are_shared(kernel):
    print(run([program(kernel, "test_irq")]))


def test_devices_reach_what_is_mapped_for_them(kernel):
    print(run([program(kernel, "test_devices"), str(SEED), "20000"], timeout=120))


def test_registers_of_another_thread(kernel):
    print(run([program(kernel, "test_registers")]))


def test_the_log_is_shown_byte_by_byte(tmp_path):
    objects = build("gcc", KERNEL_FLAGS, str(tmp_path), [
        *(f"kernel/{name}.c" for name in ("lib/log", "lib/print", "cap/log_later", "ipc/log_report")),
        f"{HERE}/test_log.c", f"{HERE}/test_reports.c"])
    run(["gcc", *KERNEL_FLAGS, *objects, "-o", tmp_path / "test_log"])
    print(run([tmp_path / "test_log"]))


def test_the_screen_is_drawn_in_pieces(tmp_path):
    sources = [f"kernel/screen/{n}.c" for n in ("screen", "pixels", "text", "font")]
    objects = build("gcc", KERNEL_FLAGS, str(tmp_path), [*sources, f"{HERE}/test_screen.c"])
    run(["gcc", *KERNEL_FLAGS, *objects, "-o", tmp_path / "test_screen"])
    print(run([tmp_path / "test_screen"]))


def test_fuzzed(tmp_path):
    """libFuzzer, which looks for sequences that reach new code; a few thousand runs from a fixed seed. The program is the target
    `slots` of tests/fuzz, whose test needs the same objects: the first of the two tests compiles them."""
    sys.path.insert(0, os.path.join(ROOT, "tests", "fuzz"))
    import fuzz  # it imports this file
    run([fuzz.build("slots", str(tmp_path / "fuzz")), f"-runs={FUZZ_RUNS}", f"-seed={SEED}", "-max_len=1600", "-max_total_time=60",
         f"-artifact_prefix={tmp_path}/"], timeout=120)
