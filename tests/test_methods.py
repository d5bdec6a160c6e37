"""User space's typed calls of kernel methods: every one against the ABI's table, and no call around them."""
import os
import pathlib
import re
import subprocess
import sys

import pytest

from host_build import FLAGS, methods

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import abi_table  # noqa: E402

RECORDED = """
#include "gen/lib/microk/methods.h"
#include <stdio.h>
#include <string.h>

static u64 words[8];
static size_t count;
static u16 label;
static enum microk_status status;

enum microk_status method_call(cap_t cap, u16 l, const u64 *w, size_t c, struct message *result)
{
	label = l, count = c;
	memcpy(words, w ? w : (const u64[1]){0}, c * sizeof(u64));
	for (u64 i = 0; result && i < 8; i++)
		result->word[i] = 100 + i;
	return cap == 7 ? status : ERR_CAP;
}

static int wrong;

static void check(const char *name, bool right)
{
	if (!right)
		printf("%s\\n", name), wrong++;
}

int main(void)
{
"""


def one_call(method):
    """C that calls one method with its words 1, 2, 3 … by name, and checks label, words and results."""
    name = method["name"].lower()
    arguments, results = abi_table.word_names(method["arguments"]), abi_table.word_names(method["results"])
    plain = ["1"] if len(arguments) == 1 else \
        [f"&(struct {name}){{{', '.join(f'.{a} = {i + 1}' for i, a in enumerate(arguments))}}}"] if arguments else []
    lines = [f"struct {name}_result r = {{0}};"] if results else []
    lines += [f"status = OK; check(\"{name}: status\", {name}({', '.join(['7', *plain, *(['&r'] if results else [])])}) == OK);",
              f"check(\"{name}: label and length\", label == {method['label']} && count == {len(arguments)});"]
    lines += [f"check(\"{name}: {a}\", words[{i}] == {i + 1});" for i, a in enumerate(arguments)]
    lines += [f"check(\"{name}: {r}\", r.{r} == 100 + {i});" for i, r in enumerate(results)]
    if results:
        lines += ["memset(&r, 0x5a, sizeof(r)); status = ERR_RIGHTS;",
                  f"check(\"{name}: error\", {name}({', '.join(['7', *plain, '&r'])}) == ERR_RIGHTS);",
                  f"check(\"{name}: an error leaves the results alone\", r.{results[0]} == 0x5a5a5a5a5a5a5a5a);",
                  f"status = OK; check(\"{name}: results not wanted\", {name}({', '.join(['7', *plain, 'NULL'])}) == OK);"]
    return "\t{\n" + "".join(f"\t\t{line}\n" for line in lines) + "\t}\n"


def test_every_method_puts_its_words_where_the_table_says(tmp_path):
    methods(tmp_path)
    table = abi_table.methods(ROOT)
    assert len(table) > 30
    source = tmp_path / "calls.c"
    source.write_text(RECORDED + "".join(map(one_call, table)) + "\treturn wrong;\n}\n")
    subprocess.run(["gcc", *FLAGS, "-Wno-missing-prototypes", "-I.", "-Ikernel/include", f"-I{tmp_path}", source, "-o", tmp_path / "calls"],
                   cwd=ROOT, check=True, timeout=60)
    ran = subprocess.run([tmp_path / "calls"], text=True, stdout=subprocess.PIPE, timeout=60, check=False)
    assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize("words,said", [
    ("index, index", "two words of \"index, index\" are called index"),
    ("priority 0..63", "\"priority_0..63\" in \"priority 0..63\" is no name"),
    ("the slot's", "is no name"),
    ("Index", "is no name"),
])
def test_a_word_without_a_name_is_refused(words, said):
    with pytest.raises(abi_table.Problem, match=re.escape(said)):
        abi_table.word_names(words)


def test_an_explanation_is_no_part_of_the_name():
    assert abi_table.word_names("priority (0..63), limit (0: the same, too), name start") == ["priority", "limit", "name_start"]


def test_programs_call_methods_by_their_typed_calls():
    """Neither the macro that took bare numbers nor what the typed calls are made with; lib/microk/method.[ch] is the latter."""
    around = []
    for top in ("lib", "servers", "drivers", "user", "protocols", "stages", "labs"):
        for path in sorted((ROOT / top).rglob("*.[ch]")):
            name = os.path.relpath(path, ROOT)
            if "/host/" in name or "/kernel/" in name or name in ("lib/microk/method.c", "lib/microk/method.h"):
                continue
            around += [f"{name}: {found}" for found in re.findall(r"\b(?:METHOD(?:_RESULT)?|method_call)\(", path.read_text())]
    assert not around, "\n".join(around)
