"""What the kernel makes of a loader's memory map, on the host."""
from host_build import FLAGS, run


def test_memory_map(tmp_path):
    program = tmp_path / "memory"
    run(["gcc", *FLAGS, "-I.", "-Ikernel", "-Ikernel/include", "tests/host/boot/test_memory.c", "kernel/boot/handoff.c", "-o", program])
    print(run([program]))
