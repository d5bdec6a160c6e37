"""The two orders of docs/architecture.md, and the arrows that run against them (tests/test_layers.py).

Includes are read twice: from the sources, and from the compiler's dependency files, which list each file that it opened,
also by a macro or a directive in disguise. The objects of a program, the library and the kernel are in the lists that make
writes from the manifests, in any form of assignment. Calls are the symbols of the objects.

A folder of programs (servers/*) makes each program a room of its own: a server includes nothing of another's. Code generated
from an interface file belongs to the protocols. A stand-in of a stage belongs to the room of the file it stands in for, and a lab's file of the kernel to the room
that its folder is named after.
"""
import fnmatch
import glob
import os
import re
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
INCLUDE = re.compile(r'^\s*#\s*include\s*["<]([^">]+)[">]', re.M)
ASSEMBLERS = re.compile(r"\.(?:include|incbin)\b")  # files that the assembler opens are in no dependency file
COMPILERS = {"stdarg.h", "stddef.h", "stdint.h", "stdbool.h"}  # headers that a freestanding compiler brings
STAND_IN = re.compile(r"^(?:stages/[^/]+|labs/[^/]+(?:/own)?)/(?=(kernel|servers|drivers|user)/)")


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as f:
        return f.read()


def files_below(*folders, ends):
    for top in folders:
        for folder, _, files in os.walk(os.path.join(ROOT, top)):
            for name in files:
                if name.endswith(ends):
                    yield os.path.relpath(os.path.join(folder, name), ROOT)


# ---- user space ----

def stated_order():
    """[(folders, what they may include)] of the table in docs/architecture.md, top first."""
    table = read("docs/architecture.md").partition("| Folder | What is in it | May include |\n")[2].partition("\n\n")[0]
    rows = [[re.findall(r"`([^`]+)`", cell) for cell in line.strip("|").split("|")] for line in table.splitlines()[1:]]
    assert len(rows) >= 5, "docs/architecture.md has no table of folders"
    return [(row[0], row[2]) for row in rows]


def program_of(folder, pattern):
    """The part of `folder` that matches the pattern: servers/vfs of servers/vfs/x for servers/*; None if there is none."""
    parts = folder.split("/")
    head = "/".join(parts[:pattern.count("/") + 1])
    return head if fnmatch.fnmatch(head, pattern) else None


def room_of(path, order):
    """(the program or folder that a source or object belongs to, what it may use); None if the table does not have it."""
    folder = place_of(path)
    for folders, allowed in order:
        for pattern in folders:
            room = program_of(folder, pattern)
            if room:
                return room, allowed
    return None


def place_of(path):
    """The folder of a path as the table calls it. The path is taken as the compiler takes it: `..` leads out."""
    path = STAND_IN.sub("", re.sub(r"^build/stage-\d+/u/", "", os.path.normpath(path)))
    if path.startswith("gen/protocols/"):
        return "protocols"
    if path.startswith("microk/"):
        return "kernel/include"
    return os.path.dirname(path.removeprefix("gen/"))


# The part of a lab's program that a learner writes. Like labs/ it is in no row; no part of the system includes it.
OF_A_LAB = "user/attack/"


def user_sources():
    return (path for path in files_below("servers", "drivers", "protocols", "lib", "user", "stages", ends=(".c", ".h", ".S", ".inc"))
            if not path.startswith((OF_A_LAB, "user/posix/")))  # C programs see POSIX's headers alone: their compiler has no way to the tree's


def user_faults(path, includes, order):
    """The faults of a file of user space that includes these."""
    held = room_of(path, order)
    if held is None:
        return []
    room, allowed = held
    return [f"{path} includes {name}: {room} may include {', '.join(allowed) or 'nothing'} and itself"
            for name in includes
            if name not in COMPILERS and not any((place_of(name) + "/").startswith(at + "/") for at in (room, *allowed))]


# Functions of user/runtime that lib/microk declares and calls: every program is linked with both.
RUNTIME = {"output_terminal", "program_exit", "server_announce"}


