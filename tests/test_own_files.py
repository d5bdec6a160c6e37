"""A learner's own files beside an exercise: a helper that was moved out of its file is built, checked, and graded when it is handed in."""
import os
import sys

import pytest

from conftest import ROOT, is_open
from grader_tree import broken, copy_sources

sys.path[:0] = [os.path.join(ROOT, "tools", "grade"), os.path.join(ROOT, "tools")]

import engine  # noqa: E402
import helpers  # noqa: E402
import submission  # noqa: E402

SEED = 0x5eed
RENDEZVOUS, MANIFEST = "kernel/ipc/rendezvous.c", "stages/1-ipc/stage.mk"
FIRST, AFTER = "/* The queued sender's message to t.", "status_t rendezvous_receive("
HEADER = '#pragma once\n#include "sched/thread.h"\nstruct endpoint;\nbool take_sender(struct endpoint *ep, struct thread *sender, struct thread *t);\n'
INCLUDES = ("take", "endpoint", "fault", "message", "reply")
NAMED = "kernel/ipc-y += take.o\n"

pytestmark = pytest.mark.skipif(is_open(), reason="the exercises of this tree are open")


@pytest.fixture(scope="module", name="tree")
def tree_with_a_helper_in_a_file_of_its_own(tmp_path_factory):
    top = str(tmp_path_factory.mktemp("own") / "tree")
    copy_sources(top)
    path = os.path.join(top, RENDEZVOUS)
    with open(path, encoding="utf-8") as f:
        text = f.read()
    at, end = text.index(FIRST), text.index(AFTER)
    write(path, text[:at].replace('#include "ipc/reply.h"\n', '#include "ipc/reply.h"\n#include "ipc/take.h"\n') + text[end:])
    write(os.path.join(top, "kernel/ipc/take.h"), HEADER)
    write(os.path.join(top, "kernel/ipc/take.c"), "".join(f'#include "ipc/{name}.h"\n' for name in INCLUDES)
          + '#include "microk/syscall.h"\n#include "sched/schedule.h"\n#include "sched/stats.h"\n\n' + text[at:end].replace("static bool", "bool"))
    with open(os.path.join(top, MANIFEST), "a", encoding="utf-8") as f:
        f.write(NAMED)
    return top


