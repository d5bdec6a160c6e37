"""Arrows point down: every include of user space, and every include and symbol of the kernel, against the orders that
docs/architecture.md states in its two tables.

A folder of programs (servers/*) makes each program a room of its own: a server includes nothing of another's. Code generated
from an interface file belongs to the protocols. A stand-in of a stage belongs to the program of the file it stands in for.
"""
import fnmatch
import glob
import os
import re
import subprocess

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
INCLUDE = re.compile(r'^\s*#\s*include\s*["<]([^">]+)[">]', re.M)
COMPILERS = {"stdarg.h", "stddef.h", "stdint.h", "stdbool.h"}  # headers that a freestanding compiler brings
STAND_IN = re.compile(r"^stages/[^/]+/(?=(kernel|servers|drivers|user)/)")


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as f:
        return f.read()


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
    """(the program or folder that a source belongs to, what it may include); None where the table does not hold it."""
    folder = os.path.dirname(STAND_IN.sub("", path))
    for folders, allowed in order:
        for pattern in folders:
            room = program_of(folder, pattern)
            if room:
                return room, allowed
    return None


def place_of(include):
    """The folder that an include names, as the table calls it. The path is taken as the compiler takes it: `..` leads out."""
    include = os.path.normpath(include)
    if include.startswith("gen/protocols/"):
        return "protocols"
    if include.startswith("microk/"):
        return "kernel/include"
    return os.path.dirname(include.removeprefix("gen/"))


def wrong_arrows(path, text, order):
    held = room_of(path, order)
    if held is None:
        return []
    room, allowed = held
    return [f"{path} includes {name}: {room} may include {', '.join(allowed) or 'nothing'} and itself"
            for name in INCLUDE.findall(text)
            if name not in COMPILERS and place_of(name) != room and not place_of(name).startswith(room + "/")
            and not any(place_of(name) == a or place_of(name).startswith(a + "/") for a in allowed)]


def sources():
    for top in ("servers", "drivers", "protocols", "lib", "user", "stages"):
        for folder, _, files in os.walk(os.path.join(ROOT, top)):
            for name in files:
                if name.endswith((".c", ".h", ".S", ".inc")):
                    yield os.path.relpath(os.path.join(folder, name), ROOT)


def test_every_include_follows_the_stated_order():
    order = stated_order()
    wrong = [w for path in sources() for w in wrong_arrows(path, read(path), order)]
    assert not wrong, "\n".join(wrong)


def test_every_folder_of_user_space_has_its_place_in_the_order():
    order = stated_order()
    homeless = [p for p in sources() if room_of(p, order) is None and not STAND_IN.sub("", p).startswith("kernel/")]
    assert not homeless, "docs/architecture.md has no row for: " + ", ".join(homeless)


def test_the_order_itself_points_down():
    """A row may name only rows below it; programs name no program at all."""
    order = stated_order()
    rows = [folder for folders, _ in order for folder in folders]
    for at, (folders, allowed) in enumerate(order):
        above = [f for names, _ in order[:at + 1] for f in names]
        assert not set(allowed) & set(above), f"{folders} may include what stands above it"
        assert all(a in rows or a == "kernel/include" for a in allowed), f"{folders} may include what has no row"


def test_wrong_arrows_are_seen():
    order = stated_order()

    def wrong(path, include):
        return bool(wrong_arrows(path, f'#include "{include}"\n', order))
    assert wrong("drivers/console/session.c", "servers/vfs/fs.h")
    assert wrong("servers/vfs/serve.c", "servers/init/boot.h")
    assert wrong("user/shell/line.c", "servers/vfs/path.h")
    assert wrong("lib/microk/print.c", "gen/protocols/file_client.h")
    assert wrong("lib/microk/print.c", "user/runtime/stream.h")
    assert wrong("protocols/vfs.h", "servers/vfs/fs.h")
    assert wrong("user/bin/cat/main.c", "user/shell/output.h")
    assert wrong("user/bin/cat/main.c", "user/bin/ls/columns.h")
    assert wrong("stages/2-caps/vault/main.c", "servers/init/boot.h")
    assert wrong("stages/2-caps/servers/init/outbox.c", "servers/vfs/fs.h")
    assert wrong("servers/vfs/serve.c", "sched/thread.h"), "the kernel is known by its ABI alone"
    assert wrong("drivers/console/session.c", "lib/microk/../../servers/vfs/fs.h"), "by a detour through a folder that it may include"
    assert wrong_arrows("drivers/console/session.c", "#include <servers/vfs/fs.h>\n", order)
    assert wrong_arrows("drivers/console/session.c", '#include"servers/vfs/fs.h"\n', order)
    assert not wrong_arrows("lib/microk/print.c", "#include <stdarg.h>\n", order)
    assert not wrong("stages/2-caps/servers/init/outbox.c", "servers/init/boot.h")
    assert not wrong("servers/vfs/serve.c", "gen/protocols/file_server.h")
    assert not wrong("drivers/console/session.c", "protocols/file.h")


