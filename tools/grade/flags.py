"""Places in a submission that an honest solution has no use for. They cost no points: a teacher reads them.

Each is a way in which code has been seen to report results that it did not have. The list is cheap to get around by an author who knows
it, so a report without such places proves nothing; the sandbox and the channels of the results are what is relied on.
"""
import os
import re

# With the spellings that gcc takes for the same: __attribute and [[gnu::…]], __weak__ for weak, _Pragma("…"), #import.
DIRECTIVE = r"(?:#|%:)\s*(?:include(_next)?|import)\b\s*"
ATTRIBUTE = r"(?:\b__attribute(?:__)?\s*\(\s*\(.*(?:\b|__)|\b(?:gnu|__gnu__)\s*::\s*(?:__)?)"
PRAGMA = r"(?:(?:#|%:)\s*pragma\s+|\b_Pragma\s*\(\s*\"\s*)"
KINDS = (
    (ATTRIBUTE + r"(?:constructor|destructor|ifunc)(?:\b|__)", "code that runs before or after the test"),
    (r"\.(?:pre)?init_array|\.ctors|\.fini_array|\.preinit", "code that runs before or after the test"),
    (ATTRIBUTE + rf"weak(?:\b|__)|\.weak\b|{PRAGMA}weak", "a weak definition, which can stand in for the grader's"),
    (r"\.incbin|\.include\b|#\s*embed", "another file's bytes"),
    (DIRECTIVE + r"[\"<](?:/|(?:[^\">]*/)?(?:labs|tests|tools)/)", "a header by an absolute path, or of the checks"),
    (DIRECTIVE + r"[^\s\"<]", "an include whose file a macro names"),
    (r"__SANITIZE_ADDRESS__|__has_feature\s*\(\s*address_sanitizer|__has_include|\bunit_(?:pass|fail|main)\b|\b0x20[0-9a-fA-F]{6}\b", "code that recognises the harness"),
    (r"\b0x0*2f8\b|\b0x0*f4\b(?=.*\bout|.*port)", "the serial line or the exit device of the tests"),
    (r"MICROK-GRADE", "the test program's arguments"),
    (PRAGMA + rf"GCC\s+(?:optimize|diagnostic)|{ATTRIBUTE}no_sanitize", "compiler checks turned off"),
    (r"(?:[^\s\\]|(?:#|%:)\s*)\\\s*$", "a word that may go on in the next line"),
    (r"(?:#|%:)\s*/\*", "a directive whose name a comment hides"),
)
COMMENT = re.compile(r"/\*.*?\*/")
INCLUDE = re.compile(DIRECTIVE + r"([\"<])([^\">]*)")
FOLDERS = ("", "kernel", "kernel/include")  # in which the build's compilers look for a header
MOST = 20
LONGEST = 500  # characters of a line that are searched: the time for some patterns grows with the square of a line's length
LONGEST_FILE = 1 << 20  # bytes; one that people write has a few thousand
TOO_LARGE, NO_TEXT = "a file too large to be looked through", "a file of bytes, not text: it was not looked through"


def leaves_the_tree(path, line, files):
    """Whether an include in the file's line leads out of the tree. A compiler looks in the file's own folder first, for a name in quotes, and
    from there in FOLDERS; `files`: those of the tree."""
    for next_one, quote, name in INCLUDE.findall(line):
        own = os.path.normpath(os.path.join(os.path.dirname(path), name))
        if quote == '"' and not next_one and own in files:
            continue
        places = [own, *(os.path.normpath(os.path.join(folder, name)) for folder in FOLDERS)]
        if any(place.split("/")[0] == ".." for place in places):
            return True
    return False


def flags_of(path, text, known=frozenset(), files=frozenset()):
    """[(path, line, kind)] of the places in one file, without those in lines that are `known`. `files`: the paths of the tree that is graded."""
    if "\0" in text:
        return [(path, 1, NO_TEXT)]
    found = []
    for number, line in enumerate(text.split("\n"), 1):  # as editors number them: splitlines() ends one at a form feed, too
        if line.strip() in known:
            continue
        if len(line) > LONGEST:
            found.append((path, number, "a line too long to be looked through"))
            continue
        forms = dict.fromkeys((line, COMMENT.sub(" ", line)))  # a comment may stand between any two words
        kinds = [kind for pattern, kind in KINDS if any(re.search(pattern, form) for form in forms)]
        if not kinds and any(leaves_the_tree(path, form, files) for form in forms):
            kinds = ["an include that leads out of the tree"]
        found += [(path, number, kind) for kind in kinds[:1]]
    return found


def added(path, text, before, files=frozenset()):
    """The places of a file that its original does not have."""
    return [] if text == before else flags_of(path, text, {line.strip() for line in before.split("\n")}, files)


def sentence(found, shown):
    """The note of a report, or ""."""
    if not found:
        return ""
    rows = "".join(f"\n  {shown(path)}:{line}: {kind}" for path, line, kind in found[:MOST])
    more = f"\n  and {len(found) - MOST} more" if len(found) > MOST else ""
    return "Worth a look, since an exercise needs none of it:" + rows + more
