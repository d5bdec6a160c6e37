"""Stage 3: files are read through IPC. The files' content comes from the seed, so no answer can be built in."""
import os
import re

from build import BuildError
from kinds import Boot, Guest, Present

TITLES = {
    "start": "The system builds and starts",
    "file": "A file is read through IPC",
    "refusal": "Reading a file that cannot be read is refused",
}
CONF, HELLO = "boot/system.conf", "etc/hello.txt"
UP = ("start.a",)


def text(seed, lines):
    """Text that no program could know."""
    return [f"line {i + 1}: {(seed * (2 * i + 3) ^ seed >> (i % 40)) & 0xffffffffffff:012x}" for i in range(lines)]


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
        return {HELLO: "".join(line + "\n" for line in text(seed, lines)).encode(),
                CONF: conf.replace(f"\targuments /{HELLO}", f"\targuments {path}").encode()}
    return files


def cat(key, path, **more):
    return Boot(key, files=asked(path, **more))


def shown(check_id, title, points, topic, boot, expected, **more):
    return Guest(check_id, title, points, topic, needs=UP, boot=boot, channel="console", exact=False, expected=expected,
                 ends=("exit",), **more)


CHECKS = [
    Present("start.a", "kernel and programs build", 6, "start", again=False),
    shown("start.b", "kernel, root task and file server come up", 12, "start", cat("cat-hello", f"/{HELLO}"), again=False,
          expected=["Booting MicroK OS v1.0...", "[ipc] ready", "[cap] root CSpace initialized", "[ok] vfs", "stage 3 complete"]),
    shown("file.a", "cat shows the text of /etc/hello.txt", 22, "file", cat("cat-hello", f"/{HELLO}"),
          lambda seed: text(seed, 3)),
    shown("file.b", "and of a long file every line, in order", 14, "file", cat("cat-long", f"/{HELLO}", lines=300),
          lambda seed: text(seed, 300)),
    shown("file.c", "/proc/version is a file too", 10, "file", cat("cat-version", "/proc/version"),
          ["MicroK 1.0 x86_64 microkernel"]),
    shown("refusal.a", "a file that is not there", 8, "refusal", cat("cat-missing", "/etc/missing.txt"),
          ["cat: /etc/missing.txt: cannot open it: no such file, service or object"]),
    shown("refusal.b", "a folder", 8, "refusal", cat("cat-folder", "/etc"), ["cat: /etc: cannot read it: the object is a directory"]),
]
PROTOCOLS = ("protocols/dir", "protocols/file")
UNITS = {
    "serve": {"regions": ["3.1", "3.1.2"], "file": "lib/fileserver/serve.c", "protocols": PROTOCOLS, "fakes": ["strings_fakes.c"]},
    "path": {"regions": ["3.2"], "file": "lib/fileserver/path.c", "around": ["lib/fileserver/mount.c", "lib/fileserver/name.c"],
             "fakes": ["strings_fakes.c"]},
    "handle": {"regions": ["3.3"], "file": "lib/fileserver/handle.c", "protocols": PROTOCOLS},
    "virtio": {"regions": ["3.4"], "file": "drivers/storage/virtio_blk.c", "protocols": ("protocols/disk", "protocols/pci")},
    "map": {"regions": ["3.5"], "file": "servers/vfs/ext2/map.c"},
    "writeback": {"regions": ["3.6", "3.6.2"], "file": "servers/vfs/cache/writeback.c"},
    "policy": {"regions": ["3.7"], "file": "servers/vfs/cache/policy.c"},
}
