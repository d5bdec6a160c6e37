"""The VFS server and the server of /proc on the host, under sanitizers: their parts, and all of each through generated stubs."""
import random

import pytest

from host_build import compile_program, generate, library, run

FILESERVER = [f"lib/fileserver/{n}.c" for n in ("account", "description", "handle", "keep", "lent", "mount", "name", "once", "opening", "path", "serve",
                                               "serve_abandon", "serve_dir", "serve_names", "serve_file", "waiting")]
STATE = [f"lib/state/{n}.c" for n in ("replies", "state", "store")]
VFS = [f"servers/vfs/{n}.c" for n in ("archivefs", "main")] + ["tests/host/vfs/no_disk.c", "lib/archive/archive.c"]
PROC = [f"servers/proc/{n}.c" for n in ("procfs", "proc_text", "snapshot", "main")]
PROTOCOLS = [f"protocols/{name}" for name in ("file", "dir", "supervise", "inspect")]


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return str(tmp_path_factory.mktemp("vfs"))


@pytest.fixture(scope="module")
def seed():
    return str(random.SystemRandom().randrange(1, 1 << 60))


@pytest.mark.parametrize("part", ["path", "archive"])
def test_part(out, seed, part):
    program = compile_program(out, part, ["lib/fileserver/path.c", "lib/fileserver/mount.c", "lib/fileserver/name.c", "servers/vfs/archivefs.c",
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
