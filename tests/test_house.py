"""The rules of the house that a machine can check in every source: layout, prose, and a kernel that stays small."""
import os
import pathlib
import re
import subprocess
import sys

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [os.path.join(ROOT, "tools"), os.path.join(ROOT, "tests")]

import conftest  # noqa: E402
import layout  # noqa: E402
import llvm  # noqa: E402
import prose  # noqa: E402
import size  # noqa: E402


@pytest.mark.skipif(os.path.exists(os.path.join(ROOT, "STAGE")), reason="a learner lays out code as they like")
def test_sources_are_laid_out_as_make_format_does():
    try:
        formatter = llvm.find("clang-format")
    except llvm.Missing as missing:
        pytest.skip(str(missing))
    files = subprocess.run(["git", "ls-files", "-z", "*.c"], cwd=ROOT, text=True, stdout=subprocess.PIPE, check=True).stdout
    done = subprocess.run([formatter, "--dry-run", "-Werror", *files.split("\0")[:-1]], cwd=ROOT, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    where = [line for line in done.stdout.splitlines() if "error:" in line]
    assert done.returncode == 0, "make format changes these:\n" + "\n".join(where[:20])


@pytest.mark.skipif(os.path.exists(os.path.join(ROOT, "STAGE")), reason="a learner lays out code as they like")
def test_sources_keep_the_rules_that_clang_format_leaves_open():
    """The rules of layout.py."""
    files = subprocess.run(["git", "ls-files", "-z", "*.c", "*.h"], cwd=ROOT, text=True, stdout=subprocess.PIPE, check=True).stdout
    found = []
    for name in files.split("\0")[:-1]:
        path = os.path.join(ROOT, name)
        if not os.path.isfile(path):
            continue
        with open(path, encoding="utf-8") as f:
            text = f.read()
        found += [f"{name}:{line}: p, !p, or a bool made of p != NULL" for line in layout.null_comparisons(text)]
        found += [f"{name}:{line}: the comment makes this line longer than {layout.COMMENT_COLUMNS} columns"
                  for line in layout.long_comments(text)]
        if name.endswith(".c"):
            found += [f"{name}:{line}: a blank line before this" for line in layout.missing_blank_lines(text)]
    assert not found, "\n".join(found)


def test_random_numbers_of_tests_come_from_the_seed():
    """Two runs of `make check` try the same; a test that draws its own seed fails in one run and passes in the next."""
    found = [f"{path.name}: {name}" for path in pathlib.Path(ROOT, "tests").glob("*.py") if path.name != "test_house.py"
             for name in ("SystemRandom", "urandom(", "random.random(", "random.randrange(", "random.choice(", "secrets.", "time.time_ns(")
             if name in path.read_text(encoding="utf-8")]
    assert not found, f"random_seed.SEED stands for these: {found}"


def test_modules_of_tests_and_of_tools_have_different_names():
    """Tests import both by their bare names, so one would hide the other."""
    tools = {path.name for folder in ("tools", "web") for path in pathlib.Path(ROOT, folder).rglob("*.py") if "node_modules" not in path.parts}
    assert not {path.name for path in pathlib.Path(ROOT, "tests").glob("*.py")} & tools


@pytest.mark.parametrize("text, blank, null", [
    ("int f(void)\n{\n\tu32 n = 1;\n\tg();\n}\n", [4], []),
    ("int f(void)\n{\n\tu32 n = 1;\n\n\tg();\n}\n", [], []),
    ("int f(void)\n{\n\tconst struct s x[] = {\n\t\t{1},\n\t};\n\t/* why */\n\tg(&x);\n}\n", [6], []),
    ("int f(void)\n{\n\tg();\n\tu32 n = 1;\n\tg();\n}\n", [], []),
    ("int f(void)\n{\n\treturn p != NULL;\n}\n", [], []),
    ("int f(void)\n{\n\tif (p == NULL) /* == NULL */\n\t\tg(\"== NULL\");\n}\n", [], [3]),
    ("int f(void)\n{\n\tMUST(a == (p != NULL));\n\twhile (p != NULL)\n\t\t;\n}\n", [], [4]),
])
def test_layout_of_declarations_and_conditions(text, blank, null):
    assert (layout.missing_blank_lines(text), layout.null_comparisons(text)) == (blank, null)


def test_a_long_comment_is_found():
    end = "x" * 130
    assert layout.long_comments(f"/* short */\nint x; /* {end} */\n/*\n * {end}\n\t{end} */\nchar *s = \"/* {end} */\";\n") == [2, 4, 5]
    assert not layout.long_comments("/* " + "x" * 126 + " */\n")


def test_each_room_of_the_kernel_keeps_its_budget():
    rooms = size.kernel_rooms()
    assert {room for room, _, _ in rooms} == set(size.BUDGETS), "each room has a budget, and each budget a room"
    assert not size.over_budget(rooms)


def test_a_room_over_its_budget_is_named():
    assert size.over_budget([("kernel/cap", 1, size.BUDGETS["kernel/cap"] + 1)])
    assert size.over_budget([("kernel/attic", 1, 1)])
    assert not size.over_budget([("kernel/cap", 1, size.BUDGETS["kernel/cap"])])


def test_size_prints_lines_and_budgets():
    out = subprocess.run([sys.executable, "tools/size.py"], cwd=ROOT, text=True, stdout=subprocess.PIPE, check=True).stdout
    rows = {line.split()[0]: line.split()[1:] for line in out.splitlines() if line.strip()}
    for room, _, lines in size.kernel_rooms():
        assert rows[room][1:] == [str(lines), str(size.BUDGETS[room])]
    assert rows["Kernel"][2] == str(sum(size.BUDGETS.values()))


@pytest.mark.skipif(os.path.exists(os.path.join(ROOT, "STAGE")), reason="a stage's tree has not all tests")
def test_the_order_of_the_long_tests_names_files_that_exist():
    assert not [name for name in conftest.LONG if not os.path.exists(os.path.join(ROOT, "tests", f"test_{name}.py"))]


@pytest.mark.skipif(os.path.exists(os.path.join(ROOT, "STAGE")), reason="a learner writes comments as they like")
def test_prose_names_the_actor():
    """Comments, docstrings, pages, messages, the heads of wrong solutions and the texts of checks; tests/prose.py has the forms."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, text=True, stdout=subprocess.PIPE, check=True).stdout
    found, read = [], 0
    for name in names.split("\0")[:-1]:
        path = os.path.join(ROOT, name)
        if not os.path.isfile(path):
            continue
        try:
            with open(path, encoding="utf-8") as f:
                text = f.read()
        except UnicodeDecodeError:
            continue
        read += len(prose.passages(name, text))
        found += [f"{name}:{line}: {form!r}; rather: {remedy}" for line, form, remedy in prose.faults(name, text)]
    assert read > 2000, "the passages were not found"
    assert not found, "\n".join(found)


# A path of the tree in prose. NAME, N and X stand for something else, and some headers are generated.
PATH = re.compile(r"(?<![\w./-])((?:docs|drivers|kernel|labs|lib|ports|protocols|servers|stages|tests|tools|user|web)/"
                  r"[\w./-]*\w\.(?:c|h|S|py|js|mjs|md|mk|idl|toml|sh|conf)|"
                  # The kernel's comments name its files from its own folder on.
                  r"(?:boot|cap|entry|ipc|mm|object|pc|sched|screen|x86)/\w+\.[chS])\b(?![/*])")
STANDS_FOR = re.compile(r"NAME|UNIT|/N-|\bX/|/X\.|^protocols/\w+_(?:client|server)\.h$")
SUBMITTED = r"(?m)^ \* as: "  # the name that a file of tests/hostile has in a submission


def missing_paths(name, text, tracked):
    """[(line, path)]: paths in a file's prose that no file of the tree has."""
    return [(line, path) for line, passage in prose.passages(name, text)
            for path in PATH.findall(re.sub(r"\s+", " ", passage))
            if not {path, "kernel/" + path} & tracked and not STANDS_FOR.search(path) and not re.search(SUBMITTED + re.escape(path), text)]


@pytest.mark.skipif(os.path.exists(os.path.join(ROOT, "STAGE")), reason="a comment may name a file of a later stage")
def test_prose_names_files_that_exist():
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, text=True, stdout=subprocess.PIPE, check=True).stdout.split("\0")[:-1]
    found = []
    for name in names:
        if name.startswith("tests/test_") or not os.path.isfile(os.path.join(ROOT, name)):
            continue  # the tests make files and trees of their own
        try:
            with open(os.path.join(ROOT, name), encoding="utf-8") as f:
                text = f.read()
        except UnicodeDecodeError:
            continue
        found += [f"{name}:{line}: {path}" for line, path in missing_paths(name, text, set(names))]
    assert not found, "\n".join(found)


