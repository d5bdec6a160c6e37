"""lib/fileserver on the host, under sanitizers, over a file system in memory and over ext2: every operation, clients of every kind, and instances that end after any
store into the memory that outlives them."""
import pytest

import test_ext2_host as ext2
from host_build import ROOT, apart, compile_program, generate, in_folder, library, run
from random_seed import SEED

PROTOCOLS = [f"protocols/{name}" for name in ("file", "dir", "supervise")]
SERVED = ["server", "slots", "message", "method", "stub", "defer", "string"]  # the server's own of lib/microk
SEEN = ["tested_run", "tested_descriptions", "tested_nodes", "tested_holds", "tested_waiting", "tested_check"]
HERE = "tests/host/fileserver"
# The functions that tests/host/ext2/kit.c calls: it is outside of the server, as a machine is.
KIT_NEEDS = ["cache_start", "cache_poll", "cache_extra", "cache_state_bytes", "cache_private_bytes", "ext2_mount", "ext2_unmount",
             "ext2_private_bytes", "ext2_read", "ext2_write", "ext2_lookup"]


def build(out, name, main, served, seen=(), test=(), defines=()):
    """The tests, and apart from them the server with the sources `served`, of whose names the test's `test` use `seen`."""
    stubs = generate(PROTOCOLS)
    server = apart(out, "tested", [
        *in_folder("lib/fileserver"), *in_folder("lib/state", "store.c"), *stubs, *[f"lib/microk/{n}.c" for n in SERVED],
        "tests/host/vfs/memory.c", *served], [*SEEN, *seen], defines)
    apart_only = ("memfs.c", "server.c", "server_ext2.c", "main.c", "main_ext2.c")
    return compile_program(out, name, [
        *in_folder(HERE, *apart_only), *in_folder("lib/namespace"), "lib/microk/lock.c", f"{HERE}/{main}", *test, *library(), *stubs, "tests/host/vfs/kernel.c"], (), [server])


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    return build(str(tmp_path_factory.mktemp("fileserver")), "fileserver", "main.c", [f"{HERE}/memfs.c", f"{HERE}/server.c"])


@pytest.fixture(scope="module")
def over_ext2(tmp_path_factory):
    defines = {source: ["-fno-strict-aliasing"] for source in ext2.SOURCES}
    return build(str(tmp_path_factory.mktemp("over_ext2")), "fileserver_ext2", "main_ext2.c", [*ext2.SOURCES, f"{HERE}/server_ext2.c"],
                 [*KIT_NEEDS, "cache_drop", "tested_refuse"], [f"{ext2.HERE}/kit.c"], defines)


def test_operations_and_clients(program):
    print(run([program, "1", "0"]))


@pytest.mark.parametrize("nth", range(3))
def test_instances_end_anywhere(program, nth):
    print(run([program, str(SEED + nth), "4000"]))


@pytest.mark.parametrize("blocks", ext2.BLOCKS)
@pytest.mark.parametrize("options", [["-j"], ["-O", "^has_journal"]], ids=["journal", "plain"])
def test_ext2_is_served(over_ext2, tmp_path, seed, blocks, options):
    image = ext2.make_image(f"{tmp_path}/image", blocks, *options)
    print(run([over_ext2, image, seed, "3000"]))
    ext2.fsck(image)
