"""Rules of layout that clang-format leaves open (tests/test_house.py).

- A line with a comment has at most 132 columns, a tab being eight. (Code has 100; clang-format does not touch comments,
  because some are diagrams.)

- The declarations that begin a function are followed by a blank line.
- A pointer is a condition by itself: `p` and `!p`. `!= NULL` stands only where a bool is made of it: `return p != NULL;`,
  `has == (p != NULL)`.
"""
import re

COMMENT_COLUMNS = 132
COMMENT_OR_STRING = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'|/\*.*?\*/|//[^\n]*', re.S)
DECLARATION = re.compile(r"\t(?:(?:static|const|volatile|register|_Alignas\(\d+\)) )*"
                         r"(?:(?:struct|enum|union) \w+|unsigned(?: \w+)?|u8|u16|u32|u64|i8|i16|i32|i64|int|long|char|bool|void|"
                         r"double|float|size_t|uintptr_t|va_list|cap_t|status_t)\b[\s*]+[\w*(]")
BOOL_OF_POINTER = re.compile(r"(?:\breturn|=) [^&|?=]+ != NULL;|== \([^&|?=]+ != NULL\)|\([^&|?=]+ != NULL\) ==|"
                             r"\? [^&|?=]+ != NULL :")


def blank(text):
    """The text with comments and strings as blanks, so that places and lines stay the same."""
    return COMMENT_OR_STRING.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text)


def missing_blank_lines(text):
    """Numbers of the lines before which one is missing."""
    lines, code = text.split("\n"), blank(text).split("\n")
    found = []
    for at, line in enumerate(lines):
        if line != "{":
            continue
        at, last = at + 1, 0
        while at < len(lines) and (DECLARATION.match(code[at]) or not code[at].strip()):
            if not code[at].strip():
                if not lines[at].strip():
                    break
                at += 1
                continue
            depth = 0
            while at < len(code):
                depth += sum(code[at].count(c) for c in "({[") - sum(code[at].count(c) for c in ")}]")
                at += 1
                if depth == 0 and code[at - 1].rstrip().endswith(";"):
                    break
            last = at
        if last and lines[last].strip() not in ("", "}"):
            found.append(last + 1)
    return found


def long_comments(text):
    """Numbers of the lines in or with a comment that are too long."""
    lines = text.split("\n")
    found = set()
    for match in COMMENT_OR_STRING.finditer(text):
        if match[0].startswith("/"):
            first = text.count("\n", 0, match.start())
            found |= {n + 1 for n in range(first, first + match[0].count("\n") + 1) if len(lines[n].expandtabs(8)) > COMMENT_COLUMNS}
    return sorted(found)


def null_comparisons(text):
    """Numbers of the lines that compare a pointer with NULL, other than to make a bool of it."""
    found = []
    for number, line in enumerate(blank(text).split("\n"), 1):
        if re.search(r"[!=]= NULL\b", line) and not BOOL_OF_POINTER.search(line):
            found.append(number)
    return found
