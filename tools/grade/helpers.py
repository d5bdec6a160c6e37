"""A learner's own files beside an exercise: a function moved out of the exercise's file, into a new one of the same folder of the kernel.

The stage's manifest names such a file, so that the kernel links with it. A unit check compiles it where the exercise uses what it defines. A
submission's manifests are not the learner's to write: of them only the names of such files are taken (`added`), as data.
"""
import os
import re

from objects import COMPILERS
from say import Stop  # tools/lab/say.py
from source import built_from, parse_manifest  # tools/lab/source.py

MANIFEST = re.compile(r"stages/\d+-[^/]+/stage\.mk")
OBJECT = re.compile(r"kernel/[a-z0-9]+/[A-Za-z0-9_]+(?:\.S)?\.o")
DEFINES = "TDBRC"  # nm's letters of a name that others can use
MOST = 16         # files of a unit
MOST_NAMES, LONGEST = 64, 1 << 20  # names to look for, and bytes of a file


def kernels(path, text):
    """The objects of the kernel that a manifest names; none if it cannot be read."""
    try:
        return parse_manifest(path, text).get("kernel-y", [])
    except Stop:
        return []


def added(theirs, ours):
    """{manifest: [(object, source)]} of the files that a submission adds to a folder of the kernel which ours has, too. Both are Listings."""
    folders = {os.path.dirname(p) for p in ours.files if p.startswith("kernel/")}
    found, seen = {}, set()
    for manifest in filter(MANIFEST.fullmatch, ours.files):
        for word in kernels(manifest, theirs.text_or(manifest, "")):
            source = built_from("kernel", word)[0]
            if OBJECT.fullmatch(word) and word not in seen and source in theirs and source not in ours and os.path.dirname(source) in folders:
                seen.add(word)
                found.setdefault(manifest, []).append((word, source))
    return found


def lay(found, dest):
    """Names the added files in the manifests of the tree that is graded."""
    for manifest, files in found.items():
        with open(os.path.join(dest, manifest), "a", encoding="utf-8") as f:
            f.write("\n# Added by the submission.\n")
            f.writelines(f"{os.path.dirname(word)}-y += {os.path.basename(word)}\n" for word, _ in files)


def beside(tree, sources):
    """The files of the kernel in the folders of these sources that the tree's manifests name."""
    folders, found = {os.path.dirname(s) for s in sources}, []
    top = os.path.join(tree, "stages")
    for stage in sorted(os.listdir(top)) if os.path.isdir(top) else ():
        path = os.path.join(top, stage, "stage.mk")
        if not os.path.isfile(path):
            continue
        with open(path, encoding="utf-8", errors="replace") as f:
            named = [built_from("kernel", word)[0] for word in kernels(path, f.read()) if OBJECT.fullmatch(word)]
        found += [s for s in named if os.path.dirname(s) in folders and s not in sources and os.path.isfile(os.path.join(tree, s))]
    return list(dict.fromkeys(found))


def names(symbols, kinds):
    return {name for listed in symbols.values() for name, kind in listed if kind in kinds}


def mentions(tree, source, wanted):
    """Whether the file's text has one of the names. A file or a list beyond all that people write is not searched."""
    path = os.path.join(tree, source)
    if os.path.getsize(path) > LONGEST:
        return False
    with open(path, encoding="utf-8", errors="replace") as f:
        text = f.read()
    return any(name in text for name in sorted(wanted)[:MOST_NAMES])


def find(tree, sources, tested, others, compiled):
    """{object: source} of the files beside `sources` that define names which these use and nothing else of the unit defines. `tested`, `others`:
    the symbols of their objects and of the unit's other ones; `compiled`: a function that compiles a source and returns (object, its symbols)."""
    defined, found = names({**tested, **others}, DEFINES), {}
    wanted = kernels_names(names(tested, "U") - defined)
    left = beside(tree, sources) if wanted else []
    for _ in range(MOST):
        source = next((s for s in left if mentions(tree, s, wanted)), None)
        if source is None:
            break
        left.remove(source)
        path, symbols = compiled(source)
        if names(symbols, DEFINES) & wanted:
            found[path] = source
            defined |= names(symbols, DEFINES)
            wanted = kernels_names((wanted | names(symbols, "U")) - defined)
    return found


def kernels_names(found):
    return {name for name in found if not COMPILERS.match(name)}
