"""A learner's own files beside an exercise: a function moved out of the exercise's file, into a new one of the same folder.

A manifest names such a file, so that the kernel or the program links with it: the stage's, or for a program's folder its build.mk. A unit check
compiles it where the exercise uses what it defines. A submission's manifests are not the learner's to write: of them only the names of such files
are taken (`added`), as data.
"""
import os
import re

import laid
from objects import COMPILERS
from say import Stop  # tools/lab/say.py
from source import built_from, parse_manifest  # tools/lab/source.py

PROGRAM = "build.mk"
MANIFEST = re.compile(rf"stages/\d+-[^/]+/stage\.mk|(?:drivers|servers|user)/(?:[a-z0-9_]+/)+{re.escape(PROGRAM)}")
OBJECT = re.compile(r"(?:kernel|lib|drivers|servers|user)/(?:[a-z0-9_]+/)+[A-Za-z0-9_][A-Za-z0-9_-]*(?:\.S)?\.o")
DEFINES = "TDBRC"  # nm's letters of a name that others can use
MOST = 16         # files of a unit
MOST_NAMES, LONGEST = 64, 1 << 20  # names to look for, and bytes of a file
NOT_BUILT = ("Named in the submission's manifests, and not built, since a file of one's own lies in one of the folders of the kernel, of a program or of a "
             "library with an exercise, and its name has letters, digits, _ and - only:")
LONGEST_MANIFEST = 1 << 16  # bytes of a submission's: one that people write has a few thousand


def objects(path, text):
    """The objects of the kernel, of libraries and of programs that a manifest names; none if it cannot be read."""
    try:
        lists = parse_manifest(path, text)
    except Stop:
        return []
    if os.path.basename(path) == PROGRAM:
        return [f"{os.path.dirname(path)}/{word}" for word in lists.get("objs-y", [])]
    # A list with a folder in its name is a program's: servers/vfs-y.
    return [word for name, words in lists.items() if name in ("kernel-y", "library-y") or "/" in name for word in words]


def named(theirs, ours):
    """[(manifest, object, source)] of the files that only the submission has, as its manifests name them. Both are Listings."""
    found = {}
    for manifest in filter(MANIFEST.fullmatch, ours.files):
        if manifest not in theirs or theirs.size(manifest) > LONGEST_MANIFEST:
            continue
        for word in objects(manifest, theirs.text(manifest)):
            source = built_from("kernel", word)[0]
            if source in theirs and source not in ours:
                found.setdefault(word, (manifest, word, source))
    return list(found.values())


def added(theirs, ours):
    """({manifest: [(object, source)]} of the files that a submission adds to an open folder; the sources that its manifests name and that are not
    built)."""
    files = named(theirs, ours)
    folders = laid.open_folders(ours) if files else ()
    found, left_out = {}, []
    for manifest, word, source in files:
        if OBJECT.fullmatch(word) and os.path.dirname(source) in folders:
            found.setdefault(manifest, []).append((word, source))
        else:
            left_out.append(source)
    return found, left_out


def line_of(manifest, word, dest):
    """The line of the manifest that names the object."""
    folder = os.path.dirname(word)
    if os.path.basename(manifest) == PROGRAM:
        return f"objs-y += {os.path.relpath(word, os.path.dirname(manifest))}\n"
    if not word.startswith(("kernel/", "lib/")):
        # The list has the name of the program's folder, which is the nearest one with a manifest.
        while folder and not os.path.exists(os.path.join(dest, folder, PROGRAM)):
            folder = os.path.dirname(folder)
    return f"{folder}-y += {os.path.relpath(word, folder)}\n"


def lay(found, dest):
    """Names the added files in the manifests of the tree that is graded."""
    for manifest, files in found.items():
        lines = [line_of(manifest, word, dest) for word, _ in files]
        with open(os.path.join(dest, manifest), "a", encoding="utf-8") as f:
            f.writelines(["\n# Added by the submission.\n", *lines])


def manifests(tree, folders):
    """The manifests that may name files in these folders: the stages', and those of the programs that the folders belong to."""
    top = os.path.join(tree, "stages")
    found = [f"stages/{name}/stage.mk" for name in (sorted(os.listdir(top)) if os.path.isdir(top) else ())]
    for folder in sorted(folders):
        words = folder.split("/")
        found += ["/".join([*words[:n], PROGRAM]) for n in range(len(words), 0, -1)]
    return [path for path in dict.fromkeys(found) if os.path.isfile(os.path.join(tree, path))]


def beside(tree, sources):
    """The files in the folders of these sources that the tree's manifests name."""
    folders, found = {os.path.dirname(s) for s in sources}, []
    for path in manifests(tree, folders):
        with open(os.path.join(tree, path), encoding="utf-8", errors="replace") as f:
            listed = [built_from("kernel", word)[0] for word in objects(path, f.read()) if OBJECT.fullmatch(word)]
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
    wanted = outside(names(tested, "U") - defined)
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
            wanted = outside((wanted | names(symbols, "U")) - defined)
    return found


def outside(found):
    """The names without those of the compiler's own functions."""
    return {name for name in found if not COMPILERS.match(name)}
