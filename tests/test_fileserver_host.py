"""lib/fileserver on the host, under sanitizers, over a file system in memory: every operation, clients of every kind, and instances that end after any store."""
import glob
import os
import random

import pytest

from host_build import ROOT, apart, compile_program, generate, library, run

PROTOCOLS = [f"protocols/{name}" for name in ("file", "dir", "supervise")]
SERVED = ["server", "slots", "message", "method", "stub", "defer", "string"]  # the server's own of lib/microk
SEEN = ["tested_run", "tested_descriptions", "tested_nodes", "tested_holds", "tested_waiting", "tested_check"]


def in_folder(folder, *without):
    found = [os.path.relpath(p, ROOT) for p in sorted(glob.glob(f"{ROOT}/{folder}/*.c"))]
    return [p for p in found if os.path.basename(p) not in without]


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    out = str(tmp_path_factory.mktemp("fileserver"))
    stubs = generate(PROTOCOLS, out)
    server = apart(out, "tested", [
        *in_folder("lib/fileserver"), *in_folder("lib/state", "store.c"), *stubs, *[f"lib/microk/{n}.c" for n in SERVED],
        "tests/host/vfs/memory.c", "tests/host/fileserver/memfs.c", "tests/host/fileserver/server.c"], SEEN)
    return compile_program(out, "fileserver", [
        *in_folder("tests/host/fileserver", "memfs.c", "server.c"), *library(), *stubs, "tests/host/vfs/kernel.c"], (), [server])


def test_operations_and_clients(program):
    print(run([program, "1", "0"]))


@pytest.mark.parametrize("_", range(3))
def test_instances_end_anywhere(program, _):
    print(run([program, str(random.SystemRandom().randrange(1, 1 << 60)), "4000"]))
