"""Lab 3: the checks and their points.

Each exercise has unit checks (host/, which need nothing else). The machine's checks come from an archive and a disk whose files' content
comes from the seed, so no answer can be built in. A check that reads through all of the server needs the exercises on the way.
"""
import os
import re

from build import BuildError
from kinds import Boot, Guest, Present, Unit

TITLES = {
    "start": "The system builds and starts",
    "3.1": "Open/read/close dispatch",
    "3.2": "Path walk",
    "3.3": "A descriptor as a badged capability",
    "3.4": "Virtio submit and complete",
    "3.5": "Ext2 block map",
    "3.6": "Cache eviction and write-back",
    "3.7": "A better policy",
    "file": "A file is read through IPC",
    "refusal": "Reading a file that cannot be read is refused",
}
ANCHORS = {
    "3.1": "31-openreadclose-dispatch",
    "3.2": "32-path-walk",
    "3.3": "33-a-descriptor-as-a-badged-capability",
    "3.4": "34-virtio-submit-and-complete",
    "3.5": "35-ext2-block-map",
    "3.6": "36-cache-eviction-and-write-back",
    "3.7": "37-a-better-policy-an-open-exercise",
    "file": "common-mistakes",
    "refusal": "common-mistakes",
}
PROTOCOLS = ("protocols/dir", "protocols/file")
STRINGS = ["strings_fakes.c"]
UNITS = {
    "serve": {"regions": ["3.1", "3.1.2"], "file": "lib/fileserver/serve.c", "protocols": PROTOCOLS, "fakes": STRINGS},
    "path": {"regions": ["3.2"], "file": "lib/fileserver/path.c", "around": ["lib/fileserver/mount.c", "lib/fileserver/name.c", "lib/fileserver/walked.c"], "fakes": STRINGS},
    "handle": {"regions": ["3.3"], "file": "lib/fileserver/handle.c", "protocols": PROTOCOLS},
    "virtio": {"regions": ["3.4"], "file": "drivers/storage/virtio_blk.c"},
    "map": {"regions": ["3.5"], "file": "servers/vfs/ext2/map.c"},
    "writeback": {"regions": ["3.6", "3.6.2"], "file": "servers/vfs/cache/writeback.c"},
    "policy": {"regions": ["3.7"], "file": "servers/vfs/cache/policy.c"},
}
CONF, HELLO = "boot/system.conf", "etc/hello.txt"
UP = ("start.a",)
SERVED = UP + ("3.1", "3.2", "3.3")  # each file passes through these
FROM_DISK = SERVED + ("3.4", "3.5")


def text(seed, lines):
    """Text that no program could know."""
    return [f"line {i + 1}: {(seed * (2 * i + 3) ^ seed >> (i % 40)) & 0xffffffffffff:012x}" for i in range(lines)]


def content(seed, lines):
    return "".join(line + "\n" for line in text(seed, lines)).encode()


def asked(path, lines=3):
    """The archive with new text in the file, and with this path as cat's argument. The configuration is stage 3's own, so
    that the same check runs on the systems of later stages."""
    def files(seed, old, tree):
        with open(os.path.join(tree, "stages/3-vfs/system.conf"), encoding="utf-8") as f:
            conf = f.read()
        if conf.count(f"\targuments /{HELLO}") != 1:
            raise BuildError(f"stages/3-vfs/system.conf does not start cat with /{HELLO}")
        if "boot/tour" not in old:  # a later stage, which has no tour
            conf = re.sub(r"^service tour\n(\t.*\n)*", "", conf, flags=re.M).replace("after vfs proc tour", "after vfs proc")
        return {HELLO: content(seed, lines),
                CONF: conf.replace(f"\targuments /{HELLO}", f"\targuments {path}").encode()}
    return files


OPENED = 50  # files, by a cat whose arguments have room for their names


def name_and_line(seed, i):
    return f"/{i:02}", f"file {i:02}: {(seed * (i + 5) ^ seed >> i % 40) & 0xffffffffffff:012x}"


