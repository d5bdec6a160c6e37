"""The shell on the host, under sanitizers: its pure parts, and a person's session with all of it."""
import glob
import os

import pytest

from host_build import (ROOT, apart, compile_program, fileserver, generate, in_folder, joined, library, names, proc_of_files, run, sources,
                        vfs_without_disk)

MEMORY = ["lib/microk/pause.c", "lib/microk/defer.c", "tests/host/vfs/memory.c", "user/runtime/output_file.c"]
NAMESPACE = in_folder("lib/namespace")
TRACE = ["lib/trace/table.c"]
PROTOCOLS = [f"protocols/{name}" for name in ("file", "dir", "pci", "supervise", "inspect", "log", "power", "process", "tty")]
MAINS = {f"{folder}/main.c": [f"-Dmain={os.path.basename(folder)}_main"]
         for folder in ("servers/vfs", "servers/proc", "servers/log", "servers/power", "user/shell")}


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return str(tmp_path_factory.mktemp("shell"))


@pytest.fixture(scope="module")
def stubs(out):
    return generate(PROTOCOLS) + [names(PROTOCOLS, out)]


def test_every_file_is_built():
    for folder in ("user/shell", "servers/vfs", "servers/proc", "servers/dev", "servers/log", "servers/power"):
        there = {os.path.relpath(p, ROOT) for p in glob.glob(os.path.join(ROOT, folder, "**/*.c"), recursive=True)}
        assert there == {*sources(folder), *joined(folder)}


def test_editor(out, seed):
    print(run([compile_program(out, "editor", [
        "user/shell/editor.c", "user/shell/keys.c", "user/shell/history.c", "lib/microk/print.c",
        "tests/host/shell/test_editor.c"]), seed]))


def test_words(out, stubs, seed):
    objects = [s for s in sources("user/shell") if not s.endswith("/main.c")]
    print(run([compile_program(out, "words", [
        *objects, *NAMESPACE, *TRACE, *library(), *MEMORY, *stubs, "tests/host/vfs/kernel.c", "tests/host/shell/test_words.c"]), seed]))


def test_trace(out, seed):
    print(run([compile_program(out, "trace", [*TRACE, "lib/microk/print.c", "tests/host/shell/test_trace.c"]), seed]))


def test_captree(out, seed):
    print(run([compile_program(out, "captree", [
        "user/shell/captree.c", "user/shell/derived.c", "user/shell/sort.c", "tests/host/shell/test_captree.c"]), seed]))


def test_session(out, stubs):
    # vfs and proc are each linked with a library of files of its own.
    servers = [apart(out, name, [*own, *fileserver()], [f"{name}_main", f"opening_count={name}_open_count"], MAINS)
               for name, own in (("vfs", vfs_without_disk()), ("proc", proc_of_files()))]
    servers.append(apart(out, "tested", ["tests/host/fileserver/memfs.c", "tests/host/fileserver/server.c", *fileserver()],
                         ["tested_run", "tested_descriptions", "tested_nodes"]))
    print(run([compile_program(out, "session", [
        *(source for folder in ("user/shell", "servers/log", "servers/power") for source in sources(folder)),
        *NAMESPACE, *TRACE, *library(), *MEMORY, *stubs, "tests/host/vfs/kernel.c",
        "tests/host/vfs/proc_server.c", "tests/host/shell/test_session.c"], MAINS, servers)]))
