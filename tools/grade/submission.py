"""A submission: a learner's tree, graded with our own build rules, programs and checks.

The files that decide the grade are never the learner's: Makefile, linker scripts, stages, tools, tests, labs, and the library and
protocols that test programs are linked with, and the kernel's headers that they include, are laid over a copy. Of the submission itself only
the folders of sources are copied: at the top, GNUmakefile would be read before our Makefile, and gen/ or microk/ before our headers. Changes
outside the exercises are listed, whether they count or not.
"""
import os
import re
import shutil
import sys
import tempfile
from dataclasses import replace

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "lab"))

import engine  # noqa: E402
import exercise  # noqa: E402  tools/lab/exercise.py
from report import TRUST  # noqa: E402
from sandbox import Sandbox  # noqa: E402
from source import claims_of, parse_manifest, read_stage, stage_of  # noqa: E402  tools/lab/source.py

OURS = ("Makefile", "stages", "tools", "tests", "labs", "protocols", "lib", "kernel/include", "user/runtime")
SUFFIXES = (".ld", ".mk")
LEFT_OUT = (".git", "node_modules", "__pycache__")
SOURCES = ("kernel", "lib", "servers", "drivers", "user")
NAMES_THE_TREE = "STAGE"
BUILDERS = ("gnumakefile", "makefile")
READ_BY_COMPILERS = (".h", ".inc", ".mk", ".ld", ".c", ".S")
MOST_BYTES, MOST_FILES = 64 << 20, 20000


class Refused(Exception):
    pass


def files_of(top):
    """Relative paths of the plain files of a tree; symbolic links are not part of it."""
    found = []
    for folder, folders, names in os.walk(top):
        folders[:] = sorted(f for f in folders if f not in LEFT_OUT and not os.path.islink(os.path.join(folder, f))
                            and os.path.join(folder, f) != os.path.join(top, "build"))
        found += [os.path.relpath(os.path.join(folder, n), top) for n in sorted(names)
                  if os.path.isfile(os.path.join(folder, n)) and not os.path.islink(os.path.join(folder, n))]
        if len(found) > MOST_FILES:
            raise Refused(f"{top} holds more than {MOST_FILES:,} files: is it a tree of MicroK?")
    return found


def text_of(top, path):
    with open(os.path.join(top, path), encoding="utf-8", errors="replace") as f:
        return f.read()


def is_ours(path, text):
    """Whether our file is laid over the submission's: it is, unless an exercise lies in it."""
    ours = any(path == o or path.startswith(o + "/") for o in OURS) or path.endswith(SUFFIXES)
    return ours and not (exercise.may_hold(path) and exercise.regions_of(path, text)[0])


def expected(ours, stage):
    """The sources that a tree of this stage has."""
    manifests = {}
    for name in os.listdir(os.path.join(ours, "stages")):
        path = os.path.join("stages", name, "stage.mk")
        if re.match(r"\d+-", name) and os.path.exists(os.path.join(ours, path)):
            manifests[int(name.split("-")[0])] = parse_manifest(path, text_of(ours, path))
    claims = claims_of(manifests)
    return {p for p in files_of(ours) if p.split("/")[0] in SOURCES and stage_of(p, claims) <= stage}


def not_sent(theirs, ours, wanted):
    """The folders of sources that were not sent at all. A missing folder is taken from our tree, but never a solution."""
    folders = {p.split("/")[0] for p in wanted}
    missing = [f for f in SOURCES if f in folders and not os.path.isdir(os.path.join(theirs, f))]
    for path in sorted(p for p in wanted if p.split("/")[0] in missing):
        regions = exercise.regions_of(path, text_of(ours, path))[0]
        if regions:
            raise Refused(f"{theirs} has no {path}, where exercise {regions[0].id} lies")
    return missing


def top_of(theirs):
    """The folder, if it is a tree of MicroK; else raises Refused, which describes the folder to name instead."""
    theirs = os.path.abspath(theirs)
    if not os.path.isdir(os.path.join(theirs, "kernel")):
        inner = [n for n in sorted(os.listdir(theirs)) if os.path.isdir(os.path.join(theirs, n, "kernel"))] if os.path.isdir(theirs) else []
        raise Refused(f"{theirs} is not a tree of MicroK: it has no kernel/"
                      + (f"; the tree is in it: --submission {os.path.join(theirs, inner[0])}" if len(inner) == 1 else ""))
    return theirs


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
    """[(path, kind)] of the differences outside the exercises. `wanted`: our files that must be there."""
    found = []
    mine, their = set(files_of(ours)), set(files_of(theirs))
    for path in sorted(their | wanted):
        counts = is_ours(path, text_of(ours, path) if path in mine else "")
        if is_passed_over(path, path in mine):
            continue
        if path not in mine:
            is_left_out = counts or path.split("/")[0] not in SOURCES
            found.append((path, "added" + (", left out" if is_left_out else "")))
        elif path not in their:
            found.append((path, "removed" + (", laid over" if counts else "")))
        elif outside(path, text_of(theirs, path)) != outside(path, text_of(ours, path)):
            found.append((path, "changed" + (", laid over" if counts else "")))
    return found


