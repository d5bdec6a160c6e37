"""Reads the tables of the ABI's headers (kernel/include/microk), from which the page docs/kernel-abi.md (abi.py) and user
space's typed calls of kernel methods (method_stubs.py) are made.
"""
import re

HEADERS = "kernel/include/microk"
X_ENTRY = re.compile(r"X\(\s*(\w+),\s*([^()\"]*?)((?:,\s*\"(?:[^\"\\]|\\.)*\")+)\s*\)")


class Problem(Exception):
    pass


def header(root, name):
    return (root / HEADERS / name).read_text()


def x_macro(text, name):
    """The entries of an X-macro: tuples of words and strings, adjacent strings joined."""
    found = re.search(rf"#define {name}\(X\)((?:.*\\\n)+.*\n)", text)
    if not found:
        raise Problem(f"there is no X-macro {name}")
    body = re.sub(r"/\*.*?\*/", "", found[1].replace("\\\n", " "), flags=re.S)
    body = re.sub(r'"\s+"', "", body)
    for first, words, strings in X_ENTRY.findall(body):
        plain = [first, *[w.strip() for w in words.split(",") if w.strip()]]
        yield (*plain, *re.findall(r'"((?:[^"\\]|\\.)*)"', strings))


def methods(root):
    keys = ("object", "name", "label", "arguments", "results", "rights", "text")
    return [dict(zip(keys, entry, strict=True)) for entry in x_macro(header(root, "cap.h"), "MICROK_METHODS")]


def statuses(root):
    keys = ("name", "number", "text")
    return [dict(zip(keys, entry, strict=True)) for entry in x_macro(header(root, "error.h"), "MICROK_STATUS")]


def split_list(text):
    parts, depth = [""], 0
    for c in text:
        depth += (c == "(") - (c == ")")
        if c == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += c
    return [p.strip() for p in parts if p.strip()]


def word_names(text):
    """The names in C of a method's words: the words before the parenthesis, joined."""
    names = ["_".join(part.partition("(")[0].split()) for part in split_list(text)]
    for name in names:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            raise Problem(f"\"{name}\" in \"{text}\" is not a name; an explanation goes in parentheses")
        if names.count(name) > 1:
            raise Problem(f"two words of \"{text}\" are called {name}")
    return names
