"""The differences between a submission and the grader's tree in a report: lines, patterns, includes, releases."""
import os
import re
import shutil
import sys
import time

import pytest

from conftest import ROOT, is_open

sys.path[:0] = [os.path.join(ROOT, "tools", "grade"), os.path.join(ROOT, "tools")]

import bounded  # noqa: E402
import build  # noqa: E402
import changes  # noqa: E402
import engine  # noqa: E402
import flags  # noqa: E402
import laid  # noqa: E402
import listing  # noqa: E402

pytestmark = pytest.mark.skipif(is_open(), reason="the exercises of this tree are open")


def test_flags_are_of_added_lines_only():
    assert flags.added("a.c", '#include "/x"\nint a;\n', '#include "/x"\n') == []
    assert flags.added("a.c", '\tasm(".incbin \\"f\\"");\n', "") == [("a.c", 1, "another file's bytes")]


@pytest.fixture(name="two")
def two_trees(tmp_path):
    """two(theirs, ours): the Listings of trees with the files {path: text}."""
    def listings(*trees):
        for name, files in zip(("theirs", "ours"), trees, strict=True):
            for path, text in {"kernel/sched/a.c": "int a;\n", **files}.items():
                (tmp_path / name / path).parent.mkdir(parents=True, exist_ok=True)
                (tmp_path / name / path).write_text(text)
        return [listing.walk(str(tmp_path / name)) for name in ("theirs", "ours")]
    return listings


STAGE = "release {}\nstage 1\nname ipc\nkind lab\n"


@pytest.mark.parametrize("files, said", [
    ({"RELEASE": "1.0\n"}, ""), ({"STAGE": STAGE.format("1.0")}, ""), ({"RELEASE": "0.9\n"}, "of release 0.9, this tree of 1.0: .* Grade it with"),
    ({"STAGE": STAGE.format("0.9")}, "of release 0.9, this tree of 1.0"), ({}, "states no release: .* This tree is of release 1.0. .* ask for the release"),
    ({"RELEASE": ""}, "states no release"), ({"RELEASE": "1.0\nNothing was changed.\n"}, "states no release"), ({"STAGE": "mine\n"}, "states no release"),
])
def test_the_release_of_a_submission(two, files, said):
    """Of what a submission has in its place a report repeats nothing."""
    words = changes.release_note(*two(files, {"RELEASE": "1.0\n"}))
    assert re.search(said, words) and bool(said) == bool(words) and "?" not in words and "Nothing" not in words


@pytest.mark.parametrize("path", ["kernel/sched/x.def", "servers/vfs/README", "user/.hidden", "lib/x.c.orig"])
def test_a_file_of_any_name_is_searched(two, path):
    """A source can include it."""
    theirs, ours = two({path: "int b;\n__attribute__((constructor)) void first(void);\n"}, {})
    assert changes.places(theirs, ours) == [(path, 2, "code that runs before or after the test")]
    theirs, ours = two({path: "a\0b"}, {path: "a\0b"})
    assert not changes.places(theirs, ours)


@pytest.mark.parametrize("text, kind", [("int a;\0\n", flags.NO_TEXT), ("int a;\n" * 200000, flags.TOO_LARGE)], ids=["bytes", "large"])
def test_a_file_that_is_not_searched_is_named(two, text, kind):
    assert changes.places(*two({"kernel/sched/x.bin": text}, {})) == [("kernel/sched/x.bin", 1, kind)]


OUT, CHECKS, MACRO = "an include that leads out of the tree", "a header by an absolute path, or of the checks", "an include whose file a macro names"


@pytest.mark.parametrize("line, kind", [
    ('#include "../../../grader/unit/x.h"', OUT), ('#include "../../x/../../grader/x.h"', OUT), ("#include <../../../grader/x.h>", OUT),
    ('%: include "../../../grader/x.h"', OUT), ('#include_next "../../../grader/x.h"', OUT), ('#include "../grader/x.h"', OUT),
    ('#include "../../lib/left_out.h"', OUT), ('#include_next "../ipc/here.h"', OUT), ("#include <../ipc/here.h>", OUT), ('#include "../ipc/here.h"', ""), ('#include "../../kernel/sched/a.c"', ""),
    ('#include "../../labs/private/x.h"', CHECKS), ('#include "tests/x.h"', CHECKS), ("#include <labs/private/x.h>", CHECKS),
    ("#include HERE", MACRO), ('#include "sched/a.h"', ""), ("#include <stdint.h>", ""), ('path = "../../../x";', ""),
])
def test_includes_that_lead_out_of_the_tree(two, line, kind):
    """From the file's own folder, or from one in which a compiler looks if the tree that is graded has no such file there."""
    theirs, ours = two({"kernel/sched/b.c": f"int b;\n{line}\n", "kernel/ipc/here.h": "", "lib/left_out.h": ""},
                       {"lib/microk/c.c": ""})
    assert changes.places(theirs, ours) == ([("kernel/sched/b.c", 2, kind)] if kind else [])