def lay(theirs, ours, dest, also=()):
    """The tree that is graded. `also`: files of ours that the learner may change, and that were not sent."""
    total = 0
    for path in files_of(theirs):
        mine = os.path.join(ours, path)
        if path.split("/")[0] not in SOURCES and path != NAMES_THE_TREE:
            continue
        if is_ours(path, text_of(ours, path) if os.path.exists(mine) else ""):
            continue
        total += os.path.getsize(os.path.join(theirs, path))
        if total > MOST_BYTES:
            raise Refused(f"the submission is larger than {MOST_BYTES >> 20} MiB")
        copy(os.path.join(theirs, path), os.path.join(dest, path))
    for path in files_of(ours):
        if path in also or is_ours(path, text_of(ours, path)):
            copy(os.path.join(ours, path), os.path.join(dest, path))


def copy(source, dest):
    os.makedirs(os.path.dirname(dest), exist_ok=True)
    shutil.copyfile(source, dest)
    shutil.copymode(source, dest)


def add_private(folder, tree, stage):
    """A teacher's own checks: folder/checks.py (CHECKS, TITLES), with guest/ (a program folder) and host/ if they need
    them. Returns the module's checks and titles."""
    if not os.path.exists(os.path.join(folder, "checks.py")):
        raise Refused(f"{folder} has no checks.py")
    dest = os.path.join(tree, "labs", "private")
    shutil.copytree(folder, dest, ignore=shutil.ignore_patterns(*LEFT_OUT))
    if os.path.exists(os.path.join(dest, "guest", "build.mk")):
        manifest = os.path.join(tree, "stages", f"{stage}-{engine.stage_name(tree, stage)}", "stage.mk")
        with open(manifest, "a", encoding="utf-8") as f:
            f.write("\ntests-y += labs/private/guest\n")
    module = engine.load(os.path.join(dest, "checks.py"))
    return [replace(x, home=dest, again=False) for x in module.CHECKS], getattr(module, "TITLES", {})


def grade_submission(theirs, stage, *, private=None, seed=None, only=None, out=None, ours=engine.ROOT):
    """Grades the tree `theirs`; the Report's notes list the changes and how it was run."""
    theirs = top_of(theirs)
    stage_file = os.path.join(theirs, "STAGE")
    handed = read_stage(text_of(theirs, "STAGE")) if os.path.isfile(stage_file) and not os.path.islink(stage_file) else None
    if handed and handed["stage"] < stage:
        raise Refused(f"{theirs} is the tree of {handed['kind']} {handed['stage']}: it has no stage {stage} to grade")
    wanted = expected(ours, handed["stage"] if handed else stage)
    absent = not_sent(theirs, ours, wanted)
    with tempfile.TemporaryDirectory(prefix="microk-submission-") as tree:
        os.chmod(tree, 0o755)
        lay(theirs, ours, tree, {p for p in wanted if p.split("/")[0] in absent})
        extra, titles = add_private(os.path.abspath(private), tree, stage) if private else ([], {})
        box = Sandbox(tree)
        report = engine.grade(tree, stage, seed=seed, only=only, checks_root=tree, sandbox=box, extra=extra, titles=titles,
                              write=False)
    release = [text_of(top, "RELEASE").strip() if os.path.exists(os.path.join(top, "RELEASE")) else "?" for top in (theirs, ours)]
    if release[0] != release[1]:
        report.notes.append(f"The submission is of release {release[0]}, this tree of {release[1]}: the changes between "
                            "the two are listed below too. Grade it with the release it was made from.")
    changed = edits(theirs, ours, {p for p in wanted if p.split("/")[0] not in absent})
    if absent:
        report.notes.append(f"Not sent, and so taken from this tree: {', '.join(f'{f}/' for f in absent)}.")
    report.notes.append(f"Built and run {box.words}.")
    report.notes.append("Nothing was changed outside the exercises." if not changed else
                        "Changed outside the exercises:" + "".join(f"\n  {path}: {what}" for path, what in changed))
    report.notes.append(TRUST)
    report.write(out or os.path.join(ours, "build", "grade", "submission"))
    return report
