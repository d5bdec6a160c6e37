#!/usr/bin/python3
"""The boot archive: a cpio "newc" file (cpio(5)) of NAME=FILE arguments.

NAME/=FILE adds symbolic links to the folder NAME: each line of FILE has the name of one and the path that it leads to. A file of the
same name is there instead, if there is one.

The same files give the same bytes: names are sorted, owner and times are zero, inode numbers
count. A later argument of the same name replaces an earlier one. Debian's cpio could do this
only with two of its newest options and a staged copy of every file; a page of Python needs
neither.
"""
import os
import sys

sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import ending  # noqa: E402
import whole  # noqa: E402

ALIGN = 4
MODE_FILE, MODE_PROGRAM, MODE_FOLDER, MODE_LINK = 0o100644, 0o100755, 0o040755, 0o120777


def entry(inode, name, mode, data):
    """One archive member: header of 8-digit hex fields, name, data, each padded to 4 bytes."""
    path = name.encode() + b"\0"
    links = 2 if mode == MODE_FOLDER else 1
    fields = (inode, mode, 0, 0, links, 0, len(data), 0, 0, 0, 0, len(path), 0)
    head = b"070701" + b"".join(b"%08x" % f for f in fields) + path
    return pad(head) + pad(data)


def pad(data):
    return data + b"\0" * (-len(data) % ALIGN)


def folders(names):
    found = set()
    for name in names:
        while "/" in name:
            name = name.rsplit("/", 1)[0]
            found.add(name)
    return found


def read_links(folder, text):
    """{name: target} of a list of links."""
    found = {}
    for line in text.decode().splitlines():
        name, _, target = line.partition(" ")
        if not name or "/" in name or name in (".", "..") or not target:
            sys.exit(f"archive.py: links of {folder}: {line!r}: expected a name and the path that it leads to")
        found[f"{folder}/{name}"] = target.encode()
    return found


def build(files, links=None):
    """The archive of {name: bytes} and {name: target}."""
    links = links or {}
    members = [(n, MODE_FOLDER, b"") for n in folders([*files, *links])]
    members += [(name, MODE_LINK, target) for name, target in links.items() if name not in files]
    for name, data in files.items():
        members.append((name, MODE_PROGRAM if data[:4] == b"\x7fELF" else MODE_FILE, data))
    members.sort()
    parts = [entry(i, *m) for i, m in enumerate(members, 1)]
    return b"".join(parts) + entry(0, "TRAILER!!!", 0, b"")


def main(arguments):
    if not arguments:
        sys.exit("usage: archive.py OUT NAME=FILE...")
    out, files, links = arguments[0], {}, {}
    for argument in arguments[1:]:
        name, equals, path = argument.partition("=")
        parts = name.removesuffix("/").split("/")
        if not equals or "" in parts or "." in parts or ".." in parts:
            sys.exit(f"archive.py: {argument}: expected NAME=FILE with a plain relative name")
        try:
            with open(path, "rb") as f:
                data = f.read()
        except OSError as error:
            sys.exit(f"archive.py: {path} (for {name}): {error.strerror}")
        if name.endswith("/"):
            links.update(read_links(name.removesuffix("/"), data))
        else:
            files[name] = data
    clash = folders([*files, *links]) & {*files, *links}
    if clash:
        sys.exit(f"archive.py: {sorted(clash)[0]} is both a file and a folder")
    whole.write(out, build(files, links))


if __name__ == "__main__":
    ending.run("archive.py", main, sys.argv[1:])
