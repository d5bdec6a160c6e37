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
OBJECT = re.compile(r"kernel/[a-z0-9]+/[A-Za-z0-9_][A-Za-z0-9_-]*(?:\.S)?\.o")
DEFINES = "TDBRC"  # nm's letters of a name that others can use
MOST = 16         # files of a unit
MOST_NAMES, LONGEST = 64, 1 << 20  # names to look for, and bytes of a file
NOT_BUILT = ("Named in the submission's manifests, and not built with the kernel, since a file of one's own lies in one of the kernel's folders, and "
             "its name has letters, digits, _ and - only:")
LONGEST_MANIFEST = 1 << 16  # bytes of a submission's: one that people write has a few thousand


def kernels(path, text):
    """The objects of the kernel that a manifest names; none if it cannot be read."""
    try:
        return parse_manifest(path, text).get("kernel-y", [])
    except Stop:
        return []


def named(theirs, ours):
    """[(manifest, object, source)] of the files that only the submission has, as its manifests name them. Both are Listings."""
    found = {}
    for manifest in filter(MANIFEST.fullmatch, ours.files):
        if manifest not in theirs or theirs.size(manifest) > LONGEST_MANIFEST:
            continue
        for word in kernels(manifest, theirs.text(manifest)):
            source = built_from("kernel", word)[0]
            if source in theirs and source not in ours:
                found.setdefault(word, (manifest, word, source))
    return list(found.values())


def added(theirs, ours):
    """({manifest: [(object, source)]} of the files that a submission adds to a folder of the kernel which ours has, too; the sources that its
    manifests name and that are not built)."""
    folders = {os.path.dirname(p) for p in ours.files if p.startswith("kernel/")}
    found, left_out = {}, []
    for manifest, word, source in named(theirs, ours):
        if OBJECT.fullmatch(word) and os.path.dirname(source) in folders:
            found.setdefault(manifest, []).append((word, source))
        else:
            left_out.append(source)
    return found, left_out


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
            listed = [built_from("kernel", word)[0] for word in kernels(path, f.read()) if OBJECT.fullmatch(word)]
        found += [s for s in listed if os.path.dirname(s) in folders and s not in sources and os.path.isfile(os.path.join(tree, s))]
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