def many(seed, old, tree):
    """As asked(), for files that are opened one after the other."""
    files = dict(name_and_line(seed, i) for i in range(OPENED))
    return {**asked(" ".join(files))(seed, old, tree), **{name[1:]: f"{line}\n".encode() for name, line in files.items()}}


def cat(key, path, **more):
    return Boot(key, files=asked(path, **more))


def cat_disk(key, path, files):
    """A machine with a disk, whose blocks have 1 KiB, so that a file of 13 KiB has an indirect one."""
    return Boot(key, files=asked(path), disk=files, limit=300_000_000)  # of which the tour's long file takes most


def shown(check_id, title, points, topic, boot, expected, needs=SERVED, **more):
    return Guest(check_id, title, points, topic, needs=needs, boot=boot, channel="console", exact=False, expected=expected,
                 ends=("exit",), **more)


def unit(check_id, title, name):
    return Unit(check_id, title, 1, check_id[:3], unit=name, parts=UNITS[name])


def on_disk(seed):
    """The disk's text is another one than the archive's."""
    return {"etc/disk.txt": content(seed + 1, 3), "etc/long.txt": content(seed + 2, 1200), "link": "etc/../etc/disk.txt"}


CHECKS = [
    Present("start.a", "kernel and programs build", 1, "start", again=False),
    shown("start.b", "kernel, root task and file server come up", 1, "start", cat("cat-hello", f"/{HELLO}"), again=False, needs=UP,
          expected=["Booting MicroK OS v1.0...", "[ipc] ready", "[cap] root CSpace initialized", "[ok] vfs"]),

    unit("3.1.a", "protocol dir: clients and open directories", "serve"),
    unit("3.1.b", "protocol file: open descriptions only", "serve"),
    unit("3.1.c", "other protocols are dispatched nowhere", "serve"),
    unit("3.1.d", "reads follow each other", "serve"),
    unit("3.1.e", "the end of the file", "serve"),
    unit("3.1.f", "never more than the answer has room for", "serve"),
    unit("3.1.g", "a read that failed moves nothing", "serve"),
    unit("3.1.h", "a repeated read is answered as before", "serve"),
    unit("3.1.i", "directories and closed descriptions are refused", "serve"),
    unit("3.1.j", "the last capability of a file is gone", "serve"),
    unit("3.1.k", "the last capability of a client is gone", "serve"),

    unit("3.2.a", "names, one after the other", "path"),
    unit("3.2.b", "only the last name may be missing", "path"),
    unit("3.2.c", "one directory up", "path"),
    unit("3.2.d", "across mount points, down and up", "path"),
    unit("3.2.e", "symbolic links on the way", "path"),
    unit("3.2.f", "a symbolic link at the end", "path"),
    unit("3.2.g", "40 links, and not one more", "path"),
    unit("3.2.h", "links that are too long", "path"),
    unit("3.2.i", "out of the root: REDIRECT, with the rest", "path"),
    unit("3.2.j", "a directory that was moved away leads nowhere", "path"),
    unit("3.2.k", "3,000 paths at random, as a model walks them", "path"),
    shown("3.2.l", "in the machine: up and down again", 1, "3.2", cat("cat-up", f"/boot/../etc/./../{HELLO}"), lambda seed: text(seed, 3),
          needs=SERVED),

    unit("3.3.a", "each description has its own slot", "handle"),
    unit("3.3.b", "the badge names the description", "handle"),
    unit("3.3.c", "the server is notified of its end", "handle"),
    unit("3.3.d", "rights to read and to write, as it was opened", "handle"),
    unit("3.3.e", "never the right to receive", "handle"),
    unit("3.3.f", "asked for again, it is the same one", "handle"),
    unit("3.3.g", "a new one has not arrived yet", "handle"),
    unit("3.3.h", "the last client's end closes it", "handle"),
    unit("3.3.i", "one that is held stays", "handle"),
    unit("3.3.j", "one in doubt is decided later", "handle"),
    unit("3.3.k", "descriptions opened by way of a directory end with it", "handle"),
    shown("3.3.l", f"in the machine: {OPENED} files, one after the other", 1, "3.3", Boot("cat-many", files=many),
          lambda seed: [name_and_line(seed, i)[1] for i in range(OPENED)]),

    unit("3.4.a", "one request, from submit to poll", "virtio"),
    unit("3.4.b", "with indirect tables", "virtio"),
    unit("3.4.c", "without room, nothing happens", "virtio"),
    unit("3.4.d", "many, which end in any order", "virtio"),
    unit("3.4.e", "the same, with indirect tables", "virtio"),
    unit("3.4.f", "70,000 requests: the indices go round", "virtio"),
    unit("3.4.g", "the device's report becomes a status", "virtio"),
    unit("3.4.h", "a device that lies", "virtio"),
    shown("3.4.i", "in the machine: a file on the disk", 1, "3.4", cat_disk("cat-disk", "/link", on_disk), lambda seed: text(seed + 1, 3),
          needs=FROM_DISK),

    unit("3.5.a", "the twelve direct blocks", "map"),
    unit("3.5.b", "one level of pointers", "map"),
    unit("3.5.c", "two levels", "map"),
    unit("3.5.d", "three levels", "map"),
    unit("3.5.e", "holes, and how long they are", "map"),
    unit("3.5.f", "runs of blocks that follow each other", "map"),
    unit("3.5.g", "blocks that no pointer leads to", "map"),
    unit("3.5.h", "numbers on the disk are not believed", "map"),
    unit("3.5.i", "600 blocks at random, as a model finds them", "map"),
    unit("3.5.j", "the write path makes what is missing", "map"),
    shown("3.5.k", "in the machine: a file of 24 KiB on the disk", 1, "3.5", cat_disk("cat-long-disk", "/etc/long.txt", on_disk),
          lambda seed: text(seed + 2, 1200), needs=FROM_DISK),

    unit("3.6.a", "a clean page that nothing uses may go", "writeback"),
    unit("3.6.b", "one in use may not", "writeback"),
    unit("3.6.c", "nor one that only the cache has", "writeback"),
    unit("3.6.d", "the pages of one file are written", "writeback"),
    unit("3.6.e", "of a page, its dirty blocks", "writeback"),
    unit("3.6.f", "blocks apart on the disk are written apart", "writeback"),
    unit("3.6.g", "in the order of the disk", "writeback"),
    unit("3.6.h", "by the first dirty block", "writeback"),
    unit("3.6.i", "the old ones, or the ordered ones", "writeback"),
    unit("3.6.j", "not too many at once", "writeback"),
    unit("3.6.k", "300 pages at random: every dirty block", "writeback"),
    shown("3.6.l", "in the machine: a file that is longer than the cache", 1, "3.6", cat_disk("cat-disk", "/link", on_disk),
          ["tour: a file of 9 MiB was written, and every byte is as it was written", "stage 3 complete"], needs=FROM_DISK, again=False),

    unit("3.7.a", "a page that may go", "policy"),
    unit("3.7.b", "the only one, if it is the only one", "policy"),
    unit("3.7.c", "none, if none may go", "policy"),
    unit("3.7.d", "beside a long read: 8 % more hits than FIFO", "policy"),
    unit("3.7.e", "beside a long read: 5 % more hits than LRU", "policy"),
    unit("3.7.f", "when the work changes: no fewer than LRU", "policy"),

    shown("file.a", "cat shows the text of /etc/hello.txt", 1, "file", cat("cat-hello", f"/{HELLO}"),
          lambda seed: text(seed, 3) + ["stage 3 complete"]),
    shown("file.b", "and of a long file every line, in order", 1, "file", cat("cat-long", f"/{HELLO}", lines=300),
          lambda seed: text(seed, 300)),
    shown("file.c", "/proc/version is a file too", 1, "file", cat("cat-version", "/proc/version"),
          ["MicroK 1.0 x86_64 microkernel"]),
    shown("refusal.a", "a file that is not there", 1, "refusal", cat("cat-missing", "/etc/missing.txt"),
          ["cat: /etc/missing.txt: cannot open it: no such file, service or object"]),
    shown("refusal.b", "a folder", 1, "refusal", cat("cat-folder", "/etc"), ["cat: /etc: cannot read it: the object is a directory"]),
]
