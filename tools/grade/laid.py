"""The tree that is graded: a submission's folders of sources, and over them all of the grader's files that decide.

Makefile, linker scripts, stages, tools, tests, labs, and the library and protocols that test programs are linked with, and the kernel's headers
that they include, are never the learner's. Of the submission only the folders of sources are copied: at the top, GNUmakefile would be read
before our Makefile, and gen/ or microk/ before our headers.
"""
import os
import re
import shutil
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "lab"))

import exercise  # noqa: E402  tools/lab/exercise.py
from listing import Refused, refuse_large, shown  # noqa: E402
from source import claims_of, parse_manifest, stage_of  # noqa: E402  tools/lab/source.py

OURS = ("Makefile", "stages", "tools", "tests", "labs", "protocols", "lib", "kernel/include", "user/runtime")
SUFFIXES = (".ld", ".mk")
ADDED = (".c", ".h", ".S")  # sources that a submission may add to a library's folder with an exercise
SOURCES = ("kernel", "lib", "servers", "drivers", "user")
NAMES_THE_TREE = "STAGE"


def is_ours(path, text):
    """Whether our file is laid over the submission's: it is, unless an exercise lies in it."""
    ours = any(path == o or path.startswith(o + "/") for o in OURS) or path.endswith(SUFFIXES)
    return ours and not (exercise.may_hold(path) and exercise.regions_of(path, text)[0])


def open_folders(ours):
    """The folders in which a file may be the learner's: of a library only those with an exercise, since others are linked with test programs."""
    return {os.path.dirname(p) for p in ours.files if p.split("/")[0] in SOURCES and not is_ours(p, ours.text(p))}


def is_taken(path, ours, opened):
    """Whether a submission's file is part of the tree that is graded. `opened`: the folders in which it may add sources."""
    if path.split("/")[0] not in SOURCES:
        return path == NAMES_THE_TREE
    if not is_ours(path, ours.text_or(path, "")):
        return True
    return path not in ours and os.path.dirname(path) in opened and path.endswith(ADDED)


def expected(ours, stage):
    """The sources that a tree of this stage has, of the Listing of our tree."""
    manifests = {int(path.split("/")[1].split("-")[0]): parse_manifest(path, ours.text(path))
                 for path in ours.files if re.fullmatch(r"stages/\d+-[^/]+/stage\.mk", path)}
    claims = claims_of(manifests)
    return {p for p in ours.files if p.split("/")[0] in SOURCES and stage_of(p, claims) <= stage}


def not_sent(theirs, ours, wanted):
    """The folders of sources that were not sent at all. A missing folder is taken from our tree, but never a solution."""
    folders = {p.split("/")[0] for p in wanted}
    missing = [f for f in SOURCES if f in folders and not os.path.isdir(theirs.at(f))]
    for path in sorted(p for p in wanted if p.split("/")[0] in missing):
        regions = exercise.regions_of(path, ours.text(path))[0]
        if regions:
            raise Refused(f"{shown(theirs.top)} has no {path}, where exercise {regions[0].id} lies")
    return missing


def lay(theirs, ours, dest, also=()):
    """Makes the tree `dest` of two Listings. `also`: files of ours that the learner may change, and that were not sent."""
    total, opened = 0, open_folders(ours)
    for path in theirs.files:
        if not is_taken(path, ours, opened):
            continue
        total += theirs.size(path)
        refuse_large(total)
        copy(theirs.at(path), os.path.join(dest, path))
    for path in ours.files:
        if path in also or is_ours(path, ours.text(path)):
            copy(ours.at(path), os.path.join(dest, path))


def lay_headers(ours, dest):
    """The grader's headers, as a tree."""
    for path in ours.files:
        if path.split("/")[0] in (*SOURCES, "protocols") and path.endswith(".h"):
            copy(ours.at(path), os.path.join(dest, path))


def copy(source, dest):
    os.makedirs(os.path.dirname(dest), exist_ok=True)
    shutil.copyfile(source, dest)
    os.chmod(dest, 0o755 if os.stat(source).st_mode & 0o111 else 0o644)


def open_up(top):
    """Makes the tree readable for the sandbox's user, whatever this process's umask."""
    os.chmod(top, 0o755)
    for folder, folders, files in os.walk(top):
        for name in folders:
            os.chmod(os.path.join(folder, name), 0o755)
        for name in files:  # a teacher's private checks may be readable for the teacher only
            os.chmod(os.path.join(folder, name), os.stat(os.path.join(folder, name)).st_mode | 0o444)
