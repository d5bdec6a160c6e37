"""A unit's harness beside the code under test, which may use of it only what stands in for the kernel."""
import os
import re
import subprocess
import sys

import pytest

from conftest import ROOT, is_open

sys.path[:0] = [os.path.join(ROOT, "tools", "grade"), os.path.join(ROOT, "tools")]

import calls  # noqa: E402
import declared  # noqa: E402
import engine  # noqa: E402
import objects  # noqa: E402
import unit  # noqa: E402

HEADER = """
#pragma once
#define MACRO(name) extern int name; \\
	extern int continued
/* extern int commented; */
struct tag { int member; } of_tag;
enum { CONSTANT = 3 };
typedef int type_name;
static inline int local(int parameter) { int inner = 1; return inner + parameter; }
extern struct tag array[CONSTANT], *pointer;
_Noreturn void leaves(const char *format, ...) __attribute__((format(printf, 1, 2)));
"""


def test_a_header_declares_functions_and_variables():
    assert declared.names_in(HEADER) == {"of_tag", "array", "pointer", "leaves"}
    assert {"MACRO", "continued"} <= declared.words_in(HEADER) and "commented" not in declared.words_in(HEADER)


@pytest.mark.parametrize("host, said", [({"getenv"}, "getenv is used, which is the host's"), (set(), None)])
def test_a_file_around_the_exercises_calls_no_library(host, said):
    """It may use what is not there, because not all of it is linked."""
    found = objects.wrong({"a.o": [("getenv", "U"), ("memcpy", "U")]}, [], ["a.o"], [], library=["a.o"], host={*host, "memcpy"})
    assert [words for _, words in found] == ([f"{said} and not the kernel's"] if said else [])


@pytest.mark.skipif(is_open(), reason="the exercises of this tree are open")
def test_the_harness_shows_only_what_stands_in_for_the_kernel(tmp_path):
    """Its counters and helpers are local: an assembler's label does not reach them either."""
    lab = engine.labs_in(ROOT)[1]
    parts = engine.load(os.path.join(lab, "checks", "checks.py")).UNITS["reply"]
    program = unit.Units(ROOT, str(tmp_path), seed=1).compile(os.path.join(lab, "checks/host"), "reply", parts)[1]
    whole = os.path.join(os.path.dirname(program), "harness.o")
    listing = subprocess.run(["nm", "-A", "-P", whole], text=True, capture_output=True, check=True).stdout
    seen = calls.of_kind(objects.symbols_of(listing), calls.FUNCTIONS + calls.DATA + "C")
    assert {"main", "upward", "thread_wake"} <= seen and not seen & {"wakes", "reports", "unit_fail", "unit_calls", "text"}
    assert seen - {"main"} <= declared.names_below(os.path.join(ROOT, "kernel"))


def test_a_name_may_be_longer_than_a_command_line(tmp_path):
    """A submission with such a name must get a grade: its points did not count, because objcopy could not be started."""
    name, units = "x" * 200_000, unit.Units(ROOT, str(tmp_path))
    tested = units.assemble(str(tmp_path), "tested", f"\t.globl {name}\n{name}:\n\tret\n")
    harness = units.assemble(str(tmp_path), "main", f"\t.globl main\nmain:\n\tcall {name}\n\tret\n")
    units.link_alone(str(tmp_path / "program"), {tested: "tested.c"}, {harness: "main.c"}, {}, set(), set())
    listing = subprocess.run(["nm", "-P", tmp_path / "program"], text=True, capture_output=True, check=True).stdout
    assert f"{name} T" in listing


def test_each_source_has_an_object_of_a_plain_name():
    sources = ["kernel/a b.c", "kernel/a_b.c", "kernel/a/b.c", "kernel/a[b].c", "kernel/a: b.c", "kernel/" + "x" * 250 + ".c"]
    names = {unit.object_name(source) for source in sources}
    assert len(names) == len(sources) and all(len(name) < 120 and re.fullmatch(r"[\w.-]+", name, re.A) for name in names)


def test_an_exercise_in_very_many_files_is_not_compiled(tmp_path):
    """Their compilation could take longer than a term's grader waits, and then the submission has no grade."""
    (tmp_path / "kernel").mkdir()
    for number in range(unit.MOST_FILES + 1):
        (tmp_path / f"kernel/part{number}.c").write_text("/* EXERCISE 1.4 ready-queue: begin */\n")
    with pytest.raises(unit.BuildError, match="marker lines in 33 files"):
        unit.sources_of(str(tmp_path), {"file": "kernel/part0.c", "regions": ["1.4"]})


def test_the_variables_lie_elsewhere_in_each_run(tmp_path):
    places = {unit.Units(ROOT, str(tmp_path), seed=seed).place() for seed in range(100)}
    assert len(places) == 100 and all(unit.SHARED <= place < unit.SHARED + unit.ROOM and place % 64 == 0 for place in places)


@pytest.mark.case("labs 8", "labs 11")
def test_numbers_in_words(tmp_path):
    """Small ones are decimal; memory that still holds the harness's filling was never written."""
    program, include = str(tmp_path / "words"), ["-Itools/grade/unit", "-Ikernel", "-Ikernel/include"]
    (tmp_path / "main.c").write_text('#include "unit.h"\n#include <stdio.h>\nint main(void)\n{\n'
                                     '\tconst u64 all[] = {-1ul, 5000, 0x401234, 0xa5a5a5a5a5a5a5a5ul};\n'
                                     '\tfor (int i = 0; i < 4; i++)\n\t\tputs(number_word(all[i]));\n}\n')
    subprocess.run(["gcc", "-std=gnu17", *include, "-o", program, str(tmp_path / "main.c"), "tools/grade/unit/words.c"], cwd=ROOT, check=True)
    assert subprocess.run([program], text=True, capture_output=True, check=True).stdout.splitlines() == ["-1", "5000", "0x401234", "it was never written"]
