"""Arrows point down: includes and calls of user space and of the kernel, against the orders that docs/architecture.md states in
its two tables. The rules are in layers.py; each is seen to find a fault.
"""
import glob
import os
import re
import shutil
import subprocess

import pytest

from layers import (INCLUDE, ROOT, Built, foreign_objects, include_faults, kernel_room, kernel_rooms, kernel_sources,
                    kernel_symbol_faults, no_library, of_the_kernel, read, room_of, stated_order, symbols_of, text_faults,
                    user_sources, user_symbol_faults)


def stages():
    return sorted(int(os.path.basename(path).split("-")[0]) for path in glob.glob(f"{ROOT}/stages/*-*")
                  if os.path.exists(f"{path}/stage.mk"))


@pytest.fixture(scope="module")
def built(make):
    """built(stage): that stage, built once."""
    done = {}

    def build(stage):
        if stage not in done:
            done[stage] = Built(stage)
            got = make(f"stage-{stage}", *(f"{done[stage].folder}/{name}" for name in ("kernel.elf", "archive.cpio")), timeout=600)
            assert got.returncode == 0, got.stdout + got.stderr
        return done[stage]

    return build


# ---- the two orders ----

def test_every_folder_of_user_space_has_its_place_in_the_order():
    order = stated_order()
    homeless = [p for p in user_sources() if room_of(p, order) is None and not of_the_kernel(p)]
    assert not homeless, "docs/architecture.md has no row for: " + ", ".join(homeless)


def test_the_order_itself_points_down():
    """A row may name only rows below it; programs name no program at all."""
    order = stated_order()
    rows = [folder for folders, _ in order for folder in folders]
    for at, (folders, allowed) in enumerate(order):
        above = [f for names, _ in order[:at + 1] for f in names]
        assert not set(allowed) & set(above), f"{folders} may include a folder above it"
        assert all(a in rows or a == "kernel/include" for a in allowed), f"{folders} may include what has no row"


def test_the_rooms_are_those_of_the_tree():
    assert set(kernel_rooms()) == {entry.name for entry in os.scandir(f"{ROOT}/kernel") if entry.is_dir()}


# ---- includes ----

def test_every_include_follows_the_stated_order():
    wrong = [w for path in {*user_sources(), *kernel_sources()} for w in text_faults(path, read(path))]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("stage", stages())
def test_the_compiler_opens_no_other_file(built, stage):
    """Directives that the sources do not show as such are found, too: a macro, a line that goes on, #include_next."""
    wrong = [w for o in built(stage).objects() for w in include_faults(*built(stage).dependencies(o))]
    assert not wrong, "\n".join(wrong)


WRONG = [
    ("drivers/console/session.c", "servers/vfs/archivefs.h"),
    ("servers/vfs/main.c", "servers/init/boot.h"),
    ("servers/vfs/main.c", "lib/supervise/instance.h"),  # init alone supervises
    ("user/shell/line.c", "servers/vfs/archivefs.h"),
    ("lib/microk/print.c", "gen/protocols/file_client.h"),
    ("lib/microk/print.c", "user/runtime/stream.h"),
    ("protocols/dir.h", "servers/vfs/archivefs.h"),
    ("user/bin/cat/main.c", "user/shell/output.h"),
    ("user/bin/cat/main.c", "user/bin/ls/columns.h"),
    ("stages/2-caps/vault/main.c", "servers/init/boot.h"),
    ("stages/2-caps/servers/init/outbox.c", "servers/vfs/archivefs.h"),
    ("servers/vfs/main.c", "sched/thread.h"),  # the kernel is known by its ABI alone
    ("drivers/console/session.c", "lib/microk/../../servers/vfs/disk.h"),  # by a detour through a folder that it may include
    ("drivers/console/session.c", "stages/2-caps/servers/init/outbox.h"),  # in a stand-in's folder
    ("kernel/sched/schedule.c", "ipc/cancel.h"),
    ("kernel/ipc/message.h", "cap/transfer.h"),
    ("kernel/x86/state.c", "lib/print.h"),
    ("kernel/lib/panic.c", "sched/thread.h"),
    ("kernel/entry/syscall.S", "boot/early_print.h"),
    ("kernel/sched/switch.c", "gen/offsets.h"),  # a need of entry's assembly
    ("stages/1-ipc/kernel/ipc/fault.c", "cap/reap.h"),  # a stand-in has its namesake's room
    ("kernel/mm/map.c", "mm/../cap/reap.h"),
    ("kernel/mm/map.c", "../kernel/cap/reap.h"),
    ("kernel/boot/main.c", "servers/init/boot.h"),
    ("kernel/boot/main.c", "../../lib/microk/print.h"),
    ("kernel/boot/root_task.c", "../../lib/microk/startup.h"),
    ("kernel/lib/log.c", "gen/kernel/methods.h"),
    ("kernel/mm/frame.c", "gen/protocols/file_server.h"),
    ("kernel/mm/frame.c", "gen/lib/microk/methods.h"),
]
RIGHT = [
    ("lib/microk/print.c", "stdarg.h"),
    ("stages/2-caps/servers/init/outbox.c", "servers/init/boot.h"),
    ("servers/vfs/main.c", "gen/protocols/file_server.h"),
    ("drivers/console/session.c", "protocols/file.h"),
    ("stages/1-ipc/kernel/boot/root_task.c", "../../lib/microk/startup.h"),
    ("kernel/ipc/message.c", "lib/upward.h"),
    ("kernel/x86/regs.h", "microk/types.h"),
    ("kernel/entry/trap.S", "gen/offsets.h"),
    ("kernel/mm/frame.c", "gen/kernel/methods.h"),
]


