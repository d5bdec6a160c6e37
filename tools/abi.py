#!/usr/bin/python3
"""abi.py [--check] [--root DIR]: keeps docs/kernel-abi.md true to the headers and the kernel.

The content of the headers of kernel/include/microk/ is written into the page between
`<!-- abi: … -->` and `<!-- /abi -->`. Only a person can describe when an error occurs, in the tables below each `### NAME`.
These tables are compared with the errors that the kernel's decode functions can return (abi_errors.py). With --check nothing
is written: each difference is a line, and the status is 1.
"""
import argparse
import pathlib
import re
import sys

import abi_errors
import whole
from abi_table import HEADERS, Problem, header, methods, split_list, statuses
from kernel_source import Source

PAGE = "docs/kernel-abi.md"
BLOCK = re.compile(r"(<!-- abi: (?P<what>.+?) -->\n)(?P<old>.*?)(<!-- /abi -->)", re.S)


def enum_entries(text, name):
    """(NAME, number, comment) of an enum that gives its numbers and comments line by line."""
    body = re.search(rf"enum {name} \{{(.*?)\n\}};", text, re.S)
    if not body:
        raise Problem(f"there is no enum {name}")
    number, out = -1, []
    for entry, value, comment in re.findall(r"^\s*(\w+)(?: = (\d+))?,?\s*(?:/\* (.*?) \*/)?$", body[1], re.M):
        number = int(value) if value else number + 1
        out.append((entry, number, comment))
    return out


def numbered(text):
    parts = split_list(text)
    return "; ".join(f"{i}: {p}" for i, p in enumerate(parts)) if parts else "none"


# ---- blocks ----

def block_method(root, name):
    found = [m for m in methods(root) if m["name"] == name]
    if not found:
        raise Problem(f"{PAGE} has a block for {name}, which the header does not know")
    m = found[0]
    return (f"Label {m['label']}. {m['text'][0].upper()}{m['text'][1:]}.\n\n"
            f"- Arguments, by message word: {numbered(m['arguments'])}\n"
            f"- Results, by message word: {numbered(m['results'])}\n"
            f"- The called capability needs `{m['rights']}`\n")


def block_methods(root):
    rows = [f"| {m['object']} | [`{m['name']}`](#{m['name'].lower()}) | {m['label']} | {m['text']} |"
            for m in methods(root)]
    return "\n".join(["| Object | Method | Label | What it does |", "|---|---|---|---|", *rows]) + "\n"


def block_system_calls(root):
    rows = [f"| {n} | [`{name}`](#{name.lower()}) | {text} |"
            for name, n, text in enum_entries(header(root, "syscall.h"), "microk_syscall") if name != "SYS_COUNT"]
    return "\n".join(["| Number | Name | What it does |", "|---|---|---|", *rows]) + "\n"


def block_types(root):
    entries = enum_entries(header(root, "cap.h"), "cap_type")
    rows = [f"| {n} | `{name}` | {text or 'an empty slot'} |" for name, n, text in entries if name != "CAP_TYPES"]
    return "\n".join(["| Number | Type | What it names |", "|---|---|---|", *rows]) + "\n"


def block_statuses(root):
    source = Source(root / "kernel")
    given = all_errors(root, source) | source.wakes
    rows = []
    for s in statuses(root):
        number = int(s["number"])
        never = s["name"].startswith("ERR_") and number < 64 and s["name"] not in given
        rows.append(f"| {number} | `{s['name']}` | {s['text']}{' (reserved: no path returns it yet)' if never else ''} |")
    return "\n".join(["| Number | Status | What happened |", "|---|---|---|", *rows]) + "\n"


def block_quote(root, file, start):
    """From the line that begins with `start` to the closing line of that block."""
    text = header(root, file)
    at = re.search(rf"^{re.escape(start)}", text, re.M)
    if not at:
        raise Problem(f"{HEADERS}/{file} has no line that begins with \"{start}\"")
    rest = text[at.start():]
    end = re.search(r"^\};\n", rest, re.M) if rest.split("\n")[0].endswith("{") else re.search(r"\n\n", rest)
    return "```c\n" + rest[:end.end() if end else None].rstrip() + "\n```\n"


