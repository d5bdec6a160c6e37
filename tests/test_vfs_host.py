"""The VFS server and the servers of /proc and /dev on the host, under sanitizers: their parts, and all of each through generated stubs."""
import hashlib

import pytest

from host_build import proc_of_files, compile_program, fileserver, generate, library, run, sources, vfs_without_disk

PROTOCOLS = [f"protocols/{name}" for name in ("file", "dir", "disk", "pci", "supervise", "inspect")]


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return str(tmp_path_factory.mktemp("vfs"))


@pytest.mark.parametrize("part", ["path", "archive"])
def test_part(out, seed, part):
    program = compile_program(out, part, ["lib/fileserver/path.c", "lib/fileserver/mount.c", "lib/fileserver/name.c", "lib/fileserver/walked.c", "servers/vfs/archivefs.c",
                                          "lib/archive/archive.c", "lib/microk/string.c", f"tests/host/vfs/test_{part}.c"])
    print(run([program, seed]))


@pytest.mark.parametrize("name,own", [("vfs", vfs_without_disk()), ("proc", proc_of_files())])
def test_server(out, name, own):
    stubs = generate(PROTOCOLS)
    program = compile_program(out, name, [
        *own, *fileserver(), *library(), "lib/microk/defer.c", *stubs, "tests/host/vfs/kernel.c", "tests/host/vfs/memory.c",
        "tests/host/vfs/proc_server.c", "tests/host/vfs/client.c", f"tests/host/vfs/test_{name}.c"],
        {f"servers/{name}/main.c": [f"-Dmain={name}_main"]})
    print(run([program]))


@pytest.mark.parametrize("how", ["", "no generator", "no disk", "4 KiB blocks"])
def test_dev(out, how):
    own = [*(s for s in sources("servers/dev") if not s.endswith("/rdrand.c")), "lib/driver/ring_client.c"]  # the test has a generator
    stubs = generate(PROTOCOLS)
    program = compile_program(out, "dev", [
        *own, *fileserver(), *library(), "lib/microk/defer.c", *stubs, "tests/host/vfs/kernel.c", "tests/host/vfs/memory.c",
        "tests/host/vfs/client.c", "tests/host/vfs/test_dev.c"], {"servers/dev/main.c": ["-Dmain=dev_main"]})
    print(run([program, how]))


def test_random(out):
    program = compile_program(out, "random", [
        *[f"servers/dev/{n}.c" for n in ("blake2s", "chacha20", "random")], *library(), "tests/host/vfs/test_random.c",
        *generate(["protocols/file", "protocols/supervise"]), "tests/host/vfs/kernel.c"])
    print(run([program]))
    message = bytes(i % 256 for i in range(300))
    assert run([program, "hashes"]).split() == [hashlib.blake2s(message[:size]).hexdigest() for size in range(301)]
