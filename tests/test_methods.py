"""Both generated sides of a kernel method, user space's typed calls and the kernel's structs: every one against the ABI's table
and against each other, and no call or argument around them."""
import os
import pathlib
import re
import subprocess
import sys

import pytest

from host_build import FLAGS, kernel_methods, methods

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import abi_table  # noqa: E402

CHECK = """
static int wrong;

static void check(const char *name, bool right)
{
	if (!right)
		printf("%s\\n", name), wrong++;
}
"""
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
""" + CHECK + """
int main(void)
{
"""
INVOKED = """
#include "gen/kernel/methods.h"
#include <stdio.h>
""" + CHECK + """
static void fill(struct invocation *inv)
{
	for (u64 i = 0; i < MSG_REGS; i++)
		inv->word[i] = (1ul << 63) + i;
}

int main(void)
{
	struct invocation inv;

	fill(&inv);
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


def one_invocation(method):
    """C that takes one method's arguments from an invocation, by name, and answers with its results."""
    name = method["name"].lower()
    arguments, results = abi_table.word_names(method["arguments"]), abi_table.word_names(method["results"])
    lines = [f"check(\"{name}: {a}\", {name}_args(&inv).{a} == (1ul << 63) + {i});" for i, a in enumerate(arguments)]
    if arguments:
        values = ", ".join(f".{a} = (1ul << 61) + {i}" for i, a in enumerate(arguments))
        lines += [f"inv = (struct invocation){{0}}; check(\"{name}: again\", {name}_again(&inv, (struct {name}){{{values}}}) == PREEMPTED);",
                  f"check(\"{name}: changed\", inv.is_changed);"]
        lines += [f"check(\"{name}: {a} again\", inv.word[{i}] == (1ul << 61) + {i});" for i, a in enumerate(arguments)]
        lines += ["fill(&inv);"]
    if results:
        values = ", ".join(f".{r} = (1ul << 62) + {i}" for i, r in enumerate(results))
        lines += [f"check(\"{name}: status\", {name}_answer(&inv, (struct {name}_result){{{values}}}) == OK);",
                  f"check(\"{name}: number of results\", inv.results == {len(results)});"]
        lines += [f"check(\"{name}: {r}\", inv.result[{i}] == (1ul << 62) + {i});" for i, r in enumerate(results)]
    return "".join(f"\t{line}\n" for line in lines)


def run_checks(folder, text, *includes):
    source = folder / "checks.c"
    source.write_text(text + "\treturn wrong;\n}\n")
    subprocess.run(["gcc", *FLAGS, "-Wno-missing-prototypes", *includes, "-Ikernel/include", f"-I{folder}", source, "-o", folder / "checks"],
                   cwd=ROOT, check=True, timeout=60)
    ran = subprocess.run([folder / "checks"], text=True, stdout=subprocess.PIPE, timeout=60, check=False)
    assert ran.returncode == 0, ran.stdout


def test_every_method_puts_its_words_where_the_table_says(tmp_path):
    methods(tmp_path)
    table = abi_table.methods(ROOT)
    assert len(table) > 30
    run_checks(tmp_path, RECORDED + "".join(map(one_call, table)), "-I.")


def test_the_kernel_takes_every_word_from_where_the_table_says(tmp_path):
    kernel_methods(tmp_path)
    run_checks(tmp_path, INVOKED + "".join(map(one_invocation, abi_table.methods(ROOT))), "-Ikernel")


def fields(text):
    """{struct: its fields in order} of a generated header; of a call with a single argument, that argument."""
    found = {name: re.findall(r"u64 (\w+);", body) for name, body in re.findall(r"^struct (\w+) \{\n(.*?)^\};", text, re.M | re.S)}
    for name, argument in re.findall(r"^static inline enum microk_status (\w+)\(cap_t cap, u64 (\w+)[,)]", text, re.M):
        found[name] = [argument]
    return found


def test_user_space_and_the_kernel_name_the_same_words_in_the_same_order(tmp_path):
    methods(tmp_path)
    kernel_methods(tmp_path)
    user, kernel = [fields((tmp_path / "gen" / name).read_text()) for name in ("lib/microk/methods.h", "kernel/methods.h")]
    assert user == kernel
    assert kernel["cnode_mint"] == ["index", "source_cnode", "source_index", "rights", "badge", "flags"] and kernel["cnode_delete"] == ["index"]
    assert {m["name"].lower() for m in abi_table.methods(ROOT) if m["arguments"]} == {n for n in kernel if not n.endswith("_result")}


@pytest.mark.parametrize("words,said", [
    ("index, index", "two words of \"index, index\" are called index"),
    ("priority 0..63", "\"priority_0..63\" in \"priority 0..63\" is not a name"),
    ("the slot's", "is not a name"),
    ("Index", "is not a name"),
])
def test_a_word_without_a_name_is_refused(words, said):
    with pytest.raises(abi_table.Problem, match=re.escape(said)):
        abi_table.word_names(words)


def test_an_explanation_is_no_part_of_the_name():
    assert abi_table.word_names("priority (0..63), limit (0: the same, too), name start") == ["priority", "limit", "name_start"]


# The whole of an answer is looked at there, by the answer's own length.
WHOLE_ANSWERS = {"tests/guest/sealed/addresses.c", "tests/guest/sealed/copies.c", "tests/guest/sealed/parts.c"}
TABLE = {method["name"]: len(abi_table.word_names(method["arguments"])) for method in abi_table.methods(ROOT)}


def arguments_of(text, at):
    """The arguments of the call whose parenthesis opens at text[at]."""
    parts, depth = [""], 0
    for c in text[at:]:
        depth += (c in "([{") - (c in ")]}")
        if depth == 0:
            return [" ".join(part.split()) for part in parts]
        if c == "," and depth == 1:
            parts.append("")
        elif depth > 1 or c not in "([{":
            parts[-1] += c
    raise AssertionError("a call does not end")


def expressible(name, text):
    """The calls by label and words in a source that a typed call could make, with right arguments or wrong ones."""
    found = []
    for call in re.finditer(r"\b(RAW_METHOD|RAW_METHOD_RESULT)\(", text):
        if text.endswith("#define ", 0, call.start()) or (call[1] == "RAW_METHOD_RESULT" and name in WHOLE_ANSWERS):
            continue
        label, *words = arguments_of(text, call.end() - 1)[1 if call[1] == "RAW_METHOD" else 2:]
        if label in TABLE and len(words) <= TABLE[label]:
            found.append(f"{name}:{text.count(chr(10), 0, call.start()) + 1}: {label.lower()} has a typed call")
    return found


def test_guest_tests_call_by_label_only_what_a_typed_call_cannot_express():
    sources = [path for top in ("tests/guest", "tests/bench") for path in sorted((ROOT / top).rglob("*.[ch]"))]
    assert len(sources) > 60
    found = [line for path in sources for line in expressible(os.path.relpath(path, ROOT), path.read_text())]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("text, seen", [
    ("RAW_METHOD(f, FRAME_UNMAP);", True),
    ("EXPECT(OK,\n       RAW_METHOD(copy_of(f, RIGHT_ALL), FRAME_MAP,\n              space, (u64)at, 3, 0));", True),
    ("RAW_METHOD(t, THREAD_PRIORITY, 5);", True),  # words that are left out are 0
    ("RAW_METHOD(t, THREAD_PRIORITY, ~0ul, 1ul << 32);", True),  # a typed call takes wrong numbers, too
    ("RAW_METHOD_RESULT(&m, t, THREAD_INFO);", True),
    ("RAW_METHOD(f, FRAME_UNMAP, 1);", False),
    ("RAW_METHOD(f, 0);", False),
    ("RAW_METHOD(f, last_method(CAP_FRAME) + 1u);", False),
    ("RAW_METHOD(bare, label, 1, 1, 1, 1);", False),
    ("#define RAW_METHOD(cap, label, ...) method_call((cap), (label), __VA_ARGS__)", False),
])
def test_a_call_that_a_typed_one_could_make_is_seen(text, seen):
    assert bool(expressible("a.c", text)) == seen


def labels_of(text):
    """The labels of methods that a source names, outside of comments and strings."""
    return [word for word in re.findall(r"\b[A-Z]\w+\b", LITERALS.sub("", text)) if word in TABLE]


def test_host_tests_of_the_kernel_make_typed_calls():
    """tests/host/kernel/calls.h; no label of a method is written by hand."""
    sources = [path for top in ("tests/host/kernel", "tests/fuzz") for path in sorted((ROOT / top).rglob("*.[ch]"))]
    assert len(sources) > 15
    found = [f"{os.path.relpath(path, ROOT)}: {label}" for path in sources for label in labels_of(path.read_text())]
    assert not found, "\n".join(found)


def test_a_label_is_seen():
    assert labels_of("machine_call(b, SYS_CALL, 1, TAG(CNODE_DELETE, 1), (u64[]){2}, 1);") == ["CNODE_DELETE"]
    assert not labels_of("/* CNODE_DELETE */ call_cnode_delete(M_CNODE, M_FIRST_FREE); machine_call(b, SYS_CALL, 1, 2);")


def test_programs_call_methods_by_their_typed_calls():
    """Neither the macro that took bare numbers nor what the typed calls are made with; lib/microk/method.[ch] is the latter."""
    around = []
    for top in ("lib", "servers", "drivers", "user", "protocols", "stages", "labs"):
        for path in sorted((ROOT / top).rglob("*.[ch]")):
            name = os.path.relpath(path, ROOT)
            if "/host/" in name or "/kernel/" in name or name in ("lib/microk/method.c", "lib/microk/method.h"):
                continue
            around += [f"{name}: {found}" for found in re.findall(r"\b(?:\w*METHOD(?:_RESULT)?|method_call)\(", path.read_text())]
    assert not around, "\n".join(around)


# The one function that fills an invocation and sends its results: generated code ends there.
FILLER = ("kernel/entry/syscall.c", "method_decode")
LITERALS = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|//[^\n]*|/\*.*?\*/', re.S)


def words_of_invocations():
    """The arrays in struct invocation, whatever they are called: arguments and results by number."""
    body = re.search(r"struct invocation \{\n(.*?)^\};", (ROOT / "kernel/object/invoke.h").read_text(), re.M | re.S)[1]
    arrays = re.findall(r"(\w+)\[", LITERALS.sub("", body))
    assert len(arrays) == 2, f"an invocation carries {', '.join(arrays)}: which of them is read by name?"
    return arrays


def by_number(name, text, arrays):
    """The places of a kernel source that reach the words of an invocation by their array, or by a pointer to what holds them."""
    text = LITERALS.sub("", text)
    if name == FILLER[0]:
        text = re.sub(rf"^static status_t {FILLER[1]}\(.*?^\}}", "", text, flags=re.M | re.S)
    arguments = r"|".join([r"inv", *re.findall(r"\bstruct \w+ (\w+) = \w+_args\(", text)])
    reached = [rf"[\w)\]](?:\s*->|\.)\s*(?:{'|'.join(arrays)})\b[^\n;]*",
               # The invocation or the arguments taken for something else, or copied as bytes.
               rf"\(\s*(?:const\s+)?(?!struct invocation\b)[\w ]+?\*+\s*(?:const\s*)?\)\s*\(*\s*&?\s*(?:{arguments})\b(?!\s*(?:\.|->))[^\n;]*",
               rf"=\s*&\s*(?:{arguments})\b(?!\s*(?:\.|->))[^\n;]*",
               rf"\bmem(?:cpy|move)\([^;]*?&?\s*\b(?:{arguments})\b\s*,[^\n;]*",
               # One argument reached from another.
               rf"&\s*(?:{arguments})\s*\.\s*\w+\s*(?:\)\s*)*[\[+][^\n;]*"]
    return [f"{name}: {found}" for pattern in reached for found in re.findall(pattern, text)]


def kernel_sources():
    """Of the kernel, the stages' stand-ins and the starters and wrong solutions of the labs about it."""
    for pattern in ("kernel/**/*.[ch]", "stages/*/kernel/**/*.[ch]", "labs/[12]-*/starter/*.c", "labs/[12]-*/wrong/*.diff"):
        yield from sorted(ROOT.glob(pattern))


def test_no_kernel_source_reads_an_argument_by_its_number():
    arrays = words_of_invocations()
    names = [os.path.relpath(path, ROOT) for path in kernel_sources()]
    assert FILLER[0] in names and f"static status_t {FILLER[1]}(" in (ROOT / FILLER[0]).read_text()
    found = [line for name in names for line in by_number(name, (ROOT / name).read_text(), arrays)]
    assert not found, "gen/kernel/methods.h has the name of each word:\n" + "\n".join(found)


@pytest.mark.parametrize("code", [
    "u64 badge = inv->word[4];",
    "u64 badge = inv\n\t\t->word [4];",
    "const u64 *all = inv->word;",
    "u64 badge = *(inv->word + 4);",
    "const u64 *all = (const u64 *)inv + 3;",
    "const u64 *all = (const void *)inv;",
    "struct cnode_mint a = cnode_mint_args(inv);\n\tconst u64 *all = (const u64 *)&a;",
    "struct cnode_mint a = cnode_mint_args(inv);\n\tconst void *all = &a;",
    "struct cnode_mint a = cnode_mint_args(inv);\n\tu64 badge = (&a.index)[4];",
    "struct cnode_mint a = cnode_mint_args(inv);\n\tmemcpy(all, &a, sizeof(all));",
    "memcpy(all, inv->word, sizeof(all));",
    "inv->result[0] = 1;",
    "struct invocation copy = *inv;\n\tcopy.word[0]++;",
])
def test_an_argument_by_its_number_is_seen(code):
    assert by_number("kernel/mm/frame.c", f"static status_t f(struct invocation *inv)\n{{\n\t{code}\n}}\n", words_of_invocations())


@pytest.mark.parametrize("code", [
    "const struct frame_map args = frame_map_args(inv);\n\tu64 va = args.address;",
    "const struct thread_name args = thread_name_args(inv);\n\tmemcpy(t->name, &args.name_start, sizeof(args.name_start));",
    "struct space *space = (struct space *)inv->slot->object;",
    "/* inv->word[4] */",
    "use(inv->label, \"inv->word[4]\");",
    "u32 flags = (u32)(args.flags) & 1;",
])
def test_an_argument_by_its_name_passes(code):
    assert not by_number("kernel/mm/frame.c", f"static status_t f(struct invocation *inv)\n{{\n\t{code}\n}}\n", words_of_invocations())
