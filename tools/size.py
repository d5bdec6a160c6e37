#!/usr/bin/python3
"""Lines of code of the kernel and of each server, driver and program: a small kernel is a promise,
so it is counted. Blank lines and comments do not count; a line with code and a comment counts once.
"""
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SOURCES = (".c", ".h", ".S", ".ld", ".idl")
KERNEL_LIMIT = 6000  # what the kernel is to stay under at the last stage

# String and character literals first, so that a "//" in one is no comment.
C_TOKEN = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|//[^\n]*|/\*.*?\*/', re.S)


def strip_comments(text, name):
    if name.endswith(".idl"):
        return re.sub(r"#[^\n]*", "", text)

    def replace(match):
        token = match.group()
        return "\n" * token.count("\n") if token.startswith("/") else token

    return C_TOKEN.sub(replace, text)


def count_code(text, name):
    return sum(1 for line in strip_comments(text, name).splitlines() if line.strip())


def count_folder(folder, deep=True):
    """(files, code lines) of a folder of the tree."""
    files = lines = 0
    for path, folders, names in os.walk(os.path.join(ROOT, folder)):
        folders.sort()
        if not deep:
            folders.clear()
        for name in names:
            if name.endswith(SOURCES):
                with open(os.path.join(path, name), encoding="utf-8") as source:
                    lines += count_code(source.read(), name)
                files += 1
    return files, lines


def folders_of(parent):
    path = os.path.join(ROOT, parent)
    if not os.path.isdir(path):
        return []
    return sorted(f"{parent}/{n}" for n in os.listdir(path) if os.path.isdir(os.path.join(path, n)))


def print_group(title, rows):
    """One group with its sum; returns the sum of lines."""
    rows = [r for r in rows if r[1]]
    files, lines = sum(r[1] for r in rows), sum(r[2] for r in rows)
    print(f"{title:<24}{files:>7}{lines:>8}")
    for name, row_files, row_lines in rows:
        print(f"  {name:<22}{row_files:>7}{row_lines:>8}")
    return lines


def main():
    if len(sys.argv) > 1:
        sys.exit("usage: size.py (it takes no arguments)")
    print(f"{'':<24}{'files':>7}{'lines':>8}")
    kernel = [("kernel", *count_folder("kernel", deep=False))]
    kernel += [(f, *count_folder(f)) for f in folders_of("kernel")]
    total = print_group("Kernel", kernel)
    kernel_lines = total
    for title, parent in (("Servers", "servers"), ("Drivers", "drivers"), ("User programs", "user"),
                          ("Stages (stand-ins)", "stages")):
        total += print_group(title, [(f, *count_folder(f)) for f in folders_of(parent)])
    print(f"{'All':<24}{'':>7}{total:>8}")
    print(f"\nCode lines: no blanks, no comments. The kernel is at {kernel_lines} of the {KERNEL_LIMIT} it shall stay under.")


if __name__ == "__main__":
    main()