def test_a_path_without_a_file_is_found():
    tracked = {"kernel/mm/tlb.c"}
    assert missing_paths("a.c", "/* See kernel/mm/tlb.c, kernel/mm/old.c. */\n", tracked) == [(1, "kernel/mm/old.c")]
    assert missing_paths("a.c", "/* See mm/tlb.c, and (mm/old.c). */\n", tracked) == [(1, "mm/old.c")]
    assert not missing_paths("a.c", "/* stages/N-name/stage.mk, protocols/NAME.h, gen/kernel/methods.h */\n", tracked)


@pytest.mark.parametrize("name, text", [
    ("a.c", "/* Nobody waits for it. */\n"),
    ("a.c", "int x; /* whoever\n * waits wakes */\n"),
    ("a.h", "/* Who ends nothing does not work off what others ended. */\n"),
    ("a.S", "\tnop // the thread shall stop\n"),
    ("a.c", "/* The kernel refuses it: who asks all the same gets an error. */\n"),
    ("a.c", "/* Starts the thread, and he runs. */\n"),
    ("a.c", "/* What a slot holds. */\n"),
    ("a.py", '"""The kernel tells the caller."""\n'),
    ("a.py", "x = 1  # the server learns of it\n"),
    ("a.c", "/* Messages of threads who\n * wait. */\n"),
    ("a.py", "x = 1  # init heard nothing of it\n"),
    ("a.mk", "# Whatever is missing\n# is built.\n"),
    ("a.md", "A page.\n\nThe server answers. Who waits for it gets an error.\n"),
    ("a.md", "| a | b |\n|---|---|\n| 1 | the program hears of it |\n"),
    ("labs/1-a/checks/host/a.c", 'WANT(x, "then no" "body waits", "it does");\n'),
    ("labs/1-a/checks/checks.py", 'unit("1.1.a", "who waits is taken out of the queue")\n'),
    ("a.diff", "# Whoever may read can write.\n@@\n-x\n+y\n"),
    ("a.c", "/* One bit a page: what is mapped there. */\n"),
    ("a.h", "int x; /* what a slot holds */\n"),
    ("a.py", "x = 1  # the lists, and what the compiler made of them\n"),
    ("a.c", "/* It is linked to what is gone. */\n"),
    ("a.md", "A page.\n\n    indented\n\nIt is shorter by what the thread used.\n"),
    ("a.c", "/* A message that is late arrives all the same. */\n"),
    ("a.c", "/* It is left out, for it names no thread. */\n"),
    ("a.c", "/* The worker works off the list. */\n"),
    ("a.md", "A thread can fault as often as it likes.\n"),
    ("a.c", "/* No answer is owed to a caller that has ended. */\n"),
    ("a.c", "/* All of it can be had again. */\n"),
    ("a.h", "/* Linux keeps a list. Here likewise. */\n"),
    ("tools/a.py", 'raise Stop(f"{path} is no tree of MicroK")\n'),
    ("kernel/a.c", 'kprintf("boot: %s is no archive; " "it is left out\\n", name);\n'),
    ("a.c", "/* Deleting an empty slot is no error. */\n"),
    ("a.c", "int n; /* 0 if it is none. */\n"),
    ("a.c", "/* It never returns an address of the kernel's. */\n"),
    ("a.h", "/* Ends QEMU. Else does nothing. */\n"),
    ("a.c", "/* A revoke is in the middle, and the slot changes. */\n"),
    ("a.c", "/* It takes as long as the program has made objects. */\n"),
    ("a.c", "/* To make 64 objects takes as long as a page. */\n"),
    ("a.c", "/* They are not to wait for a message. */\n"),
    ("a.c", "/* Returns two numbers (what is left and where). */\n"),
    ("tools/a.py", 'out.append("\\n/* What an operation returns, in words. */\\n")\n'),
    ("a.c", "/* Sleeps so many ticks. */\n"),
    ("a.c", "/* Waits until the last capability goes, and the list comes to its end. */\n"),
    ("a.c", "/* The line was written over meanwhile. */\n"),
    ("a.c", "/* It uses no slots but those that the caller passes. */\n"),
])
def test_a_forbidden_form_is_found(name, text):
    assert prose.faults(name, text)


@pytest.mark.parametrize("name, text", [
    ("a.c", 'const char *who = "nobody"; /* the caller\'s name */\n'),
    ("a.c", "/* The clocks of a PC whose rate is known. */\n"),
    ("a.py", 'said = told("nobody")  # the output of `says`\n'),
    ("a.md", "Who provides it?\n\n    make what whoever\n\n```\nnobody\n```\n\nA person who reads this, and `nobody`.\n"),
    ("a.diff", "# The wrong end.\n@@\n-/* whoever */\n+/* nobody */\n"),
    ("a.md", "All of them have the same size. What is it doing right now?\n"),
    ("a.md", "It depends on this: of what is it a part?\n"),
    ("a.c", "/* There is no error, and it is no longer than the kernel's, and no worse. */\n"),
    ("a.c", "/* The first slot of the program's CNode is in the middle of it. To take it, call f. */\n"),
    ("a.bin", "nobody\n"),
])
def test_code_names_and_questions_are_left_alone(name, text):
    assert not prose.faults(name, text)
