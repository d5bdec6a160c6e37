"""The files of a tree, walked once: a submission may be large, and a second walk could find another tree than the first did."""
import os
import stat
from dataclasses import dataclass

import handed_in
from report import printable

LEFT_OUT = (".git", "node_modules", "__pycache__")
MOST_BYTES, MOST_FILES = 64 << 20, 20000


class Refused(Exception):
    """There is nothing to grade; the message names the reason."""


@dataclass
class Listing:
    """`files`: relative paths of the plain files, in order. `links`: of links and special files, none of which is part of a submission."""
    top: str
    files: list
    links: list

    def __contains__(self, path):
        return path in self._known

    def __post_init__(self):
        self._known = set(self.files)

    def at(self, path):
        return os.path.join(self.top, path)

    def text(self, path):
        """A lone carriage return stays one: it ends a line for gcc, and so ends a `//` comment, where Git and an editor see one line. Of a file that
        no submission has, such as one with a hole of a terabyte, only the beginning is read."""
        with open(self.at(path), encoding="utf-8", errors="replace", newline="") as f:
            return f.read(MOST_BYTES).replace("\r\n", "\n")

    def text_or(self, path, other):
        """The file's text; `other` if the tree does not have it."""
        return self.text(path) if path in self else other

    def size(self, path):
        return os.path.getsize(self.at(path))


def walk(top):
    """The Listing of a tree. Links are not followed; build/ and the folders LEFT_OUT are not walked. Raises Refused."""
    files, links = [], []
    for folder, folders, names in os.walk(top):
        folders[:] = sorted(f for f in folders if f not in LEFT_OUT and os.path.join(folder, f) != os.path.join(top, "build"))
        for name in folders + sorted(names):
            kind = stat.S_IFMT(os.lstat(os.path.join(folder, name)).st_mode)
            if kind != stat.S_IFDIR:
                (files if kind == stat.S_IFREG else links).append(os.path.relpath(os.path.join(folder, name), top))
        if os.path.relpath(folder, top).count(os.sep) >= handed_in.DEEPEST:
            raise Refused(f"{shown(top)} holds folders in each other more than {handed_in.DEEPEST} deep: is it a tree of MicroK?")
        if len(files) > MOST_FILES:
            raise Refused(f"{shown(top)} holds more than {MOST_FILES:,} files: is it a tree of MicroK?")
    return Listing(top, files, sorted(links))


def refuse_large(size):
    """Raises Refused if files of this size together are more than a submission has."""
    if size > MOST_BYTES:
        raise Refused(f"the submission is larger than {MOST_BYTES >> 20} MiB")


def shown(path):
    """A file's name, whatever bytes it has, as it may be printed."""
    return printable(path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace").replace("\n", "\\n").replace("\t", "\\t"))
