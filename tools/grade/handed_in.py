"""The forms in which platforms hand out a submission: a folder, a zip, or a folder with one zip in it (Moodle's form).

A zip is another person's data: names that lead out of its folder, links, and more bytes or files than a tree has are refused or
left out, and no file of it is executable before the grader copies it.
"""
import contextlib
import os
import stat
import tempfile
import zipfile
import zlib
from lzma import LZMAError

MOST_BYTES, MOST_FILES, DEEPEST = 256 << 20, 50000, 32  # DEEPEST: folders in each other


class NotASubmission(ValueError):
    """The message names the file and the mistake."""


def zips_of(folder):
    return [os.path.join(folder, n) for n in sorted(os.listdir(folder)) if n.lower().endswith(".zip") and stat.S_ISREG(os.lstat(os.path.join(folder, n)).st_mode)]


def tree_in(folder):
    """The tree of MicroK in a folder: itself, or the only folder at most two levels down that is one."""
    level = [folder]
    for _ in range(3):
        trees = [f for f in level if os.path.isdir(os.path.join(f, "kernel"))]
        if trees:
            if len(trees) > 1:
                raise NotASubmission(f"{os.path.basename(folder)} holds {len(trees)} trees of MicroK; one is graded")
            return trees[0]
        level = [os.path.join(f, n) for f in level for n in sorted(os.listdir(f))
                 if n != "__MACOSX" and os.path.isdir(os.path.join(f, n)) and not os.path.islink(os.path.join(f, n))]
    return folder


def extract(path, dest):
    """Writes the zip's files below `dest`. Returns the names that were left out."""
    left_out, total = [], 0
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > MOST_FILES:
                raise NotASubmission(f"{os.path.basename(path)} holds more than {MOST_FILES:,} files: is it a tree of MicroK?")
            for member in members:
                target = place_of(dest, member)
                if target is None:
                    left_out.append(member.filename)
                elif not member.is_dir():
                    total += copy(archive, member, target, MOST_BYTES - total)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, UnicodeDecodeError, zlib.error, LZMAError) as error:
        raise NotASubmission(f"{os.path.basename(path)} cannot be read as a zip: {error}") from error
    return left_out


def place_of(dest, member):
    """Where a member belongs, or None for a link, or a name that leads elsewhere."""
    parts = member.filename.replace("\\", "/").split("/")
    mode = member.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR) or member.filename.startswith(("/", "\\")) or ".." in parts:
        return None
    if len(parts) > DEEPEST or any(len(os.fsencode(p)) > 255 or "\0" in p for p in parts):
        return None
    return os.path.join(dest, *[p for p in parts if p not in ("", ".")])


def copy(archive, member, target, room):
    """Writes one file; returns its size. The sizes that a zip states are not believed."""
    os.makedirs(os.path.dirname(target), exist_ok=True)
    size = 0
    with archive.open(member) as source, open(target, "xb") as f:
        while block := source.read(1 << 16):
            size += len(block)
            if size > room:
                raise NotASubmission(f"{os.path.basename(archive.filename)} unpacks to more than {MOST_BYTES >> 20} MiB")
            f.write(block)
    return size


@contextlib.contextmanager
def folder_of(path):
    """A folder, or the unpacked form of a zip for as long as it is needed. Names that were left out are lost."""
    path = os.path.abspath(path)
    if os.path.isdir(path):
        yield path
        return
    with unzipped(path) as (folder, _):
        inner = os.listdir(folder)
        # A zip of a folder, or of that folder's contents.
        one = os.path.join(folder, inner[0]) if len(inner) == 1 else ""
        # The only student's tree is not the folder of all.
        yield one if os.path.isdir(one) and not os.path.isdir(os.path.join(one, "kernel")) else folder


@contextlib.contextmanager
def unzipped(path):
    """(folder, names that were left out) of a zip."""
    if not zipfile.is_zipfile(path):
        raise NotASubmission(f"{path} is neither a folder nor a zip")
    with tempfile.TemporaryDirectory(prefix="microk-zip-") as folder:
        try:
            left_out = extract(path, folder)
        except OSError as error:
            raise NotASubmission(f"{os.path.basename(path)} cannot be unpacked: {error.strerror or error}") from error
        yield folder, left_out


@contextlib.contextmanager
def unpacked(path):
    """(the tree's folder, names that were left out) of a submission, for as long as it is needed."""
    path = os.path.abspath(path)
    if os.path.isdir(path):
        inner = zips_of(path)
        if os.path.isdir(os.path.join(path, "kernel")) or len(inner) != 1:
            yield tree_in(path), []
            return
        path = inner[0]
    with unzipped(path) as (folder, left_out):
        yield tree_in(folder), left_out
