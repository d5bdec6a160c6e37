"""The lab tool's output: calm, aligned, in colour only where a person watches."""

import os
import sys

CODES = {"good": "32", "warn": "33", "bad": "31", "dim": "2", "bold": "1"}


class Stop(Exception):
    """Something the person at the keyboard must know or do; ends the command with status 1."""


def paint(text, style, stream=None):
    stream = stream or sys.stdout
    if not style or os.environ.get("NO_COLOR") or not stream.isatty():
        return text
    return f"\033[{CODES[style]}m{text}\033[0m"


def say(text="", style=None):
    print(paint(text, style))


def rows(table, indent="  "):
    """Print rows of (text, style) cells or plain strings, each column as wide as it needs."""
    table = [[c if isinstance(c, tuple) else (str(c), None) for c in row] for row in table]
    if not table:
        return
    width = [max(len(r[i][0]) for r in table if len(r) > i) for i in range(max(map(len, table)))]
    for row in table:
        cells = []
        for i, (text, style) in enumerate(row):
            padding = " " * (width[i] - len(text)) if i < len(row) - 1 else ""
            cells.append(paint(text, style) + padding)
        print((indent + "  ".join(cells)).rstrip())


def count(number, thing):
    return f"{number} {thing}{'' if number == 1 else 's'}"
