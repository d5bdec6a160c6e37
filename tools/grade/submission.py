"""A submission: a learner's tree, graded with our own build rules, programs and checks.

The files that decide the grade are never the learner's: Makefile, linker scripts, stages, tools, tests, labs, and the library and
protocols that test programs are linked with, and the kernel's headers that they include, are laid over a copy. Of the submission itself only
the folders of sources are copied: at the top, GNUmakefile would be read before our Makefile, and gen/ or microk/ before our headers. Changes
outside the exercises are listed, whether they count or not.

A submission is data until a compiler reads it. From then on (sandbox.py):

- The compilers see the tree, but no private check while they read one of the submission's files, and write in the tree's build/ or in a unit's folder only.
- The programs that they made run without any of it: a unit sees its own program, the emulator what it boots, and neither can write where the grader reads,
  except the emulator into the folder of its own run.
- All that decides (checks, seed, expected answers, reports) lies outside the sandbox, and is read before the submission's code runs.
"""
import os
import re
import shutil
import stat
import sys
import tempfile
from dataclasses import dataclass, replace

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "lab"))

import engine  # noqa: E402
import flags  # noqa: E402
import handed_in  # noqa: E402
import seeds  # noqa: E402
import exercise  # noqa: E402  tools/lab/exercise.py
from alone import alone  # noqa: E402
from report import TRUST, printable  # noqa: E402
from sandbox import Sandbox, unconfined  # noqa: E402
from source import claims_of, parse_manifest, read_stage, stage_of  # noqa: E402  tools/lab/source.py

OURS = ("Makefile", "stages", "tools", "tests", "labs", "protocols", "lib", "kernel/include", "user/runtime")
SUFFIXES = (".ld", ".mk")
LEFT_OUT = (".git", "node_modules", "__pycache__")
SOURCES = ("kernel", "lib", "servers", "drivers", "user")
NAMES_THE_TREE = "STAGE"
BUILDERS = ("gnumakefile", "makefile")
READ_BY_COMPILERS = (".h", ".inc", ".mk", ".ld", ".c", ".S")
MOST_BYTES, MOST_FILES = 64 << 20, 20000


UNSAFE = "WITHOUT a sandbox, as --unsafe asks: its code had your rights to your files, and to the network"
PRIVATE = os.path.join("labs", "private")


class Refused(Exception):
    pass


@dataclass
class Confined:
    """How a submission is graded. `out`: one of the grader's folders, outside of the tree. `private`: folders of the tree that
    its code must not see. `tests`: programs of private checks. `headers`: the grader's kernel headers, as a tree."""
    sandbox: object
    out: str
    private: tuple = ()
    tests: tuple = ()
    headers: str = ""


def files_of(top):
    """Relative paths of the plain files of a tree; symbolic links are not part of it."""
    found = []
    for folder, folders, names in os.walk(top):
        folders[:] = sorted(f for f in folders if f not in LEFT_OUT and not os.path.islink(os.path.join(folder, f))
                            and os.path.join(folder, f) != os.path.join(top, "build"))
        found += [os.path.relpath(os.path.join(folder, n), top) for n in sorted(names)
                  if os.path.isfile(os.path.join(folder, n)) and not os.path.islink(os.path.join(folder, n))]
        if os.path.relpath(folder, top).count(os.sep) >= handed_in.DEEPEST:
            raise Refused(f"{shown(top)} holds folders in each other more than {handed_in.DEEPEST} deep: is it a tree of MicroK?")
        if len(found) > MOST_FILES:
            raise Refused(f"{shown(top)} holds more than {MOST_FILES:,} files: is it a tree of MicroK?")
    return found


def links_of(top):
    """Relative paths of the symbolic links, and of what else is neither a file nor a folder: none of them is part of a submission."""
    found = []
    for folder, folders, names in os.walk(top):
        folders[:] = [f for f in folders if f not in LEFT_OUT and os.path.join(folder, f) != os.path.join(top, "build")]
        found += [os.path.relpath(os.path.join(folder, n), top) for n in folders + names
                  if stat.S_IFMT(os.lstat(os.path.join(folder, n)).st_mode) not in (stat.S_IFREG, stat.S_IFDIR)]
    return sorted(found)


