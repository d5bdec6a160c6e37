"""The protocol generator: its errors, that its pages are up to date, and its code run on the host.

The host test (tests/host/idl) connects generated stubs and dispatch through an ipc() that returns wrong messages, under sanitizers.
"""
import glob
import os
import pathlib
import re
import subprocess
import sys

import pytest

from host_build import methods

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
IDL = os.path.join(ROOT, "tools", "idl", "idl.py")
sys.path.insert(0, os.path.join(ROOT, "tools"))
import abi_table  # noqa: E402

PROTOCOLS = sorted(os.path.relpath(p, ROOT) for p in glob.glob(os.path.join(ROOT, "protocols", "*.idl")))


def idl(*arguments, cwd=ROOT):
    return subprocess.run([sys.executable, IDL, *map(str, arguments)], cwd=cwd, text=True, timeout=60,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                          env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})


def refuse(tmp_path, *texts):
    """The generator's message about files with these texts, which it calls p0.idl, p1.idl …; it must have written nothing."""
    files = []
    for i, text in enumerate(texts):  # each has its protocol's name, so they lie in folders of their own
        name = re.search(r"^protocol ([a-z_]+)", text, re.M)
        files.append(f"p{i}/{name[1] if name else 'p'}.idl")
        (tmp_path / f"p{i}").mkdir(exist_ok=True)
        (tmp_path / files[i]).write_text(text)
    result = idl(*files, "--out", "gen", cwd=tmp_path)
    assert result.returncode == 1, "it was accepted"
    assert not (tmp_path / "gen").exists()
    assert result.stderr.count("\n") == 1, result.stderr
    said = result.stderr.strip()
    for i, file in enumerate(files):
        said = said.replace(file, f"p{i}.idl")
    return said


HEAD = "protocol p = 9\nright read = 0\n"

# text after HEAD (so it begins on line 3) → line, part of the message
MISTAKES = [
    ("op a = 1 ()\nop a = 2 ()", 4, "operation 'a' is defined twice"),
    ("op a = 1 ()\nop b = 1 ()", 4, "operation 'b' has the number 1 of operation 'a'"),
    ("right read = 1\nop a = 1 ()", 3, "right 'read' is defined twice"),
    ("right write = 0\nop a = 1 ()", 3, "right 'write' has the bit 0 of right 'read'"),
    ("right write = 8\nop a = 1 ()", 3, "8 is not within 0..7"),
    ("op a = 1 () needs write", 3, "unknown right 'write' (defined before it: read)"),
    ("op a = 1 () needs read needs read", 3, "a second right"),
    ("op a = 1 () idempotent idempotent", 3, "idempotent twice"),
    ("op a = 1 () once once", 3, "operation 'a' is once twice"),
    ("op a = 1 () once idempotent", 3, "operation 'a' is idempotent, but it is once already"),
    ("op a = 1 () idempotent once", 3, "operation 'a' is once, but it is idempotent already"),
    ("op a = 1 (x: bytes<952>) once", 3, "request of 'a' can be 121 words long"),
    ("op a = 1 () once\nop abandon = 2 ()", 4, "the operation 'abandon' is its common part"),
    ("op abandon = 2 ()\nop a = 1 () once", 4, "the operation 'abandon' is its common part"),
    ("op a = 0 ()", 3, "0 is not within 1..255"),
    ("op a = 256 ()", 3, "256 is not within 1..255"),
    ("op a = 1 (x: u33)", 3, "unknown type 'u33'"),
    ("op a = 1 (x: bytes)", 3, "expected '<', found ')'"),
    ("op a = 1 (x: bytes<0>)", 3, "0 is not within 1..960"),
    ("op a = 1 (x: string<961>)", 3, "961 is not within 1..960"),
    ("op a = 1 (x: bytes<960>)", 3, "request of 'a' can be 121 words long; a message has 120"),
    ("op a = 1 () -> (x: u8, y: bytes<945>)", 3, "answer of 'a' can be 121 words long"),
    ("op a = 1 (a: cap, b: cap, c: cap, d: cap)", 3, "carries 4 capabilities; a message has 3"),
    ("op a = 1 (x: u8, x: u8)", 3, "'x' and 'x' of 'a' would both be called 'x'"),
    ("op a = 1 (x: u8) -> (x: u8)", 3, "both be called 'x'"),
    ("op a = 1 (x: bytes<8>, x_length: u8)", 3, "both be called 'x_length'"),
    ("op a = 1 (while: u8)", 3, "cannot be called 'while'"),
    ("op a = 1 (cap: cap)", 3, "cannot be called 'cap'"),
    ("op a = 1 (unix: u8)", 3, "cannot be called 'unix'"),
    ("op a = 1 (linux: bytes<8>)", 3, "cannot be called 'linux'"),
    ("op a = 1 (message_put: string<8>)", 3, "cannot be called 'message_put'"),
    ("op while = 1 ()", 3, "an operation cannot be called 'while'"),
    ("op a = 1 ()\nop a_reply = 2 ()", 4,
     "operation 'a_reply' of 'p' and the reply of operation 'a' of 'p' (p0.idl:3) would both be called 'p_a_reply'"),
    ("op dispatch = 1 ()", 3, "would both be called 'p_dispatch'"),
    ("op label = 1 (b: bytes<8>)\nop b_max = 2 ()", 4, "would both be called 'P_LABEL_B_MAX'"),
    ("op a = 1 (x_: u8)", 3, "not made of lower-case words"),
    ("op a = 1 (X: u8)", 3, "not made of lower-case words"),
    ("op a = 1 (x: u8", 3, "expected ',', found the end of the file"),
    ("op a = 1 (x u8)", 3, "expected ':', found 'u8'"),
    ("op a = 1 () idempotnet", 3, "expected 'protocol', 'right' or 'op', found 'idempotnet'"),
    ("op a = 1 () ; op b = 2 ()", 3, "cannot read '; op b"),
    ("op a = 1x ()", 3, "cannot read '1x ()'"),
    ("op a 1 ()", 3, "expected '=', found '1'"),
    ("op a = one ()", 3, "expected the operation's number (a number), found 'one'"),
    ("protocol q = 10\nop a = 1 ()", 3, "a second"),
    ("# nothing to do", 1, "protocol 'p' has no operations"),
]