def block_tag(root):
    """The convention as the header's first comment draws it."""
    comment = re.match(r"/\*\n(.*?)\n \*/", header(root, "syscall.h"), re.S)[1]
    lines = [re.sub(r"^ \* ?", "", line) for line in comment.split("\n")]
    return "```\n" + "\n".join(lines[2:]) + "\n```\n"


def make_block(root, what):
    word, *rest = what.split(" ", 2)
    if word == "method":
        return block_method(root, rest[0])
    if word == "quote":
        return block_quote(root, *rest)
    plain = {"methods": block_methods, "system-calls": block_system_calls, "types": block_types,
             "statuses": block_statuses, "tag": block_tag}
    if word not in plain:
        raise Problem(f"{PAGE} asks for \"{what}\", which tools/abi.py cannot make")
    return plain[word](root)


# ---- the errors ----

def all_errors(root, source):
    out = abi_errors.dispatcher_errors(source) | {"ERR_METHOD"}  # for every call, and for every method
    for m in methods(root):
        out |= abi_errors.method_errors(source, m["object"], int(m["label"]))
    for errors in abi_errors.system_call_errors(source, root / "kernel").values():
        out |= errors
    return out


def sections(page):
    """Heading to the errors that its tables list, in order."""
    out = {}
    for part in re.split(r"^#{2,4} ", page, flags=re.M)[1:]:
        title, _, text = part.partition("\n")
        text = BLOCK.sub("", text)
        out[title.strip().strip("`")] = re.findall(r"^\| `(ERR_\w+)` \|", text, re.M)
    return out


def compare(where, listed, found):
    said = set(listed)
    for name in sorted(found - said):
        yield f"{where}: the kernel can return {name}, but the page has no entry for it"
    for name in sorted(said - found):
        yield f"{where}: the page lists {name}, which no path of the kernel returns"
    if len(listed) != len(said):
        yield f"{where}: an error is listed twice"


def check_errors(root, page):
    source = Source(root / "kernel")
    listed = sections(page)
    wanted = {m["name"]: abi_errors.method_errors(source, m["object"], int(m["label"])) for m in methods(root)}
    wanted.update(abi_errors.system_call_errors(source, root / "kernel"))
    wanted["Every system call"] = abi_errors.dispatcher_errors(source)
    wanted["While it waits"] = source.wakes
    for name, found in wanted.items():
        if name in listed:
            yield from compare(name, listed[name], found)
        else:
            yield f"{name}: the page has no section for it"


def check_rights(root):
    """Compares the rights column of the header with the rights that the decode functions require."""
    source = Source(root / "kernel")
    for m in methods(root):
        asked = abi_errors.method_rights(source, m["object"], int(m["label"]))
        if asked != source.constants["RIGHT_" + m["rights"]]:
            yield f"{m['name']}: {HEADERS}/cap.h lists the right {m['rights']}, the kernel checks {asked}"


def main():
    parser = argparse.ArgumentParser(description="Write or check " + PAGE)
    parser.add_argument("--check", action="store_true", help="write nothing; status 1 where the page is not up to date")
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent)
    options = parser.parse_args()
    path = options.root / PAGE
    old = path.read_text()
    new = BLOCK.sub(lambda b: b[1] + make_block(options.root, b["what"]) + b[4], old)
    problems = [*check_errors(options.root, new), *check_rights(options.root)]
    for m in methods(options.root):
        if f"<!-- abi: method {m['name']} -->" not in new:
            problems.append(f"{m['name']}: the page has no block for it")
    if options.check and new != old:
        problems.append(f"{PAGE} differs from the headers: run tools/abi.py")
    if not options.check and new != old:
        whole.write(path, new)
    for problem in problems:
        print(f"abi: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Problem as problem:
        sys.exit(f"abi: {problem}")
