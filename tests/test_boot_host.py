"""The kernel's boot with a memory map, a clock's date and a machine's clocks, on the host."""
from host_build import FLAGS, run

KERNEL = ["-I.", "-Ikernel", "-Ikernel/include"]
FAKES = "tests/host/kernel/fake"  # its x86.h has the test's rdtsc
PROCESSOR = "tests/host/boot/fake"  # its x86.h has the test's cpuid, rdmsr and ports


def test_memory_map(tmp_path):
    program = tmp_path / "memory"
    run(["gcc", *FLAGS, *KERNEL, "tests/host/boot/test_memory.c", "kernel/boot/handoff.c", "-o", program])
    print(run([program]))


def test_device_memory(tmp_path):
    program = tmp_path / "device_memory"
    run(["gcc", *FLAGS, *KERNEL, "tests/host/boot/test_device_memory.c", "kernel/boot/device_memory.c", "kernel/boot/handoff.c",
         "kernel/pc/acpi_places.c", "kernel/pc/dmar.c", "-o", program])
    assert run([program]) == "device memory: all right\n"


def test_the_table_of_translating_units(tmp_path):
    program = tmp_path / "dmar"
    run(["gcc", *FLAGS, *KERNEL, "tests/host/boot/test_dmar.c", "kernel/pc/dmar.c", "-o", program])
    assert run([program]) == "dmar: all right\n"


def test_a_hostile_device_and_the_registers_of_its_unit(tmp_path):
    program = tmp_path / "vtd"
    run(["gcc", *FLAGS, f"-I{PROCESSOR}", *KERNEL, "tests/host/boot/test_vtd.c", *[f"kernel/pc/vtd_{n}.c" for n in ("unit", "faults", "queue")], "-o", program])
    assert run([program]) == "vtd: all right\n"


def test_dates(tmp_path):
    program = tmp_path / "date"
    run(["gcc", *FLAGS, *KERNEL, "tests/host/boot/test_date.c", "kernel/lib/date.c", "-o", program])
    assert run([program]) == "date: ok\n"


def test_clocks_are_held_against_each_other(tmp_path):
    program = tmp_path / "calibrate"
    run(["gcc", *FLAGS, f"-I{FAKES}", *KERNEL, "tests/host/boot/test_calibrate.c", "kernel/pc/rate.c",
         "-o", program])
    assert run([program]) == "calibrate: ok\n"


def test_which_processors_are_refused(tmp_path):
    program = tmp_path / "require"
    run(["gcc", *FLAGS, f"-I{PROCESSOR}", *KERNEL, "tests/host/boot/test_require.c", "kernel/pc/require.c", "-o", program])
    assert run([program]) == "require: ok\n"


def test_a_broken_generator_is_not_believed(tmp_path):
    program = tmp_path / "entropy"
    run(["gcc", *FLAGS, f"-I{PROCESSOR}", *KERNEL, "tests/host/boot/test_entropy.c", "kernel/pc/entropy.c", "-o", program])
    assert run([program]) == "entropy: ok\n"
