"""The differences of a submission outside of its exercises. They are listed for a teacher, whether they count or not, and cost no points."""
import os
import re

import flags
from laid import NAMES_THE_TREE, OURS, SOURCES, exercise, is_ours, is_taken, open_folders
from listing import shown
from source import read_stage  # tools/lab/source.py, on the path of laid

BUILDERS = ("gnumakefile", "makefile")
RELEASE = re.compile(r"\d{1,9}(\.\d{1,9}){1,9}")
READ_BY_COMPILERS = (".h", ".inc", ".mk", ".ld", ".c", ".S")


def outside(path, text):
    """The text without the bodies of exercises."""
    try:
        regions = exercise.regions_of(path, text)[0]
        return exercise.replace_regions(path, text, {r.key: "" for r in regions})
    except (ValueError, KeyError):
        return text


def is_passed_over(path, is_known):
    """Whether no build reads the file (notes, for example). A file that make or a compiler would have read is listed,
    wherever it lies."""
    if os.path.basename(path).lower() in BUILDERS or path.endswith(READ_BY_COMPILERS):
        return False
    return not path.startswith(SOURCES + OURS) or path.startswith("labs/") and not is_known


def edits(theirs, ours, wanted):
    """[(path, kind)] of the differences of two Listings outside the exercises. `wanted`: our files that must be there."""
    found, opened = [], open_folders(ours)
    for path in sorted(set(theirs.files) | wanted):
        counts = is_ours(path, ours.text_or(path, ""))
        if is_passed_over(path, path in ours):
            continue
        if path not in ours:
            found.append((path, "added" + ("" if is_taken(path, ours, opened) else ", left out")))
        elif path not in theirs:
            found.append((path, "removed" + (", laid over" if counts else "")))
        elif (text := theirs.text(path)) != (own := ours.text(path)) and outside(path, text) != outside(path, own):
            found.append((path, "changed" + (", laid over" if counts else "")))
    return found


def places(theirs, ours):
    """[(path, line, kind)] of the places that an exercise has no use for (flags.py). A source can include a file of any name, so all are searched."""
    found, opened = [], open_folders(ours)
    files = {*ours.files, *(path for path in theirs.files if is_taken(path, ours, opened))}
    for path in theirs.files:
        if path.split("/")[0] not in SOURCES:
            continue
        if theirs.size(path) > flags.LONGEST_FILE:
            found.append((path, 1, flags.TOO_LARGE))
        else:
            found += flags.added(path, theirs.text(path), ours.text_or(path, ""), files)
    return found


def release_of(tree):
    """The release that a tree states, in RELEASE or in a lab tree's STAGE; "" if it states none."""
    stage = read_stage(tree.text_or(NAMES_THE_TREE, "")) or {}
    stated = (tree.text_or("RELEASE", "").strip(), stage.get("release", ""))
    return next((words for words in stated if RELEASE.fullmatch(words)), "")


def release_note(theirs, ours):
    """The sentences about a submission of another release, or of an unknown one; "" if it is of this tree's."""
    sent, own = release_of(theirs), release_of(ours)
    if sent == own:
        return ""
    if not sent:
        return (f"The submission states no release: no file RELEASE or STAGE of it names one. This tree is of release {own}. If the student worked in "
                "another one's, the changes between the two are listed below too: ask for the release, or for the whole tree, and grade with that release.")
    return (f"The submission is of release {sent}, this tree of {own or 'none'}: the changes between the two are listed below too. "
            "Grade it with the release it was made from.")


def note(report, theirs, ours, wanted, left_out):
    """Adds the sentences about what was sent. `left_out`: names that stayed in the zip."""
    if words := release_note(theirs, ours):
        report.notes.append(words)
    changed = edits(theirs, ours, wanted)
    changed += [(path, "a link or special file, left out") for path in theirs.links]
    changed += [(path, "in the zip, left out") for path in left_out]
    report.changed = len(changed)
    report.notes.append("Nothing was changed outside the exercises." if not changed else
                        "Changed outside the exercises:" + "".join(f"\n  {shown(path)}: {what}" for path, what in changed))
    found = places(theirs, ours)
    report.flags = len(found)
    if found:
        report.notes.append(flags.sentence(found, shown))
