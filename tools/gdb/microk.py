"""gdb commands for MicroK; `make gdb` loads them.

    microk-program NAME   symbols of a program beside the kernel's, in the place of another program's
    microk-threads        all threads: state, what each waits for, counters
    microk-caps THREAD    the capabilities in a thread's CSpace (its name, or an address)
    $microk_thread()      name of the thread that runs: break main if $_streq($microk_thread(), "vfs")

All programs are linked to the same addresses, so one at a time can have its symbols loaded; a breakpoint in it is
hit by every program that has code there, which the condition above separates. The kernel keeps no list of threads, so they
are found by capabilities, from the root task's CSpace down.
"""
import os

import gdb


def layout(name, *fields):
    """{field: (offset, bytes)} of a structure, as the debugging information has it, and its size."""
    kind = gdb.lookup_type(name)
    places = {}

    def walk(kind, base):
        for field in kind.fields():
            at = base + field.bitpos // 8
            if field.name is None or field.is_base_class:  # an unnamed union
                walk(field.type.strip_typedefs(), at)
            else:
                places[field.name] = at, field.type.strip_typedefs().sizeof

    walk(kind, 0)
    return {f: places[f] for f in fields}, kind.sizeof


def names_of(enumeration, prefix):
    try:
        kind = gdb.lookup_type(enumeration)
    except gdb.error:
        return {}
    return {int(f.enumval): f.name.removeprefix(prefix).lower() for f in kind.fields()}


def read(address, size):
    return bytes(gdb.selected_inferior().read_memory(address, size))


def value(data, place):
    offset, size = place
    return int.from_bytes(data[offset:offset + size], "little")


class Record:
    """A structure in the kernel's memory; each is read once."""

    def __init__(self, kind, address, data=None):
        self.places, self.size = KINDS[kind]
        self.address = address
        self.data = data if data is not None else read(address, self.size)

    def __getattr__(self, field):
        return value(self.data, self.places[field])

    def text(self, field):
        offset, size = self.places[field]
        # A program chose it: it must not control the terminal.
        return "".join(chr(c) if 0x20 <= c < 0x7f else "?" for c in self.data[offset:offset + size].split(b"\0")[0])


KINDS = {}


def prepare():
    if not KINDS:
        KINDS["object"] = layout("struct kobject", "serial")
        KINDS["slot"] = layout("struct slot", "type", "rights", "prot", "size", "object", "badge")
        KINDS["cnode"] = layout("struct cnode", "count", "slots")
        KINDS["thread"] = layout("struct thread", "regs", "caps", "caps_count", "state", "priority", "wait_on", "awaiting",
                                 "ipc_calls", "ticks", "name", "serve_next")
        KINDS["regs"] = layout("struct regs", "rip")
        KINDS["endpoint"] = layout("struct endpoint", "messages", "servers")
        KINDS["reply"] = layout("struct reply", "caller", "owner")


def slots(first, count):
    """(index, slot) of the slots in use."""
    size = KINDS["slot"][1]
    data = read(first, size * count)
    for i in range(count):
        if data[i * size]:
            yield i, Record("slot", first + i * size, data[i * size:(i + 1) * size])


def threads():
    """Every thread that a CNode reaches, by its address."""
    prepare()
    types = {name: number for number, name in names_of("enum cap_type", "CAP_").items()}
    # Optimised across files, it has several entries in the debugging information, one of them with its place.
    roots = [r for r in gdb.lookup_static_symbols("root") if not r.value().is_optimized_out]
    try:
        first = int(roots[0].value()["cnode"]) if roots else 0
    except gdb.MemoryError:  # the kernel's addresses are not mapped yet
        first = 0
    if not first:
        raise gdb.GdbError("there is no root task yet: let the kernel boot first (stage 1 has none at all)")
    found, seen, pending = {}, set(), [first]
    while pending:
        address = pending.pop()
        if address in seen:
            continue
        seen.add(address)
        cnode = Record("cnode", address)
        for _, slot in slots(address + cnode.places["slots"][0], cnode.count):
            if slot.type == types["cnode"]:
                pending.append(slot.object)
            elif slot.type == types["thread"]:
                # A capability names the object's header, which lies inside the thread.
                address_of = slot.object - gdb.lookup_type("struct thread")["header"].bitpos // 8
                found[address_of] = Record("thread", address_of)
    return found


def identity(mark, number):
    """Encrypts as kernel/object/identity.c does, with the key of the machine's boot."""
    mask, code = 0xffffff, mark << 46 | number
    high, low = code >> 24, code & mask
    for i in range(23):
        high = (((high >> 8 | high << 16) & mask) + low & mask) ^ int(gdb.parse_and_eval(f"identity_keys[{i}]"))
        low = (low << 3 | low >> 21) & mask ^ high
    return high << 24 | low


def object_identity(address):
    return identity(0, Record("object", address).serial)