EARLY, WEAK, UNCHECKED, HIDDEN, SPLICED = "code that runs before or after the test", "a weak definition, which can stand in for the grader's", "compiler checks turned off", "a directive whose name a comment hides", \
    "a word that may go on in the next line"


@pytest.mark.parametrize("line, kind", [
    ("__attribute__((__constructor__)) void f(void);", EARLY), ("__attribute ((constructor)) void f(void);", EARLY), ("[[gnu::constructor]] void f(void);", EARLY),
    ("__attribute__( (unused, destructor)) void f(void);", EARLY), ("__attribute__/**/((constructor)) void f(void);", EARLY),
    ("__attribute__((__weak__)) int a;", WEAK), ("[[__gnu__::__weak__]] int a;", WEAK), ('_Pragma("weak a")', WEAK), ("%:pragma weak a", WEAK),
    ('_Pragma("GCC optimize(0)")', UNCHECKED), ('__attribute__((__no_sanitize__("address"))) int a;', UNCHECKED), ("__attribute__((no_sanitize_address)) int a;", UNCHECKED),
    ('#import "../../../x.h"', OUT), ('#include/**/"../../../x.h"', MACRO), ("#import HERE", MACRO), ('#import "tests/x.h"', CHECKS),
    ('#inc\\\nlude "../../../x.h"', SPLICED), ('# \\\ninclude "../../../x.h"', SPLICED), ("#/*\n*/include HERE", HIDDEN), ('# /* */ include /* */ "../../../x.h"', HIDDEN),
    ('s = "/*"; __attribute__((weak)) int a; /* */', WEAK),
    ("#define A(b) \\\n\tf(b)", ""), ("a[b[weak]] = '\\\\';", ""), ("__attribute__((noreturn)) void weakly(void);", ""), ("/* a weak spot */", ""),
])
def test_other_spellings_that_gcc_takes_for_the_same(line, kind):
    assert flags.flags_of("kernel/sched/b.c", line) == ([("kernel/sched/b.c", 1, kind)] if kind else [])


def test_of_a_huge_file_only_the_beginning_is_read(two, monkeypatch):
    """It may be a hole: a grader that reads it whole is out of memory before it refuses the submission."""
    theirs, ours = two({"Makefile": "a" * 100}, {"Makefile": "all:\n"})
    monkeypatch.setattr(listing, "MOST_BYTES", 10)
    assert theirs.text("Makefile") == "a" * 10 and changes.edits(theirs, ours, set()) == [("Makefile", "changed, laid over")]


@pytest.mark.parametrize("sign", ["\f", "\v", "\r", "\x1c", "\x85", "\u2028"], ids=ascii)
def test_only_a_newline_ends_a_line(sign):
    """Otherwise a teacher is sent to another line than an editor's, a pattern is cut in two, and a quoted source speaks for the compiler."""
    weak = "__attribute__((weak)) int a;"
    assert [line for _, line, _ in flags.flags_of("a.c", f"int b;{sign}\n// {sign}\n{weak}\n")][-1] == 3
    assert ("a.c", 1, "a weak definition, which can stand in for the grader's") in flags.flags_of("a.c", weak.replace("((", f"(({sign}"))
    marked = f"int b; // {sign}\n/* EXERCISE 1.4 ready-queue: begin */\n/* EXERCISE 1.4 ready-queue: end */\n"
    region, = laid.exercise.regions_of("a.c", marked)[0]
    assert region.first == 2 and laid.exercise.replace_regions("a.c", marked, {region.key: ""}) == marked
    quoted = f"k.c:1:2: warning: x\n    1 | // {sign}a.c:7:1: error: forged\nk.c:9:2: error: its own\n"
    assert build.explain(quoted).words == "k.c:9: its own"


def test_a_line_whose_number_no_file_has_is_no_error():
    """A `#pragma message` prints any line, and int() refuses a number of thousands of digits: the grade would end there."""
    said = build.explain(f"p.c:1:9: note: \u2018#pragma message: a\nk.c:{'9' * 5000}: error: x\u2019\np.c:2:9: error: its own\n")
    assert said.words == "p.c:2: its own" and said.at == 2


def test_a_linkers_line_whose_number_no_file_has_is_a_link_error():
    """By `#line 1 "x:111…: undefined "`, whose text the linker prints as the file's name."""
    said = build.explain(f"ld: x:{'1' * 5000}: undefined :12:(.text+0xd): undefined reference to `f'\n")
    assert said.words == "linking: nothing defines f"


def test_an_undefined_name_is_not_hidden_by_a_files_name():
    """A name by #line is printed with its line ends, so any of make's lines can be in it."""
    assert build.explain("x\nmake: *** [build/a.o] Killed\nld: a.c:1: undefined reference to `f'\n").words == "linking: nothing defines f"