@pytest.mark.parametrize("text,line,what", MISTAKES, ids=[m[2][:40] for m in MISTAKES])
def test_mistake(tmp_path, text, line, what):
    said = refuse(tmp_path, HEAD + text + ("" if text.endswith("u8") else "\n"))
    assert said.startswith(f"p0.idl:{line}: ") or "end of the file" in what, said
    assert what in said


def test_mistakes_of_files(tmp_path):
    assert refuse(tmp_path, "").endswith("no line 'protocol NAME = NUMBER'")
    assert "comes before the line 'protocol" in refuse(tmp_path, "op a = 1 ()\n")
    assert "255 is not within 1..254" in refuse(tmp_path, "protocol p = 255\n")
    one = "protocol {} = {}\nop a = 1 ()\n"
    assert refuse(tmp_path, one.format("a", 1), one.format("b", 1)) == \
        "p1.idl:1: protocol 'b' has the number 1 of 'a' (p0.idl:1)"
    assert "'a' is defined in p0.idl:1 already" in refuse(tmp_path, one.format("a", 1), one.format("a", 2))
    assert refuse(tmp_path, "protocol a = 1\nop b_c = 1 ()\n", "protocol a_b = 2\n\nop c = 1 ()\n") == \
        "p1.idl:3: operation 'c' of 'a_b' and operation 'b_c' of 'a' (p0.idl:2) would both be called 'a_b_c' in C"
    prefixes = {m["name"].partition("_")[0].lower() for m in abi_table.methods(pathlib.Path(ROOT))}
    assert {"untyped", "cnode", "kernel"} <= prefixes
    for name in ("stub", *sorted(prefixes)):
        assert f"cannot be called '{name}'" in refuse(tmp_path, one.format(name, 1))
    missing = idl("none.idl", "--out", "gen", cwd=tmp_path)
    assert missing.returncode == 1 and missing.stderr.startswith("none.idl: cannot be read")
    (tmp_path / "latin.idl").write_bytes(b"protocol p = 1 # \xe9\n")
    assert "latin.idl: cannot be read" in idl("latin.idl", "--out", "gen", cwd=tmp_path).stderr
    (tmp_path / "q.idl").write_text(one.format("p", 1))
    assert "q.idl:1: protocol 'p' belongs in a file of its name, p.idl" in idl("q.idl", "--out", "gen", cwd=tmp_path).stderr
    assert "lies outside the tree" in idl("p0.idl", "--root", "elsewhere", "--out", "gen", cwd=tmp_path).stderr


def test_longest_message_is_accepted(tmp_path):
    (tmp_path / "p.idl").write_text("protocol p = 254\nop a = 255 (x: bytes<952>) -> (a: cap, b: cap, c: cap)\n")
    assert idl("p.idl", "--out", "gen", cwd=tmp_path).returncode == 0


def test_output_is_the_same_each_time_and_for_any_folder(tmp_path):
    for out in ("one/gen", "two"):  # "gen" is added where it is not the folder's name
        assert idl(*PROTOCOLS, "--out", tmp_path / out).returncode == 0
    files = sorted(p.relative_to(tmp_path / "one") for p in (tmp_path / "one").rglob("*.[ch]"))
    assert len(files) == 5 * len(PROTOCOLS)
    for f in files:
        text = (tmp_path / "one" / f).read_text()
        assert text == (tmp_path / "two" / f).read_text()
        assert str(tmp_path) not in text and ROOT not in text


