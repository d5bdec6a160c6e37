"""Places in a submission that an honest solution has no use for. They cost no points: a teacher reads them.

Each is a way in which code has been seen to report results that it did not have. The list is cheap to get around by an author who knows
it, so a report without such places proves nothing; the sandbox and the channels of the results are what is relied on.
"""
import re

KINDS = (
    (r"__attribute__\s*\(\(.*\b(?:constructor|destructor|ifunc)\b", "code that runs before or after the test"),
    (r"\.(?:pre)?init_array|\.ctors|\.fini_array|\.preinit", "code that runs before or after the test"),
    (r"__attribute__\s*\(\(.*\bweak\b|\.weak\b|#\s*pragma\s+weak", "a weak definition, which can stand in for the grader's"),
    (r"\.incbin|\.include\b|#\s*embed", "another file's bytes"),
    (r"#\s*include\s*[\"<](?:/|[^\">]*\.\./[^\">]*(?:labs|tests|tools)/)", "a header by an absolute path, or of the checks"),
    (r"__SANITIZE_ADDRESS__|__has_feature\s*\(\s*address_sanitizer|__has_include|\bunit_(?:pass|fail|main)\b|\b0x20[0-9a-fA-F]{6}\b", "code that recognises the harness"),
    (r"\b0x0*2f8\b|\b0x0*f4\b(?=.*\bout|.*port)", "the serial line or the exit device of the tests"),
    (r"MICROK-GRADE", "the test program's arguments"),
    (r"#\s*pragma\s+GCC\s+(?:optimize|diagnostic)|__attribute__\s*\(\(.*\bno_sanitize", "compiler checks turned off"),
)
MOST = 20
LONGEST = 500  # characters of a line that are searched: the time for some patterns grows with the square of a line's length


def flags_of(path, text, known=frozenset()):
    """[(path, line, kind)] of the places in one file, without those in lines that are `known`."""
    found = []
    for number, line in enumerate(text.split("\n"), 1):  # as editors number them: splitlines() ends one at a form feed, too
        if line.strip() in known:
            continue
        if len(line) > LONGEST:
            found.append((path, number, "a line too long to be looked through"))
            continue
        for pattern, kind in KINDS:
            if re.search(pattern, line):
                found.append((path, number, kind))
                break
    return found


def added(path, text, before):
    """The places of a file that its original does not have."""
    return flags_of(path, text, {line.strip() for line in before.split("\n")})


def sentence(found, shown):
    """The note of a report, or ""."""
    if not found:
        return ""
    rows = "".join(f"\n  {shown(path)}:{line}: {kind}" for path, line, kind in found[:MOST])
    more = f"\n  and {len(found) - MOST} more" if len(found) > MOST else ""
    return "Worth a look, since an exercise needs none of it:" + rows + more