@pytest.mark.parametrize("path, include, wrong", [(*row, True) for row in WRONG] + [(*row, False) for row in RIGHT])
def test_a_wrong_include_is_seen(path, include, wrong):
    for line in (f'#include "{include}"', f"#include <{include}>", f'#include"{include}"', f'  #  include "{include}"'):
        assert bool(text_faults(path, line + "\n")) == wrong


@pytest.mark.parametrize("text", ['__asm__(".include \\"servers/vfs/a.inc\\"");', ".incbin \"servers/vfs/a\"", "\t.include <a>"])
def test_a_file_that_the_assembler_opens_is_seen(text):
    assert text_faults("lib/microk/start.S", text) and text_faults("kernel/entry/trap.S", text)


@pytest.mark.parametrize("text", [
    '#define SERVICES "servers/init/services.h"\n#include SERVICES\n',
    '#include /* here */ "servers/init/services.h"\n',
    '#inc\\\nlude "servers/init/services.h"\n',
    '#include_next <servers/init/services.h>\n',
    '%:include "servers/init/services.h"\n',
])
def test_a_wrong_include_in_disguise_is_seen(tmp_path, text):
    """No source shows it; the dependency file does."""
    for path in ("servers/vfs/main.c", "servers/init/services.h"):
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_text(text if path.endswith(".c") else "")
    subprocess.run(["gcc", "-I.", "-MMD", "-c", "servers/vfs/main.c", "-o", "main.o"], cwd=tmp_path, check=True, timeout=60)
    source, opened = Built(0, tmp_path).dependencies("main.o")
    assert not text_faults(source, text) and include_faults(source, opened), opened


# ---- the objects of programs, the library and the kernel ----

@pytest.mark.parametrize("stage", stages())
def test_no_program_is_made_of_anothers_objects(built, stage):
    wrong = objects_wrong(built(stage))
    assert built(stage).programs() and not wrong, "\n".join(wrong)


def manifests_with(tree, path, line):
    """The lists that make writes when the manifest at `path` has one line more."""
    for name in os.listdir(ROOT):
        if name in ("stages", "servers"):
            shutil.copytree(os.path.join(ROOT, name), tree / name)
        elif name != "build":
            (tree / name).symlink_to(os.path.join(ROOT, name))
    with open(tree / path, "a", encoding="utf-8") as manifest:
        manifest.write(line + "\n")
    subprocess.run(["make", "-n", f"stage-{stages()[-1]}"], cwd=tree, timeout=60, check=False, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, env={k: v for k, v in os.environ.items() if not k.startswith("MAKE")})
    return Built(stages()[-1], tree)


def objects_wrong(built):
    return foreign_objects(built.programs(), stated_order()) + no_library(built.listed("library"), stated_order())