def user_symbol_faults(listing, order):
    """The calls that run upwards in what `nm -A -g` prints of the library's objects."""
    linker = set(re.findall(r"\b[a-z_]+\b", read("lib/microk/user.ld")))
    defined, wanted = symbols_of(listing)
    found = []
    for path, name in sorted(wanted):
        at = defined.get(name)
        room, allowed = room_of(path, order)
        if at is None:
            if name != "main" and name not in linker and not name.startswith("__"):  # __: of the compiler's own library
                found.append(f"{path} uses {name}, which the library does not define")
            continue
        other = room_of(at, order)[0]
        if other not in (room, *allowed) and not (name in RUNTIME and (room, other) == ("lib/microk", "user/runtime")):
            found.append(f"{path} uses {name} of {at}: {room} may use {', '.join(allowed)} and itself")
    return found


def foreign_objects(programs, order):
    """The objects of programs, {name: objects}, that belong to another room than the program's first, or to another program."""
    found, owner = [], {}
    for name, objects in programs.items():
        if any("/u/labs/" in o for o in objects):
            continue  # a lab's program shares its parts with others, and has a part that the learner writes
        rooms = [room_of(o, order) for o in objects]
        first = owner.setdefault(str(rooms[0]), name)
        found += [f"the program {name} is made of {o}" for o, room in zip(objects, rooms) if room != rooms[0] or first != name]
    return found


def no_library(objects, order):
    """The objects of the library that belong to none of its folders."""
    rooms = {o: (room_of(o, order) or [""])[0] for o in objects}
    return [f"the library is made of {o}" for o, room in rooms.items()
            if room not in ("protocols", "user/runtime") and not room.startswith("lib/")]


# ---- the kernel ----

# Generated: the offsets of structures for assembly, the table of all methods, and their arguments.
GENERATED = {"gen/offsets.h": "entry", "gen/methods.c": "entry", "gen/kernel/methods.h": "object"}
# The compiler may call these by itself, in any room.
COMPILERS_CALLS = {"memcpy", "memmove", "memset", "memcmp"}
# The stand-in does the work of a root task: it lays out pages for programs.
OF_A_ROOT_TASK = {("stages/1-ipc/kernel/boot/root_task.c", "lib/microk/startup.h")}


def kernel_rooms():
    """The rooms of the kernel in the order of docs/architecture.md, the lowest first."""
    table = read("docs/architecture.md").partition("| Room | What is in it |\n")[2].partition("\n\n")[0]
    rooms = re.findall(r"^\| `(\w+)` \|", table, re.M)
    assert len(rooms) >= 5, "docs/architecture.md has no table of the kernel's rooms"
    return rooms[::-1]


def kernel_sources():
    folders = ["kernel", *(os.path.relpath(f, ROOT) for at in ("stages/*", "labs/*", "labs/*/own") for f in glob.glob(f"{ROOT}/{at}/kernel"))]
    return (path for path in files_below(*folders, ends=(".c", ".h", ".S")) if os.path.dirname(path) not in folders)


def kernel_room(path):
    """The room of a source or object of the kernel, a stand-in's as its namesake's."""
    generated = re.search(r"(?:^|/)gen/(\w+)\.[oc]$", path)
    if generated:
        return GENERATED[f"gen/{generated[1]}.c"]
    return re.search(r"(?:^|/)kernel/(\w+)/", path)[1]


def included_room(include):
    """The room that an include names; None: it is not a file of the kernel."""
    if include in GENERATED:
        return GENERATED[include]
    include = re.sub(r"^(?:.*/)?kernel/", "", os.path.normpath(include))
    if include.startswith(("microk/", "include/")):
        return "include"
    return include.split("/")[0] if "/" in include else None


