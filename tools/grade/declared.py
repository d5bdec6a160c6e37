"""The names that header files declare for other files: functions and variables, and nothing of a struct, a parameter or a comment."""
import os
import re

# Comments, string literals, and preprocessor lines with the ones that continue them.
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)
NO_CODE = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|^[ \t]*#(?:[^\n]*\\\n)*[^\n]*', re.S | re.M)
TOKEN = re.compile(r"[A-Za-z_]\w*|[^\w\s]")
OPENS, CLOSES = "({[", ")}]"
# Of no name that a linker would see.
LOCAL = {"typedef", "static", "_Static_assert"}
TAGS = {"struct", "union", "enum"}
AFTER_A_NAME = {"(", ";", ",", "[", "=", "__attribute__"}


def statements(text):
    """The tokens of each declaration of the file that lie in no bracket; a bracket itself is one token."""
    depth, current = 0, []
    for token in TOKEN.findall(NO_CODE.sub(" ", text)):
        if token in CLOSES:
            depth = max(depth - 1, 0)
        elif depth == 0:
            current.append(token)
        if token in OPENS:
            depth += 1
        if depth == 0 and token in ";}":
            yield current
            # A body ends its function; a struct's may have the name of a variable after it. Brackets close unseen, so a function's
            # body comes after the one that opens its parameters.
            current = current if token == "}" and TAGS & set(current) and current[-2:] != ["(", "{"] else []
            if token == ";":
                current = []


def names_in(text):
    found = set()
    for tokens in statements(text):
        if LOCAL & set(tokens):
            continue
        for at, token in enumerate(tokens[:-1]):
            if re.match(r"[A-Za-z_]", token) and tokens[at + 1] in AFTER_A_NAME and (at == 0 or tokens[at - 1] not in TAGS):
                found.add(token)
    return found - {"__attribute__", "__asm__"}


def words_in(text):
    """Every name that a header mentions in code, in its macros, too."""
    return set(re.findall(r"[A-Za-z_]\w*", COMMENT.sub(" ", text)))


def names_below(folder, names=names_in):
    """The names that any header in a folder declares, or with `names=words_in` mentions."""
    found = set()
    for top, _, files in os.walk(folder):
        for name in files:
            if name.endswith(".h"):
                with open(os.path.join(top, name), encoding="utf-8", errors="replace") as f:
                    found |= names(f.read())
    return found