def foreign_objects(path, text):
    """The objects from other folders in a program's build.mk or in a stage's manifest."""
    found = []
    for name, words in re.findall(r"^[ \t]*([\w/.-]+-y)[ \t]*\+=(.*)$", text.replace("\\\n", " "), re.M):
        program = os.path.dirname(path) if path.endswith("build.mk") else name[:-2]
        objects = [w for w in words.split("#")[0].split() if w.endswith(".o") and "$" not in w]
        if name == "objs-y":
            objects = [os.path.join(program, w) for w in objects]
        elif name != "shared-y" and "/" not in name:
            continue
        found += [f"{path}: {program} is made of {o}" for o in map(os.path.normpath, objects) if not o.startswith(program + "/")]
    return found


def test_no_program_is_made_of_anothers_objects():
    order, found = stated_order(), []
    for top in ("lib", "servers", "drivers", "user", "stages"):
        for folder, _, files in os.walk(os.path.join(ROOT, top)):
            for name in {"build.mk", "stage.mk"} & set(files):
                path = os.path.relpath(os.path.join(folder, name), ROOT)
                assert name == "stage.mk" or room_of(path, order)
                found += foreign_objects(path, read(path))
    assert not found, "\n".join(found)
    assert foreign_objects("servers/vfs/build.mk", "objs-y += main.o ../init/elf.o\n")
    assert foreign_objects("servers/vfs/build.mk", "shared-y += servers/init/boot.o\n")
    assert foreign_objects("stages/4-shell/stage.mk", "servers/vfs-y += servers/init/boot.o\n")
    assert not foreign_objects("stages/4-shell/stage.mk", "kernel-y += kernel/ipc/a.o\nservers/init-y += servers/init/outbox.o\n")


# ---- circles inside one folder ----

# The circles there are. One that goes must be taken out here; a new one is a mistake.
CIRCLES = {
    "drivers/console": {frozenset({"paint", "render"})},  # paint.h is the part of render that the painters see
    "lib/conf": {frozenset({"conf", "parser"})},  # parser.h is the inside of conf
    # Goes when the fate of a program that reports moves to a library of its own.
    "servers/init": {frozenset({"manager", "supervise"})},
    "lib/microk": {frozenset({"service", "stub"})},  # stub.h is the part of the loop that generated code calls
}


def modules(folder):
    """{module: modules of the same folder that it includes}; a module is a .c and its .h."""
    found = {}
    for path in sources():
        if os.path.dirname(path) == folder:
            name = os.path.splitext(os.path.basename(path))[0]
            found.setdefault(name, set()).update(
                os.path.splitext(os.path.basename(i))[0] for i in INCLUDE.findall(read(path)) if os.path.dirname(i) == folder)
    return {name: uses - {name} for name, uses in found.items()}


def circles(graph):
    """The sets of modules that reach each other."""
    reach = {name: set(uses) for name, uses in graph.items()}
    changed = True
    while changed:
        changed = False
        for uses in reach.values():
            more = set().union(*(reach.get(u, set()) for u in uses)) - uses
            uses |= more
            changed |= bool(more)
    return {frozenset(m for m in reach[name] if name in reach.get(m, ())) for name in graph if name in reach[name]}


def test_no_modules_of_a_folder_include_each_other_in_a_circle():
    folders = {os.path.dirname(p) for p in sources()}
    found = {(folder, circle) for folder in folders for circle in circles(modules(folder))}
    known = {(folder, circle) for folder, several in CIRCLES.items() for circle in several}
    assert not found - known
    assert not known - found or os.path.exists(os.path.join(ROOT, "STAGE")), "gone: take it out of CIRCLES"


def test_a_circle_is_seen():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == {frozenset("abc")}
    assert not circles({"a": {"b", "c"}, "b": {"c"}, "c": set()})


# ---- the kernel ----

# Generated: the offsets of structures for assembly, the table of all methods, and their arguments.
GENERATED = {"gen/offsets.h": "entry", "gen/methods.c": "entry", "gen/kernel/methods.h": "object"}
# The compiler may call these by itself, in any room.
COMPILERS_CALLS = {"memcpy", "memmove", "memset", "memcmp"}
# The stand-in does what a root task does: it lays out pages for programs.
OF_A_ROOT_TASK = {("stages/1-ipc/kernel/boot/root_task.c", "lib/microk/startup.h")}


