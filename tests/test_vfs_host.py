"""The VFS server on the host, under sanitizers: its parts, and all of it through generated stubs."""
import random

import pytest

from host_build import compile_program, generate, library, run

VFS = [f"servers/vfs/{n}.c" for n in ("serve", "handle", "open_file", "path", "mount", "name", "archivefs", "procfs",
                                      "proc_text", "snapshot", "main")] + ["lib/archive/archive.c"]
PROTOCOLS = [f"protocols/{name}" for name in ("file", "vfs", "supervise", "inspect")]


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return str(tmp_path_factory.mktemp("vfs"))


@pytest.fixture(scope="module")
def seed():
    return str(random.SystemRandom().randrange(1, 1 << 60))


@pytest.mark.parametrize("part", ["path", "archive"])
def test_part(out, seed, part):
    program = compile_program(out, part, ["servers/vfs/path.c", "servers/vfs/mount.c", "servers/vfs/name.c", "servers/vfs/archivefs.c",
                                          "lib/archive/archive.c",
                                          f"tests/host/vfs/test_{part}.c"])
    print(run([program, seed]))


def test_server(out):
    stubs = generate(PROTOCOLS, out)
    program = compile_program(out, "server", [
        *VFS, *library(), *stubs, "tests/host/vfs/kernel.c", "tests/host/vfs/proc_server.c",
        "tests/host/vfs/test_server.c"], {"servers/vfs/main.c": ["-Dmain=vfs_main"]})
    print(run([program]))