def shown(path):
    """A file's name, whatever bytes it has, as it may be printed."""
    return printable(path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace").replace("\n", "\\n").replace("\t", "\\t"))


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
            raise Refused(f"{shown(theirs)} has no {path}, where exercise {regions[0].id} lies")
    return missing


def top_of(theirs):
    """The folder, if it is a tree of MicroK; else raises Refused."""
    theirs = os.path.abspath(theirs)
    if not os.path.isdir(os.path.join(theirs, "kernel")):
        raise Refused(f"{shown(theirs)} is not a tree of MicroK: it has no kernel/")
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
    os.chmod(dest, 0o755 if os.stat(source).st_mode & 0o111 else 0o644)


def add_private(folder, tree):
    """A teacher's own checks: folder/checks.py (CHECKS, TITLES), with guest/ (a program folder) and host/ if they need
    them. Returns the module's checks and titles."""
    if not os.path.exists(os.path.join(folder, "checks.py")):
        raise Refused(f"{folder} has no checks.py")
    dest = os.path.join(tree, PRIVATE)
    shutil.copytree(folder, dest, ignore=shutil.ignore_patterns(*LEFT_OUT))
    module = engine.load(os.path.join(folder, "checks.py"))
    return [replace(x, home=dest, again=False) for x in module.CHECKS], getattr(module, "TITLES", {})


def grade_submission(handed, stage, *, secret=None, name="", seed=None, **more):
    """Grades a submission as it was handed in: a folder or a zip. With a `secret`, the seed is derived from it, the student's
    name and the files (seeds.py). Raises Refused, CannotConfine."""
    try:
        with handed_in.unpacked(handed) as (theirs, left_out):
            if seed is None and secret is not None:
                refuse_large(theirs)
                seed = seeds.seed_for(secret, name or os.path.basename(os.path.abspath(handed)), stage, theirs, files_of(theirs))
            return grade_tree(theirs, stage, seed=seed, left_out=left_out, **more)
    except handed_in.NotASubmission as error:
        raise Refused(shown(str(error))) from error  # a zip's name is the learner's


def refuse_large(theirs):
    """Raises Refused before much of it is read."""
    if sum(os.path.getsize(os.path.join(theirs, path)) for path in files_of(theirs)) > MOST_BYTES:
        raise Refused(f"the submission is larger than {MOST_BYTES >> 20} MiB")


def grade_tree(theirs, stage, *, private=None, seed=None, only=None, out=None, ours=engine.ROOT, unsafe=False, left_out=()):
    """Grades the tree `theirs`; the Report's notes list the changes and how it was run."""
    theirs = top_of(theirs)
    stage_file = os.path.join(theirs, "STAGE")
    handed = read_stage(text_of(theirs, "STAGE")) if os.path.isfile(stage_file) and not os.path.islink(stage_file) else None
    if handed and handed["stage"] < stage:
        raise Refused(f"{shown(theirs)} is the tree of {handed['kind']} {handed['stage']}: it has no stage {stage} to grade")
    wanted = expected(ours, handed["stage"] if handed else stage)
    absent = not_sent(theirs, ours, wanted)
    box = unconfined if unsafe else Sandbox()
    with alone(out or os.path.join(ours, "build", "grade", "submission")) as folder, tempfile.TemporaryDirectory(prefix="microk-submission-") as top:
        tree, own, headers = (os.path.join(top, name) for name in ("tree", "grader", "headers"))
        lay(theirs, ours, tree, {p for p in wanted if p.split("/")[0] in absent})
        for path in (p for p in files_of(os.path.join(ours, "kernel")) if p.endswith(".h")):
            copy(os.path.join(ours, "kernel", path), os.path.join(headers, "kernel", path))
        extra, titles = add_private(os.path.abspath(private), tree) if private else ([], {})
        for made in (os.path.join(tree, "build"), own, os.path.join(own, "unit")):
            os.mkdir(made)
        open_up(top)
        tests = [p for p in (os.path.join(PRIVATE, "guest"),) if os.path.exists(os.path.join(tree, p, "build.mk"))]
        report = engine.grade(tree, stage, seed=seed, only=only, checks_root=tree, extra=extra, titles=titles,
                              confined=Confined(box, own, (PRIVATE,) if private else (), tests, headers))
        note(report, theirs, ours, {p for p in wanted if p.split("/")[0] not in absent}, left_out)
        if absent:
            report.notes.append(f"Not sent, and so taken from this tree: {', '.join(f'{f}/' for f in absent)}.")
        report.notes += [f"Built and run {UNSAFE if unsafe else box.words}.", TRUST]
        report.write(folder)
    return report


def open_up(top):
    """Makes the tree readable for the sandbox's user, whatever this process's umask."""
    os.chmod(top, 0o755)
    for folder, folders, files in os.walk(top):
        for name in folders:
            os.chmod(os.path.join(folder, name), 0o755)
        for name in files:  # a teacher's private checks may be readable for the teacher only
            os.chmod(os.path.join(folder, name), os.stat(os.path.join(folder, name)).st_mode | 0o444)


def note(report, theirs, ours, wanted, left_out):
    """Adds the sentences about what was sent."""
    release = [text_of(top, "RELEASE").strip() if os.path.exists(os.path.join(top, "RELEASE")) else "?" for top in (theirs, ours)]
    if release[0] != release[1]:
        report.notes.append(f"The submission is of release {release[0]}, this tree of {release[1]}: the changes between "
                            "the two are listed below too. Grade it with the release it was made from.")
    changed = edits(theirs, ours, wanted)
    changed += [(path, "a link or special file, left out") for path in links_of(theirs)]
    changed += [(path, "in the zip, left out") for path in left_out]
    report.changed = len(changed)
    report.notes.append("Nothing was changed outside the exercises." if not changed else
                        "Changed outside the exercises:" + "".join(f"\n  {shown(path)}: {what}" for path, what in changed))
    found = []
    for path in files_of(theirs):
        if path.split("/")[0] in SOURCES and path.endswith(READ_BY_COMPILERS):
            before = text_of(ours, path) if os.path.isfile(os.path.join(ours, path)) else ""
            found += flags.added(path, text_of(theirs, path), before)
    report.flags = len(found)
    if found:
        report.notes.append(flags.sentence(found, shown))