LAST = os.path.relpath(sorted(glob.glob(f"{ROOT}/stages/*/stage.mk"))[-1], ROOT)


@pytest.mark.skipif(not os.path.isdir(f"{ROOT}/servers/init"), reason="stage 1 has no servers")
@pytest.mark.parametrize("path, name, foreign", [
    ("servers/init/build.mk", "objs-y", "../../lib/microk/print.o"),
    ("servers/init/build.mk", "shared-y", "lib/microk/print.o"),
    (LAST, "servers/init-y", "../../tests/guest/kit/kit.o"),
    (LAST, "lib/microk-y", "../../servers/init/services.o"),
    (LAST, "library-y", "servers/init/services.o"),
])
@pytest.mark.parametrize("form", ["{0} += {1}", "{0} := $({0}) {1}", "{0} = {1}", "{0}:={1}", "{0} += $(addsuffix .o,$(basename {1}))"])
def test_a_foreign_object_in_a_manifest_is_seen(tmp_path, path, name, foreign, form):
    assert objects_wrong(manifests_with(tmp_path, path, form.format(name, foreign)))


@pytest.mark.skipif(not os.path.isdir(f"{ROOT}/servers/init"), reason="stage 1 has no servers")
def test_an_own_object_in_a_manifest_is_right(tmp_path):
    assert not objects_wrong(manifests_with(tmp_path, LAST, "servers/init-y += another.o"))


def test_foreign_objects_are_seen():
    order = stated_order()
    init, vfs = (["build/stage-4/u/" + o for o in objects] for objects in (
        ["servers/init/main.o", "stages/2-caps/servers/init/outbox.o"], ["servers/vfs/main.o"]))
    assert not foreign_objects({"init": init, "vfs": vfs}, order)
    assert foreign_objects({"init": init, "vfs": [*vfs, init[0]]}, order)
    assert foreign_objects({"init": init, "vfs": init}, order)
    assert not no_library(["lib/microk/print.o", "user/runtime/terminal.o", "build/stage-4/u/gen/protocols/names.o"], order)


# ---- symbols ----

@pytest.mark.parametrize("stage", stages())
def test_every_symbol_of_the_kernel_points_down(built, stage):
    wrong = kernel_symbol_faults(built(stage).symbols("kernel"), kernel_rooms())
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("stage", stages())
def test_every_symbol_of_the_library_points_down(built, stage):
    wrong = user_symbol_faults(built(stage).symbols("library"), stated_order())
    assert not wrong, "\n".join(wrong)


def compile_both(folder, sources, *flags):
    """nm's listing of the objects of {path: text}."""
    objects = []
    for name, text in sources.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.c").write_text(text)
        subprocess.run(["gcc", "-O2", *flags, "-c", f"{name}.c", "-o", f"{name}.o"], cwd=folder, check=True, timeout=60)
        objects.append(f"{name}.o")
    return subprocess.run(["gcc-nm", "-A", "-g", *objects], cwd=folder, text=True, check=True, stdout=subprocess.PIPE, timeout=60).stdout


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
def test_wrong_symbols_of_the_kernel_are_seen(tmp_path, flags, low, high, text, seen):
    low, high = (name if name.startswith("gen/") else f"kernel/{name}" for name in (low, high))
    listing = compile_both(tmp_path, {low: text, high: "void f(void) {}"}, *flags)
    assert bool(kernel_symbol_faults(listing, kernel_rooms())) == seen, listing