def capability_identity(slot, name):
    """As CNODE_DESCRIBE returns it."""
    if slot.object >= 1 << 47:
        return object_identity(slot.object)
    if name in ("untyped", "frame", "page_table"):
        return identity(2, slot.object >> 12)
    return slot.object


def thread_name(address):
    return (Record("thread", address).text("name") or f"{address:#x}") if address else "no thread"


def servers_of(endpoint):
    """The threads that receive at an endpoint, by name."""
    names, address = [], Record("endpoint", endpoint).servers
    while address and len(names) < 8:
        names.append(thread_name(address))
        address = Record("thread", address).serve_next
    return " or ".join(names) or "no thread"


def waits_for(thread, state):
    """The thread or object that a thread waits for, in words."""
    if state == "awaiting" and thread.awaiting:
        return f"the answer of {thread_name(Record('reply', thread.awaiting).owner)}"
    if state == "sending" and thread.wait_on:
        return f"{servers_of(thread.wait_on)} to receive"
    if state in ("receiving", "waiting") and thread.wait_on:
        return f"object {object_identity(thread.wait_on):x}"
    return ""


def header(*columns):
    print("".join(text.ljust(width) for text, width in columns).rstrip())


class Program(gdb.Command):
    """microk-program NAME: load a program's symbols, in the place of the last one's."""

    def __init__(self):
        super().__init__("microk-program", gdb.COMMAND_FILES)
        self.loaded = None

    def folder(self):
        for objfile in gdb.objfiles():
            if os.path.basename(objfile.filename) == "kernel.elf":
                return os.path.join(os.path.dirname(objfile.filename), "bin")
        raise gdb.GdbError("the kernel's symbols are not loaded; start with make gdb")

    def complete(self, text, word):
        return [name for name in sorted(os.listdir(self.folder())) if name.startswith(word)]

    def invoke(self, argument, from_tty):
        path = os.path.join(self.folder(), argument.strip())
        if not argument.strip() or not os.path.isfile(path):
            raise gdb.GdbError(f"no program {argument!r} was built; there are: {', '.join(self.complete('', ''))}")
        if self.loaded:
            gdb.execute(f"remove-symbol-file {self.loaded}", to_string=True)
        gdb.execute(f"add-symbol-file {path}", to_string=True)
        self.loaded = path
        print(f"Symbols of the kernel and of {argument.strip()}.")


class Threads(gdb.Command):
    """microk-threads: all threads, and the object that each waits for."""

    def __init__(self):
        super().__init__("microk-threads", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        found = threads()
        states = names_of("enum thread_state", "THREAD_")
        current = int(gdb.parse_and_eval("cpu_area.cpu.current"))
        header(("  NAME", 18), ("STATE", 11), ("PRI", 5), ("CALLS", 10), ("AT", 20), ("WAITS FOR", 0))
        for address, thread in sorted(found.items(), key=lambda item: -item[1].priority):
            state = states.get(thread.state, str(thread.state))
            at = Record("regs", address + thread.places["regs"][0]).rip
            header(("* " if address == current else "  ", 2), (thread.text("name") or f"{address:#x}", 16), (state, 11),
                   (str(thread.priority), 5), (str(thread.ipc_calls), 10), (f"{at:#x}", 20), (waits_for(thread, state), 0))


class Caps(gdb.Command):
    """microk-caps THREAD: the capabilities of a thread, given by its name or address."""

    KERNEL = "rwgx"

    def __init__(self):
        super().__init__("microk-caps", gdb.COMMAND_STATUS)

    def find(self, argument):
        found = threads()
        for address, thread in found.items():
            if thread.text("name") == argument:
                return thread
        try:
            address = int(gdb.parse_and_eval(argument))
        except gdb.error:
            address = 0
        if address not in found:
            raise gdb.GdbError(f"there is no thread {argument!r}; microk-threads lists them")
        return found[address]

    def invoke(self, argument, from_tty):
        thread = self.find(argument.strip())
        types = names_of("enum cap_type", "CAP_")
        header(("SLOT", 6), ("TYPE", 15), ("RIGHTS", 14), ("OBJECT", 14), ("BADGE OR ADDRESS", 0))
        for index, slot in slots(thread.caps, thread.caps_count):
            rights = "".join(c if slot.rights >> i & 1 else "-" for i, c in enumerate(self.KERNEL))
            rights += ":" + "".join(str(i) if slot.prot >> i & 1 else "-" for i in range(8))
            name = types.get(slot.type, str(slot.type))
            what = capability_identity(slot, name)
            header((str(index), 6), (name, 15), (rights, 14), (f"{what:x}", 14), (f"{slot.badge:x}" if slot.badge else "", 0))


class ThreadName(gdb.Function):
    """$microk_thread(): the name of the thread that the processor works for; "" while it idles."""

    def __init__(self):
        super().__init__("microk_thread")

    def invoke(self):
        prepare()
        current = int(gdb.parse_and_eval("cpu_area.cpu.current"))
        return Record("thread", current).text("name") if current else ""


Program()
Threads()
Caps()
ThreadName()