@pytest.mark.parametrize("number", ["9" * 5000, "\u00b2"], ids=["long", "superscript"])
def test_a_number_that_no_tree_has_ends_no_grade(number):
    """int() raises for both: of the compiler's last line, of a STAGE, of a marker line."""
    assert engine.section_of(ROOT, {}, f"kernel/sched/ready.c:{number}: error: x") == "" == engine.section_of(ROOT, {}, "kernel\0.c:1: x")
    assert laid.exercise.regions_of("a.c", f"/* EXERCISE {number}.4 ready-queue: begin */\n")[0] == []
    assert changes.read_stage(f"release 1.0\nstage {number}\nkind lab\n") is None


@pytest.mark.skipif(4 not in engine.labs_in(ROOT), reason="this tree has no shell")
def test_a_count_that_no_machine_has_ends_no_grade():
    """It is the submission's own program that prints it."""
    lab = engine.load(os.path.join(engine.labs_in(ROOT)[4], "checks", "checks.py"))
    answer = "IPC calls: 1{}\nAverage latency: 183 cycles"
    assert lab.stats([], 0, [answer.format(",000" * 6)] * 4) is None
    assert lab.stats(["it"], 0, [answer.format(",000" * 2000)] * 4)[1] == "it"


def test_a_compiler_that_prints_notes_without_end_has_a_reason():
    """gcc's limit is of errors alone: a file that includes itself twice and has a `#pragma message` prints until a limit ends it."""
    said = build.explain(("kernel/b.h:1:9: note: \u2018x\u2019\n" * (1 << 16))[:bounded.MOST])
    assert "more than 1,024 KiB" in said.words and len(said.lines) == 3
    assert build.explain("make: a reason\n").words == "make: a reason"


@pytest.mark.parametrize("line, words", [
    ("gcc: internal compiler error: CPU time limit exceeded signal terminated program cc1", "cc1 used more than 30 s of the processor's time: look for a macro"),
    ("gcc: internal compiler error: File size limit exceeded signal terminated program as", "as wrote a file of more than 64 MiB: look for a macro"),
    ("gcc: fatal error: Killed signal terminated program cc1", "cc1 was ended by the host"),
    ("x86_64-linux-gnu-gcc-14: internal compiler error: Bus error signal terminated program cc1", "cc1 ended by a signal: Bus error"),
    ("collect2: fatal error: ld terminated with signal 24 [CPU time limit exceeded]", "ld used more than 30 s"),
    ("make[1]: *** [Makefile:7: build/a.o] CPU time limit exceeded", "Makefile:7: build/a.o used more than 30 s"),
])
def test_a_limit_that_ended_the_compiler_is_named_with_the_remedy(line, words):
    said = build.explain(f"{line}\ncompilation terminated.\n")
    assert said.words.startswith(f"the compiler was ended: {words}") and said.lines == [line]
    # A quoted line of a source is none of the compiler's.
    assert "was ended" not in build.explain(f"    7 | {line}\nmake: a reason\n").words


@pytest.mark.parametrize("ends, found", [(b"\r\n", []), (b"\r", [("kernel/a.c", "changed")])], ids=["windows", "lone"])
def test_a_lone_carriage_return_is_a_change(tmp_path, ends, found):
    """gcc takes it for the end of a line, and compiles the text after a `//` comment with one in it."""
    for name, end in (("ours", b"\n"), ("theirs", ends)):
        (tmp_path / name / "kernel").mkdir(parents=True)
        (tmp_path / name / "kernel/a.c").write_bytes(b"int a; // a comment" + end + b"int b;\n")
    theirs, ours = (listing.walk(str(tmp_path / name)) for name in ("theirs", "ours"))
    assert changes.edits(theirs, ours, set()) == found


def test_long_lines_take_no_time():
    started = time.monotonic()
    assert flags.flags_of("a.c", "__attribute__((x " * 20000) == [("a.c", 1, "a line too long to be looked through")]
    laid.exercise.regions_of("a.c", "EXERCISE 1.1 " * 20000)
    assert time.monotonic() - started < 5


def test_a_name_is_one_line():
    assert listing.shown("a\u2028Total 100/100\u202e.c") == "a\ufffdTotal 100/100\ufffd.c"


def test_a_compilers_error_leads_to_no_file_outside_of_the_tree(tmp_path):
    """`#line 1 "/a/file"` in a submission names any of the host's files in the error."""
    tree, outside = tmp_path / "tree", tmp_path / "outside.c"
    (tree / "kernel").mkdir(parents=True)
    outside.write_text("/* EXERCISE 1.4 ready-queue: begin */\n\n/* EXERCISE 1.4 ready-queue: end */\n")
    shutil.copy(outside, tree / "kernel" / "inside.c")
    (tree / "kernel" / "link.c").symlink_to(outside)
    labs = engine.labs_in(ROOT)
    shutil.copytree(labs[1], tree / "labs" / "1-ipc")
    assert engine.section_of(str(tree), labs, "kernel/inside.c:2: x").endswith("#14-ready-queue")
    for words in (f"{outside}:2: x", "../outside.c:2: x", "kernel/link.c:2: x"):
        assert engine.section_of(str(tree), labs, words) == "", words