@pytest.mark.parametrize("user, definer, text, seen", [
    ("lib/microk/a", "gen/protocols/b", "void f(void); void g(void) { f(); }", True),  # by a prototype of its own
    ("lib/conf/a", "lib/state/b", "void f(void); void (*const g)(void) = f;", True),
    ("lib/spawn/a", "user/runtime/b", "void f(void); void g(void) { f(); }", True),
    ("lib/microk/a", "user/runtime/b", "void f(void); void g(void) { f(); }", True),  # not one of RUNTIME
    ("lib/microk/a", "servers/vfs/b", "void f(void); void g(void) { f(); }", True),
    ("lib/microk/a", "lib/microk/b", "void other(void); void g(void) { other(); }", True),  # a program would have to define it
    ("lib/microk/a", "user/runtime/b", "void program_exit(void); void g(void) { program_exit(); }", False),
    ("lib/conf/a", "lib/microk/b", "void f(void); void g(void) { f(); }", False),
    ("user/runtime/a", "gen/protocols/b", "void f(void); void g(void) { f(); }", False),
    ("lib/microk/a", "lib/microk/b", "int main(void); int g(void) { return main(); }", False),
])
def test_wrong_symbols_of_the_library_are_seen(tmp_path, user, definer, text, seen):
    listing = compile_both(tmp_path, {user: text, definer: "void f(void) {} void program_exit(void) {}"})
    assert bool(user_symbol_faults(listing, stated_order())) == seen, listing


def upward_calls():
    """{entry of the table: the function that it names}."""
    return dict(re.findall(r"^\t\.(\w+) = (\w+),$", read("kernel/entry/upward.c"), re.M))


def needless(users, listing, rooms):
    """Entries of the table that no room uses, or that name what the user could have called."""
    defined, _ = symbols_of(listing)
    return [entry for entry, function in upward_calls().items()
            if not users.get(entry) or not all(rooms.index(kernel_room(defined[function])) > rooms.index(room) for room in users[entry])]


def test_each_entry_of_the_upward_table_is_needed(built):
    users = {}
    for path in kernel_sources():
        for entry in re.findall(r"\bupward\.(\w+)\(", read(path)):
            users.setdefault(entry, set()).add(kernel_room(path))
    declared = re.findall(r"\(\*(\w+)\)", read("kernel/lib/upward.h"))
    assert sorted(declared) == sorted(upward_calls()) and set(users) <= set(declared)
    listing = built(stages()[-1]).symbols("kernel")
    assert not needless(users, listing, kernel_rooms())
    assert needless({**users, "cancel_wait": {"cap"}}, listing, kernel_rooms()) == ["cancel_wait"]
    assert needless({**users, "cancel_wait": set()}, listing, kernel_rooms()) == ["cancel_wait"]


# ---- circles inside one folder ----

# The circles that exist. A circle that is removed must be taken out of this list; a new one is a mistake.
CIRCLES = {
    "drivers/console": {frozenset({"paint", "render"})},  # paint.h is the part of render that the painters see
    "lib/conf": {frozenset({"conf", "parser"})},  # parser.h is the inside of conf
    "lib/microk": {frozenset({"server", "stub"})},  # stub.h is the part of the loop that generated code calls
}


def modules(folder):
    """{module: modules of the same folder that it uses}; a module is a .c and its .h."""
    return uses_of({path: read(path) for path in user_sources() if os.path.dirname(path) == folder}, folder)


def uses_of(texts, folder):
    """{module: modules of {path: text} that it includes, or whose structures it declares in order to refer to them}."""
    def module(path):
        return os.path.splitext(os.path.basename(path))[0]

    home = {name: module(path) for path, text in texts.items() for name in re.findall(r"^struct (\w+) \{", text, re.M)}
    found = {module(path): set() for path in texts}
    for path, text in texts.items():
        found[module(path)] |= {module(i) for i in INCLUDE.findall(text) if os.path.dirname(i) == folder}
        found[module(path)] |= {home[name] for name in re.findall(r"^struct (\w+);", text, re.M) if name in home}
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
    folders = {os.path.dirname(p) for p in user_sources()}
    found = {(folder, circle) for folder in folders for circle in circles(modules(folder))}
    known = {(folder, circle) for folder, several in CIRCLES.items() for circle in several}
    assert not found - known
    assert not known - found or os.path.exists(os.path.join(ROOT, "STAGE")), "gone: take it out of CIRCLES"


def test_a_circle_is_seen():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == {frozenset("abc")}
    assert not circles({"a": {"b", "c"}, "b": {"c"}, "c": set()})
    up = {"lib/x/a.h": "struct b;\nstruct a {\n\tstruct b *of;\n};\n", "lib/x/b.h": '#include "lib/x/a.h"\nstruct b {\n\tstruct a a;\n};\n'}
    assert circles(uses_of(up, "lib/x")) == {frozenset("ab")}