def kernel_rooms():
    """The rooms of the kernel as docs/architecture.md has them, the lowest first."""
    table = read("docs/architecture.md").partition("| Room | What is in it |\n")[2].partition("\n\n")[0]
    rooms = re.findall(r"^\| `(\w+)` \|", table, re.M)
    assert len(rooms) >= 5, "docs/architecture.md has no table of the kernel's rooms"
    return rooms[::-1]


def kernel_sources():
    for folder in [os.path.join(ROOT, "kernel"), *glob.glob(f"{ROOT}/stages/*/kernel")]:
        for at, _, files in os.walk(folder):
            for name in files:
                if name.endswith((".c", ".h", ".S")):
                    yield os.path.relpath(os.path.join(at, name), ROOT)


def kernel_room(path):
    """The room of a source or object of the kernel, a stand-in's as its namesake's."""
    generated = re.search(r"(?:^|/)gen/(\w+)\.o$", path)
    if generated:
        return GENERATED[f"gen/{generated[1]}.c"]
    return re.search(r"(?:^|/)kernel/(\w+)/", path)[1]


def included_room(include):
    """The room that an include names; None: it is no file of the kernel."""
    if include in GENERATED:
        return GENERATED[include]
    include = re.sub(r"^(?:.*/)?kernel/", "", os.path.normpath(include))
    if include.startswith(("microk/", "include/")):
        return "include"
    return include.split("/")[0] if "/" in include else None


def wrong_kernel_includes(path, text, rooms):
    own = kernel_room(path)
    found = []
    for name in set(INCLUDE.findall(text)) - COMPILERS:
        room = included_room(name)
        if (path, os.path.normpath(name).removeprefix("../../")) in OF_A_ROOT_TASK:
            continue
        if room not in rooms:
            found.append(f"{path} includes {name}, which is in no room of the kernel")
        elif rooms.index(room) > rooms.index(own):
            found.append(f"{path} includes {name}: {room} stands above {own}")
    return found


def wrong_symbols(listing, rooms):
    """The arrows that run upwards in what `nm -A -g` prints of the kernel's objects."""
    defined, wanted, found = {}, set(), []
    for line in listing.splitlines():
        path, _, rest = line.partition(":")
        kind, name = rest.split()[-2:]
        if kind in "Uw":
            wanted.add((path, name))
        else:
            defined[name] = path
    for path, name in sorted(wanted):
        at = defined.get(name)  # kernel.ld defines the rest
        if at is None or name in COMPILERS_CALLS or name == "upward":
            continue
        own, room = kernel_room(path), kernel_room(at)
        if rooms.index(room) > rooms.index(own):
            found.append(f"{path} uses {name} of {at}: {room} stands above {own}")
    return found


def stages():
    return sorted(int(os.path.basename(path).split("-")[0]) for path in glob.glob(f"{ROOT}/stages/*-*")
                  if os.path.exists(f"{path}/stage.mk"))