def test_reference_page_is_up_to_date(tmp_path):
    if os.path.exists(os.path.join(ROOT, "STAGE")):
        pytest.skip("the page is of all stages, and this is the tree of some")
    page = tmp_path / "protocols.md"
    assert idl(*PROTOCOLS, "--docs", page).returncode == 0
    with open(os.path.join(ROOT, "docs", "protocols.md"), encoding="utf-8") as f:
        assert f.read() == page.read_text(), \
            "docs/protocols.md is old: python3 tools/idl/idl.py " + " ".join(PROTOCOLS) + " --docs docs/protocols.md"


FLAGS = ["-std=gnu17", "-g", "-O1", "-Wall", "-Wextra", "-Werror", "-fsanitize=address,undefined",
         "-fno-sanitize-recover=all", "-I.", "-Ikernel/include"]


def gcc(*arguments):
    built = subprocess.run(["gcc", *FLAGS, *map(str, arguments)], cwd=ROOT, text=True, capture_output=True,
                           timeout=300, check=False)
    assert built.returncode == 0, built.stderr


def run(program, *arguments):
    return subprocess.run([program, *map(str, arguments)], text=True, capture_output=True, timeout=300, check=False)


def test_names_for_traces(tmp_path):
    assert idl(*PROTOCOLS, "--names", tmp_path / "gen" / "protocols" / "names.c").returncode == 0
    (tmp_path / "main.c").write_text("""
#include "gen/protocols/names.h"
#include <stdio.h>
int main(void)
{
	printf("%s %s\\n", protocol_op_name(0x0101), protocol_op_name(0xfff0) ? "?" : "none");
}
""")
    gcc(f"-I{tmp_path}", tmp_path / "main.c", tmp_path / "gen" / "protocols" / "names.c", "-o", tmp_path / "names")
    assert run(tmp_path / "names").stdout == "file.read none\n"


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """The folder with the sample protocol's generated code and the objects of the host test."""
    folder = tmp_path_factory.mktemp("idl")
    result = idl("tests/host/idl/sample.idl", "--out", folder)
    assert result.returncode == 0, result.stderr
    methods(folder)
    made = folder / "gen" / "tests" / "host" / "idl"
    for source in ("tests/host/idl/test.c", made / "sample_client.c", made / "sample_server.c",
                   "lib/microk/message.c", "lib/microk/stub.c"):
        name = os.path.basename(source)
        if name.startswith("sample"):
            (folder / name).write_text(source.read_text())
        gcc(f"-I{folder}", "-c", source, "-o", folder / (name + ".o"))
    return folder


def test_generated_code_against_a_lying_peer(sample, seed):
    gcc(*sample.glob("*.o"), "-o", sample / "test")
    result = run(sample / "test", seed, 3000)
    assert result.returncode == 0 and result.stdout.endswith("all well\n"), \
        f"MICROK_SEED={seed}\n{result.stdout}{result.stderr}"


# A check taken out of the generated code or the library; the host test must notice each.
CHECKS = [
    ("sample_client.c", "TAG_LENGTH(m_.tag) != 1 + MESSAGE_WORDS(back_size_)", "0"),
    ("sample_client.c", "text_size_ > SAMPLE_TAKE_TEXT_MAX", "0"),
    ("sample_client.c", "back_size_ > SAMPLE_LONGEST_BACK_MAX", "0"),
    ("sample_server.c", "result_.back_length > SAMPLE_LONGEST_BACK_MAX", "0"),
    ("sample_client.c", "result->three = three_slot;", "result->three = two_slot;"),
    ("sample_client.c", "stub_receive(NULL, 0);", ""),
    ("sample_client.c", "m_.word[0] > UINT8_MAX", "0"),
    ("sample_client.c", "while (status_ == ERR_PEER_DIED && --tries_ > 0)", "while (0)"),
    ("sample_server.c", "r->length != 1 + MESSAGE_WORDS(data_length_)", "0"),
    ("sample_server.c", "data_length_ > SAMPLE_MANY_DATA_MAX", "0"),
    ("sample_server.c", "data_length_ > SAMPLE_LONGEST_DATA_MAX", "0"),
    ("sample_server.c", "r->caps != 2", "0"),
    ("sample_server.c", "r->caps != 0", "0"),
    ("sample_server.c", "SAMPLE_RIGHT_USE >> RIGHT_PROT_SHIFT", "0xff"),
    ("sample_server.c", "if (!r->is_call)", "if (0)"),
    ("sample_server.c", "if (!result_.three)", "if (0)"),
    ("sample_server.c", "text_length_ > SAMPLE_TAKE_TEXT_MAX", "0"),
]


@pytest.mark.parametrize("file,check,instead", CHECKS, ids=[c[1][:45] for c in CHECKS])
def test_host_test_notices_a_missing_check(sample, tmp_path, file, check, instead):
    text = (sample / file).read_text()
    assert check in text
    (tmp_path / file).write_text(text.replace(check, instead))
    others = [o for o in sample.glob("*.o") if o.name != file + ".o"]
    gcc(f"-I{sample}", "-w", tmp_path / file, *others, "-o", tmp_path / "test")
    assert run(tmp_path / "test", 1, 500).returncode != 0