def write(path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


@pytest.mark.case("labs 5")
def test_it_works_in_the_learners_tree(tree):
    report = engine.grade(tree, 1, seed=SEED, only=["1.5"])
    assert report.full, report.text()


@pytest.mark.case("labs 5")
def test_it_works_when_it_is_handed_in(tree, tmp_path):
    """Of the submission's manifest only the file's name counts."""
    with broken(tree, MANIFEST, NAMED, NAMED + "$(shell touch made)\nkernel/cap-y += ../cap/mine.o none.o $(shell touch made).o\n"):
        report = submission.grade_submission(tree, 1, seed=SEED, only=["1.5"], out=str(tmp_path / "out"))
    assert report.full, report.text()
    assert "Built, too, as the submission's manifests ask: kernel/ipc/take.c." in report.notes
    assert "kernel/ipc/take.c: added" in "\n".join(report.notes)


@pytest.mark.case("labs 5")
def test_one_that_no_manifest_names_is_missed_in_plain_words(tree):
    with broken(tree, MANIFEST, NAMED, ""):
        report = engine.grade(tree, 1, seed=SEED, only=["1.5"])
    assert report.result("1.0.a").came == "linking: nothing defines take_sender"
    said = report.result("1.5.a")
    assert said.status == "BUILD ERROR" and "take_sender is used, and nothing in a unit check defines it" in said.came and "stage.mk" in said.came


# Lab 3's exercises lie in a library and in programs.
MAP, SERVER, ROUTE = "servers/vfs/ext2/map.c", "servers/vfs/build.mk", "lib/fileserver/serve.c"
LEVELS, LEVELS_END = "/* The levels above a logical block, which", "static enum microk_status slot_find("
OF_ROUTE, OF_ROUTE_END = "void serve_route(struct request *r)\n", "static void closed(u64 badge)\n"


@pytest.fixture(scope="module", name="files")
def tree_with_a_helper_in_a_program_and_one_in_a_library(tmp_path_factory):
    top = str(tmp_path_factory.mktemp("files") / "tree")
    copy_sources(top)
    for path, first, end, header, name, declares, manifest, named in (
            (MAP, LEVELS, LEVELS_END, "servers/vfs/ext2/volume.h", "levels", "u32 levels_of(const struct ext2 *e, u64 *logical);", SERVER, "objs-y += ext2/levels.o\n"),
            (ROUTE, OF_ROUTE, OF_ROUTE_END, "lib/fileserver/serve_parts.h", "route", "void serve_route(struct request *r);", "stages/3-vfs/stage.mk", "lib/fileserver-y += route.o\n")):
        with open(os.path.join(top, path), encoding="utf-8") as f:
            text = f.read()
        at, stop = text.index(first), text.index(end)
        includes = "".join(line + "\n" for line in text.splitlines() if line.startswith("#include"))
        folder = os.path.dirname(path)
        write(os.path.join(top, path), text[:at].replace("#include", f'#include "{folder}/{name}.h"\n#include', 1) + text[stop:])
        write(os.path.join(top, folder, f"{name}.h"), f'#pragma once\n#include "{header}"\n{declares}\n')
        write(os.path.join(top, folder, f"{name}.c"), includes + f'#include "{folder}/{name}.h"\n' + text[at:stop].replace("static ", ""))
        with open(os.path.join(top, manifest), "a", encoding="utf-8") as f:
            f.write(named)
    return top


@pytest.mark.case("labs 5")
def test_it_works_in_a_program_and_in_a_servers_library(files):
    report = engine.grade(files, 3, seed=SEED, only=["3.1.a", "3.5.i"])
    assert report.full, report.text()


@pytest.mark.case("labs 5")
def test_it_works_when_a_program_is_handed_in(files, tmp_path):
    report = submission.grade_submission(files, 3, seed=SEED, only=["start.a", "3.1.a", "3.5.i"], out=str(tmp_path / "out"))
    assert report.full, report.text()
    assert "Built, too, as the submission's manifests ask: servers/vfs/ext2/levels.c, lib/fileserver/route.c." in report.notes


class Tree(dict):
    """The part of a Listing that is asked for: {path: text}."""
    files = property(lambda self: sorted(self))
    text = dict.__getitem__

    def size(self, path):
        return len(self[path])


OPEN = "/* EXERCISE 3.1 open-read-close: begin */\n/* EXERCISE 3.1 open-read-close: end */\n"
OURS = Tree({MANIFEST: "kernel/ipc-y += a.o", "kernel/ipc/a.c": "", "kernel/cap/later.c": "", "kernel/ipc/a.h": "", SERVER: "objs-y += main.o",
             "servers/vfs/main.c": "", MAP: "", ROUTE: OPEN, "lib/microk/print.c": "", "user/runtime/start.c": "", "user/runtime/build.mk": ""})


@pytest.mark.parametrize("line, taken", [
    ("kernel/ipc-y += mine.o", True), ("kernel/ipc-y += start.S.o", True), ("kernel/ipc-y += my-own.o", True), ("kernel/ipc-y += -mine.o", False), ("kernel-y += kernel/ipc/mine.o", True),
    ("kernel/ipc-y += a.o", False), ("kernel/cap-y += later.o", False), ("kernel/ipc-y += absent.o", False), ("kernel/new-y += mine.o", False),
    ("kernel/ipc-y += ../ipc/mine.o", False), ("lib/microk-y += mine.o", False), ("kernel/ipc-y += mine.c", False),
    ("kernel/ipc-y += $(shell id).o", False), ("include mine.mk", False), ("claims += kernel/*", False),
])
def test_only_the_name_of_an_added_file_is_taken(line, taken):
    theirs = Tree({MANIFEST: line, **{f"kernel/ipc/{name}": "" for name in ("a.c", "mine.c", "my-own.c", "-mine.c", "start.S", "$(shell id).c")},
                   "kernel/cap/later.c": "", "kernel/new/mine.c": "", "lib/microk/mine.c": ""})
    found, not_built = helpers.added(theirs, OURS)
    assert bool(found) == taken
    assert not (found and not_built)


@pytest.mark.case("labs 5")
def test_a_file_that_is_named_and_not_built_is_reported():
    theirs = Tree({MANIFEST: "kernel/new-y += mine.o\nkernel/ipc-y += mine.o", "kernel/new/mine.c": "", "kernel/ipc/mine.c": ""})
    assert helpers.added(theirs, OURS) == ({MANIFEST: [("kernel/ipc/mine.o", "kernel/ipc/mine.c")]}, ["kernel/new/mine.c"])


@pytest.mark.case("labs 5")
def test_of_programs_and_libraries_only_those_with_exercises_are_open():
    """All test programs are linked with the other libraries."""
    mine = {f"{folder}/mine.c": "" for folder in ("servers/vfs", "servers/vfs/ext2", "lib/fileserver", "lib/microk", "user/runtime")}
    lines = "lib/fileserver-y += mine.o\nlib/microk-y += mine.o\nuser/runtime-y += mine.o\nservers/vfs-y += ext2/mine.o\n"
    found, not_built = helpers.added(Tree({MANIFEST: lines, SERVER: "objs-y += mine.o ext2/mine.o ../init/mine.o", "user/runtime/build.mk": "objs-y += mine.o", **mine}), OURS)
    assert not_built == ["lib/microk/mine.c", "user/runtime/mine.c"]
    assert {word for files in found.values() for word, _ in files} == {"lib/fileserver/mine.o", "servers/vfs/ext2/mine.o", "servers/vfs/mine.o"}


@pytest.mark.parametrize("manifest, word, line", [
    (MANIFEST, "kernel/ipc/mine.o", "kernel/ipc-y += mine.o"), (MANIFEST, "lib/fileserver/mine.o", "lib/fileserver-y += mine.o"),
    (MANIFEST, "servers/vfs/ext2/mine.o", "servers/vfs-y += ext2/mine.o"), (SERVER, "servers/vfs/ext2/mine.o", "objs-y += ext2/mine.o"),
])
def test_an_added_file_is_named_as_make_reads_it(manifest, word, line):
    assert helpers.line_of(manifest, word, ROOT) == line + "\n"


@pytest.mark.case("labs 5")
def test_a_huge_manifest_is_not_read():
    """It is read by this process, outside of the sandbox, and has no limit of time there."""
    class Unread(Tree):
        text = None
    lines = "a-y += b\n" * (helpers.LONGEST_MANIFEST // 9 + 1)
    assert helpers.added(Unread({MANIFEST: lines + "kernel/ipc-y += mine.o", "kernel/ipc/mine.c": ""}), OURS) == ({}, [])