def kernel_faults(path, includes, rooms):
    """The faults of a file of the kernel that includes these."""
    own = kernel_room(path)
    found = []
    for name in set(includes) - COMPILERS:
        room = included_room(name)
        if (path, os.path.normpath(name).removeprefix("../../")) in OF_A_ROOT_TASK:
            continue
        if room not in rooms:
            found.append(f"{path} includes {name}, which is in no room of the kernel")
        elif rooms.index(room) > rooms.index(own):
            found.append(f"{path} includes {name}: {room} is above {own}")
    return found


def kernel_symbol_faults(listing, rooms):
    """The arrows that run upwards in what `nm -A -g` prints of the kernel's objects."""
    defined, wanted = symbols_of(listing)
    found = []
    for path, name in sorted(wanted):
        at = defined.get(name)  # kernel.ld defines the rest
        if at is None or name in COMPILERS_CALLS or name == "upward":
            continue
        own, room = kernel_room(path), kernel_room(at)
        if rooms.index(room) > rooms.index(own):
            found.append(f"{path} uses {name} of {at}: {room} is above {own}")
    return found


# ---- both ----

def of_the_kernel(path):
    return STAND_IN.sub("", path).startswith("kernel/") or path in GENERATED


def as_in_the_kernel(path):
    """A path from the root as the kernel's files include it."""
    inside = STAND_IN.sub("", path)
    return path if path in GENERATED else inside.removeprefix("kernel/") if inside.startswith("kernel/") else "../../" + path


def include_faults(path, includes):
    """The faults of a file of user space or of the kernel that includes these."""
    if of_the_kernel(path):
        return kernel_faults(path, includes, kernel_rooms())
    return user_faults(path, includes, stated_order())


def text_faults(path, text):
    hidden = [f"{path} has {word}: no dependency file lists what the assembler opens" for word in ASSEMBLERS.findall(text)]
    return hidden + include_faults(path, INCLUDE.findall(text))


def symbols_of(listing):
    """({symbol: the object that defines it}, {(object, symbol that it uses)}) of what `nm -A -g` prints."""
    defined, wanted = {}, set()
    for line in listing.splitlines():
        path, _, rest = line.partition(":")
        kind, name = rest.split()[-2:]
        path = re.sub(r"^build/stage-\d+/[ku]/", "", path)
        if kind in "Uw":
            wanted.add((path, name))
        else:
            defined[name] = path
    return defined, wanted


class Built:
    """A stage that has been built in the tree `root`: the lists that make wrote, and the files that the compiler wrote."""

    def __init__(self, stage, root=ROOT):
        self.folder, self.root = f"build/stage-{stage}", root

    def read(self, path):
        return read(os.path.join(self.root, path))

    def listed(self, name):
        return self.read(f"{self.folder}/lists/{name}").split(":", 1)[1].split()

    def programs(self):
        """{name: objects}"""
        paths = [word.partition("=")[2] for word in self.listed("archive")]
        names = [os.path.basename(path) for path in paths if os.path.dirname(path) == f"{self.folder}/boot"]
        return {name: [f"{self.folder}/u/{o}" for o in self.listed(f"program.{name}")] for name in names if name != "symbols"}

    def objects(self):
        return self.listed("kernel") + self.listed("library") + [o for objects in self.programs().values() for o in objects]

    def dependencies(self, built):
        """(source, the files that the compiler opened for it, as includes)."""
        rule = self.read(built.removesuffix(".o") + ".d").replace("\\\n", " ").splitlines()[0]
        source, *rest = (os.path.normpath(path).removeprefix(self.folder + "/") for path in rule.split(":", 1)[1].split())
        return source, [as_in_the_kernel(path) for path in rest] if of_the_kernel(source) else rest

    def symbols(self, name):
        """The symbols of the kernel or the library, by the compiler's own nm, which reads those that -flto leaves."""
        compiler = re.search(r"\S*gcc\b", self.read(f"{self.folder}/lists/kernel.flags").split(":", 1)[1])[0]
        return subprocess.run([compiler + "-nm", "-A", "-g", *self.listed(name)], cwd=self.root, text=True, check=True,
                              stdout=subprocess.PIPE, timeout=120).stdout