def symbols(make, stage):
    """The symbols of all objects of a stage's kernel, by the compiler's own nm, which reads those that -flto leaves."""
    built = f"build/stage-{stage}"
    done = make(f"stage-{stage}", f"{built}/kernel.elf", timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    compiler = re.search(r"\S*gcc\b", read(f"{built}/lists/kernel.flags").split(":", 1)[1])[0]
    objects = read(f"{built}/lists/kernel").split(":", 1)[1].split()
    return subprocess.run([compiler + "-nm", "-A", "-g", *objects], cwd=ROOT, text=True, check=True, stdout=subprocess.PIPE,
                          timeout=120).stdout


def test_every_include_of_the_kernel_points_down():
    rooms = kernel_rooms()
    wrong = [w for path in kernel_sources() if path.count("/") > 1 for w in wrong_kernel_includes(path, read(path), rooms)]
    assert not wrong, "\n".join(wrong)


def test_the_rooms_are_those_of_the_tree():
    assert set(kernel_rooms()) == {entry.name for entry in os.scandir(f"{ROOT}/kernel") if entry.is_dir()}


@pytest.mark.parametrize("stage", stages())
def test_every_symbol_of_the_kernel_points_down(make, stage):
    wrong = wrong_symbols(symbols(make, stage), kernel_rooms())
    assert not wrong, "\n".join(wrong)


def upward_calls():
    """{entry of the table: the function that it names}."""
    return dict(re.findall(r"^\t\.(\w+) = (\w+),$", read("kernel/entry/upward.c"), re.M))


def needless(users, listing, rooms):
    """Entries of the table that no room uses, or that name what the user could have called."""
    defined = {line.split()[-1]: line.partition(":")[0] for line in listing.splitlines() if line.split()[-2] not in "Uw"}
    return [entry for entry, function in upward_calls().items()
            if not users.get(entry) or not all(rooms.index(kernel_room(defined[function])) > rooms.index(room) for room in users[entry])]


def test_each_entry_of_the_upward_table_is_needed(make):
    users = {}
    for path in kernel_sources():
        for entry in re.findall(r"\bupward\.(\w+)\(", read(path)):
            users.setdefault(entry, set()).add(kernel_room(path))
    declared = re.findall(r"\(\*(\w+)\)", read("kernel/lib/upward.h"))
    assert sorted(declared) == sorted(upward_calls()) and set(users) <= set(declared)
    listing = symbols(make, stages()[-1])
    assert not needless(users, listing, kernel_rooms())
    assert needless({**users, "cancel_wait": {"cap"}}, listing, kernel_rooms()) == ["cancel_wait"]
    assert needless({**users, "cancel_wait": set()}, listing, kernel_rooms()) == ["cancel_wait"]


def test_wrong_arrows_of_the_kernel_are_seen():
    rooms = kernel_rooms()

    def wrong(path, include):
        return bool(wrong_kernel_includes(path, f'#include "{include}"\n', rooms))
    assert wrong("kernel/sched/schedule.c", "ipc/cancel.h")
    assert wrong("kernel/ipc/message.h", "cap/transfer.h")
    assert wrong("kernel/x86/state.c", "lib/print.h")
    assert wrong("kernel/lib/panic.c", "sched/thread.h")
    assert wrong("kernel/entry/syscall.S", "boot/early_print.h")
    assert wrong("kernel/sched/switch.c", "gen/offsets.h"), "what entry's assembly needs"
    assert wrong("stages/1-ipc/kernel/ipc/fault.c", "cap/reap.h"), "a stand-in has its namesake's room"
    assert wrong("kernel/mm/map.c", "mm/../cap/reap.h")
    assert wrong("kernel/mm/map.c", "../kernel/cap/reap.h")
    assert wrong("kernel/boot/main.c", "servers/init/boot.h")
    assert wrong("kernel/boot/root_task.c", "../../lib/microk/startup.h")
    assert not wrong("stages/1-ipc/kernel/boot/root_task.c", "../../lib/microk/startup.h")
    assert not wrong("kernel/ipc/message.c", "lib/upward.h")
    assert not wrong("kernel/x86/regs.h", "microk/types.h")
    assert not wrong("kernel/entry/trap.S", "gen/offsets.h")
    assert wrong("kernel/lib/log.c", "gen/kernel/methods.h") and not wrong("kernel/mm/frame.c", "gen/kernel/methods.h")
    assert wrong("kernel/mm/frame.c", "gen/protocols/file_server.h")


@pytest.mark.parametrize("flags", [[], ["-flto"]])
@pytest.mark.parametrize("low, high, text, seen", [
    ("sched/a", "ipc/b", "void f(void); void g(void) { f(); }", True),
    ("sched/a", "ipc/b", "void f(void); void (*const g)(void) = f;", True),  # named in data, not called
    ("ipc/a", "cap/b", "void f(void); __attribute__((weak)) void f(void); void g(void) { if (f) f(); }", True),
    ("ipc/a", "sched/b", "void f(void); void g(void) { f(); }", False),
    ("mm/a", "mm/b", "void f(void); void g(void) { f(); }", False),
    ("gen/methods", "cap/b", "void f(void); void (*const method_table[])(void) = {f};", False),
    ("gen/methods", "boot/b", "void f(void); void (*const method_table[])(void) = {f};", True),
])
def test_wrong_symbols_are_seen(tmp_path, flags, low, high, text, seen):
    objects = []
    for name, source in ((low, text), (high, "void f(void) {}")):
        path = tmp_path / ("" if name.startswith("gen/") else "kernel") / f"{name}.o"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".c").write_text(source)
        subprocess.run(["gcc", "-O2", *flags, "-c", path.with_suffix(".c"), "-o", path], check=True, timeout=60)
        objects.append(path)
    listing = subprocess.run(["gcc-nm", "-A", "-g", *objects], text=True, check=True, stdout=subprocess.PIPE, timeout=60).stdout
    assert bool(wrong_symbols(listing, kernel_rooms())) == seen, listing
