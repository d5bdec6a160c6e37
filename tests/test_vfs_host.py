"""The VFS server and the servers of /proc and /dev on the host, under sanitizers: their parts, and all of each through generated stubs."""
import hashlib
import random

import pytest

from host_build import compile_program, generate, library, run

FILESERVER = [f"lib/fileserver/{n}.c" for n in ("account", "description", "handle", "keep", "lent", "mount", "name", "once", "opening", "path", "serve",
                                               "serve_abandon", "serve_dir", "serve_names", "serve_file", "waiting", "walked", "watch")]
STATE = [f"lib/state/{n}.c" for n in ("replies", "state", "store")]
VFS = [f"servers/vfs/{n}.c" for n in ("archivefs", "main")] + ["tests/host/vfs/no_disk.c", "lib/archive/archive.c", "lib/microk/command_line.c"]
PROC = [f"servers/proc/{n}.c" for n in ("procfs", "proc_mounts", "proc_pci", "proc_text", "snapshot", "main")]
DEV = [f"servers/dev/{n}.c" for n in ("blake2s", "chacha20", "devfs", "disks", "main", "random")] + ["lib/driver/ring_client.c"]
PROTOCOLS = [f"protocols/{name}" for name in ("file", "dir", "disk", "pci", "supervise", "inspect")]


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return str(tmp_path_factory.mktemp("vfs"))


@pytest.fixture(scope="module")
def seed():
    return str(random.SystemRandom().randrange(1, 1 << 60))


@pytest.mark.parametrize("part", ["path", "archive"])
def test_part(out, seed, part):
    program = compile_program(out, part, ["lib/fileserver/path.c", "lib/fileserver/mount.c", "lib/fileserver/name.c", "lib/fileserver/walked.c", "servers/vfs/archivefs.c",
                                          "lib/archive/archive.c", "lib/microk/string.c", f"tests/host/vfs/test_{part}.c"])
    print(run([program, seed]))


@pytest.mark.parametrize("name,own", [("vfs", VFS), ("proc", PROC)])
def test_server(out, name, own):
    stubs = generate(PROTOCOLS, out)
    program = compile_program(out, name, [
        *own, *FILESERVER, *STATE, *library(), "lib/microk/defer.c", *stubs, "tests/host/vfs/kernel.c", "tests/host/vfs/memory.c",
        "tests/host/vfs/proc_server.c", "tests/host/vfs/client.c", f"tests/host/vfs/test_{name}.c"],
        {f"servers/{name}/main.c": [f"-Dmain={name}_main"]})
    print(run([program]))


@pytest.mark.parametrize("how", ["", "no generator", "no disk", "4 KiB blocks"])
def test_dev(out, how):
    stubs = generate(PROTOCOLS, out)
    program = compile_program(out, "dev", [
        *DEV, *FILESERVER, *STATE, *library(), "lib/microk/defer.c", *stubs, "tests/host/vfs/kernel.c", "tests/host/vfs/memory.c",
        "tests/host/vfs/client.c", "tests/host/vfs/test_dev.c"], {"servers/dev/main.c": ["-Dmain=dev_main"]})
    print(run([program, how]))


def test_random(out):
    program = compile_program(out, "random", [
        *[f"servers/dev/{n}.c" for n in ("blake2s", "chacha20", "random")], *library(), "tests/host/vfs/test_random.c",
        *generate(["protocols/file", "protocols/supervise"], out), "tests/host/vfs/kernel.c"])
    print(run([program]))
    message = bytes(i % 256 for i in range(300))
    assert run([program, "hashes"]).split() == [hashlib.blake2s(message[:size]).hexdigest() for size in range(301)]
