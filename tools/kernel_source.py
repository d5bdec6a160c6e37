"""Reads the kernel's C: its functions that return a status, as tokens, and the constants of the ABI.

This is not a C compiler. It knows the plain C of the kernel's decode functions, which abi_errors.py follows.
"""
import pathlib
import re

TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])+\'|\w+|->|[=!<>]=|&&|\|\||<<|>>|[-+*/|&^%]=|\+\+|--|\S')
STATUS_RETURNS = ("status_t", "u32")
DISPATCHER = "syscall_handle"


def tokens_of(text):
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.S)
    text = re.sub(r"//[^\n]*", " ", text)
    text = re.sub(r"^[ \t]*#(?:\\\n|[^\n])*", " ", text, flags=re.M)
    return TOKEN.findall(text)


class Function:
    def __init__(self, file, name, params, body, static):
        self.file, self.name, self.params, self.body, self.static = file, name, params, body, static


class Source:
    """All functions of the kernel that return a status, its dispatcher, and the constants of the ABI."""

    def __init__(self, folder):
        self.functions, self.constants, self.wakes = {}, {}, set()
        for path in sorted(pathlib.Path(folder).glob("include/microk/*.h")):
            self.read_constants(path.read_text())
        self.upward = self.read_upward(pathlib.Path(folder) / "entry/upward.c")
        for path in sorted([*pathlib.Path(folder).rglob("*.c"), *pathlib.Path(folder).rglob("*.h")]):
            self.read_functions(path)

    def read_constants(self, text):
        for name, value in re.findall(r"^#define (\w+) (0x[0-9a-fA-F]+|\d+)[uUlL]*\b(?!\s*[<(])", text, re.M):
            self.constants[name] = int(value, 0)
        for name, value in re.findall(r"^\s*([A-Z]\w+) = (\d+),", text, re.M):
            self.constants[name] = int(value)
        for name, value in re.findall(r"X\(\w+, ([A-Z]\w+), (\d+),", text):
            self.constants[name] = int(value)

    @staticmethod
    def read_upward(path):
        """{entry: function} of the kernel's table of calls that go upwards."""
        return dict(re.findall(r"^\t\.(\w+) = (\w+),$", path.read_text(), re.M)) if path.exists() else {}

    def direct(self, tokens):
        """The tokens, with upward.ENTRY as the function that it is."""
        found, i = [], 0
        while i < len(tokens):
            if tokens[i:i + 2] == ["upward", "."] and tokens[i + 2] in self.upward:
                found.append(self.upward[tokens[i + 2]])
                i += 3
            else:
                found.append(tokens[i])
                i += 1
        return found

    def read_functions(self, path):
        tokens = self.direct(tokens_of(path.read_text()))
        depth, i, start = 0, 0, 0
        while i < len(tokens):
            t = tokens[i]
            if t == "{" and depth == 0 and i and tokens[i - 1] == ")":
                end = matching(tokens, i)
                self.add_function(path, tokens[start:i], tokens[i + 1:end])
                i, start = end, end + 1
            elif t in "{}":
                depth += 1 if t == "{" else -1
            if t in ";}" and depth == 0:
                start = i + 1
            i += 1
        for at, t in enumerate(tokens):
            if t == "thread_wake" and at + 1 < len(tokens) and tokens[at + 1] == "(":
                inside = tokens[at + 2:matching(tokens, at + 1)]
                self.wakes.update(x for x in inside if x.startswith("ERR_"))
            elif t.startswith("ERR_") and tokens[at - 2:at] == ["rax", "="]:  # of a thread whose wait has just ended
                self.wakes.add(t)

    def add_function(self, path, head, body):
        head = [t for t in head if t not in ("inline", "_Noreturn")]
        static = "static" in head and not str(path).endswith(".h")  # a header's are for every file
        head = [t for t in head if t != "static"]
        if "(" not in head:
            return
        at = head.index("(")
        if head[0] not in STATUS_RETURNS and head[at - 1] != DISPATCHER:
            return
        params = [p[-1] for p in split_top(head[at + 1:-1], ",") if p]
        f = Function(str(path), head[at - 1], params, body, static)
        self.functions[(f.file, f.name) if static else f.name] = f

    def find(self, file, name):
        return self.functions.get((file, name)) or self.functions.get(name)


def matching(tokens, at):
    close = {"(": ")", "{": "}", "[": "]"}[tokens[at]]
    depth = 0
    for i in range(at, len(tokens)):
        if tokens[i] == tokens[at]:
            depth += 1
        elif tokens[i] == close:
            depth -= 1
            if depth == 0:
                return i
    raise ValueError("unbalanced " + " ".join(tokens[at:at + 20]))


def split_top(tokens, separator):
    parts, depth = [[]], 0
    for t in tokens:
        if t in "([{":
            depth += 1
        elif t in ")]}":
            depth -= 1
        if t == separator and depth == 0:
            parts.append([])
        else:
            parts[-1].append(t)
    return parts


def split_at(tokens, separator):
    """The place of the first separator outside of brackets (and of a ternary)."""
    depth = questions = 0
    for i, t in enumerate(tokens):
        if t in "([{":
            depth += 1
        elif t in ")]}":
            depth -= 1
        elif t == "?":
            questions += 1
        if t == separator and depth == 0 and (separator == ";" or not questions):
            return i
    raise ValueError(f"no {separator} after " + " ".join(tokens[:12]))


def ternary(words):
    depth = 0
    for i, t in enumerate(words):
        if t in "([{":
            depth += 1
        elif t in ")]}":
            depth -= 1
        elif t == "?" and depth == 0:
            rest, level = words[i + 1:], 0
            for j, u in enumerate(rest):
                if u in "([{":
                    level += 1
                elif u in ")]}":
                    level -= 1
                elif u == "?" and level == 0:
                    return None
                elif u == ":" and level == 0:
                    return words[:i], rest[:j], rest[j + 1:]
    return None
