"""Unit checks: a file of the kernel, or of a library, server or driver, compiled for the host, with sanitizers, between stand-ins for the rest.

The files of lab 1 reach the hardware only through a few headers, so that they can be graded before the kernel boots
at all. The learner's file is the one that has the exercise's marker lines, wherever it was moved.

A unit is two programs (unit/unit.h), each in a sandbox of its own: the subject, which holds that file and only computes, and the judge, which
asks it and compares.
"""
import fcntl
import hashlib
import os
import re
import socket
import subprocess
import threading
from dataclasses import dataclass, field

import bounded
import calls
import declared
import helpers
import objects as o
from build import BuildError, explain
from sandbox import unconfined

# A report needs the lines of the code; to follow each variable, too, takes gcc three times as long for subject.c.
FLAGS = ["-std=gnu17", "-g", "-fno-var-tracking", "-O1", "-fno-omit-frame-pointer", "-fno-pie", "-no-pie", "-mgeneral-regs-only",
         "-fno-strict-aliasing", "-fsanitize=address,undefined", "-fno-sanitize-recover=undefined", "-w", "-MMD",
         "-fmax-errors=20"]  # a file that includes itself twice has errors without end
# Host code may use the FPU; the learner's is compiled as the kernel is. gcc 14 rejects these in any case, and older ones must, too:
# otherwise a harness is graded on one Debian and is a build error on the other.
HARNESS_FLAGS = [f for f in FLAGS if f not in ("-mgeneral-regs-only", "-w")] + ["-D_GNU_SOURCE"] + [
    f"-Werror={kind}" for kind in ("implicit-function-declaration", "implicit-int", "int-conversion", "incompatible-pointer-types")]
# Of the code of a submission nothing runs before the first question, so that it registers no variables with the sanitizer.
TESTED_FLAGS = [*FLAGS, "--param=asan-globals=0"]
SUBJECT_FLAGS = [*HARNESS_FLAGS, "--param=asan-globals=0"]
JUDGE_FLAGS = [f for f in HARNESS_FLAGS if not f.startswith(("-fsanitize", "-fno-sanitize"))]
# Both programs' own parts, and where their variables lie that the other one sees (unit/wire.h).
PARTS = "tools/grade/unit"
JUDGE = ("judge.c", "ask.c", "memory.c", "verdict.c", "sanitizer.c", "words.c")
SUBJECT = ("subject.c", "words.c")
SHARED, ASKED, END = 0x20000000, 0x20800000, 0x30000000
ROOM = (ASKED - SHARED) // 2  # for the place at which the subject's variables begin
AFTER = f"--section-start=unit_after={END:#x}"
LIBRARY = re.compile(r"^(/\S+\.so[.\d]*)$", re.M)
BACKSTOP = 240   # seconds of the host; a check has two of the processor (unit/wire.h)
COMPILER = 120   # likewise, for a compiler
MOST_MEMORY = 2048  # of a subject, in MiB
NAME_LENGTH = 100   # of an object, at most
MOST_FILES = 32     # that hold parts of one exercise: each is compiled
# The offsets that assembly takes from C, as tools/build/offsets.sh makes them for the kernel.
OFFSETS = "kernel/entry/offsets.c"
# The structs of the methods' arguments and results, as the build makes them.
METHODS = ["tools/method_stubs.py", "tools/abi_table.py", "kernel/include/microk/cap.h"]
IDL = "tools/idl/idl.py"
# In a unit's folder: the objects of the learner's files, and the headers that are made for the unit.
SUBMITTED, STUBS = "submitted", "stubs"
# Where exercises lie. All but the kernel's files are compiled as programs' are.
SOURCES = ("kernel", "lib", "servers", "drivers", "user")
# Without a target they load each plugin for other compilers' objects first, and clang's takes 20 times as long as their work.
ELF = "elf64-x86-64"
NM, AR = ["nm", f"--target={ELF}"], ["ar", f"--target={ELF}"]
MARK = re.compile(r"EXERCISE\s+(\d+\.\d+)\s+[\w-]+(?: +part +(\d+))?\s*:\s*begin")
OFFSET_LINE = re.compile(r'"->([A-Z0-9_]+) \$?(-?\d+)"')


@dataclass
class Said:
    results: dict = field(default_factory=dict)   # id -> [status, expected, came, cause, detail]
    error: BuildError | None = None
    words: str = ""
    held_up: bool = False                         # by the host
    lost: bool = False                            # the judge ended before it had a result


def marks_in(tree):
    """{(exercise, part or ""): the files of the sources that hold its begin line}."""
    found = {}
    for top in SOURCES:
        for folder, _, names in os.walk(os.path.join(tree, top)):
            for name in sorted(names):
                if name.endswith((".c", ".S")):
                    path = os.path.join(folder, name)
                    with open(path, encoding="utf-8", errors="replace") as f:
                        for mark in dict.fromkeys(MARK.findall(f.read())):
                            found.setdefault(mark, []).append(os.path.relpath(path, tree))
    return found


def marked_files(marks, region):
    """Of marks_in(): the files that hold a region, "1.7", or "1.7.2" for its part 2."""
    exercise, part = re.fullmatch(r"(\d+\.\d+)(?:\.(\d+))?", region).groups()
    return marks.get((exercise, part or ""), [])


def sources_of(tree, parts, marks=None):
    """(the file under test and others that regions of it were moved to, the kernel's own around it). `marks`: of the tree, if they are known."""
    sources = [parts["file"]]
    for region in parts["regions"]:
        sources += [f for f in marked_files(marks_in(tree) if marks is None else marks, region) if f not in sources]
        if len(sources) > MOST_FILES:
            raise BuildError(f"exercise {region} has marker lines in {len(sources)} files, of which at most {MOST_FILES} are graded: "
                             "remove the marker lines from files that hold no part of it")
    return present(tree, sources), present(tree, [f for f in parts.get("around", []) if f not in sources])


def present(tree, paths):
    return [p for p in paths if os.path.exists(os.path.join(tree, p))]


def text_of(path):
    """The file's text; "" if there is none."""
    try:
        with open(path, encoding="utf-8") as f:
            return f.read()
    except OSError:
        return ""


def is_newer_than(tree, out, sources):
    try:
        made = os.path.getmtime(out)
        return all(os.path.getmtime(os.path.join(tree, s)) <= made for s in sources)
    except OSError:
        return False


def is_newer(tree, out, deps_file):
    """Whether the object is newer than each file that it was made from."""
    try:
        with open(deps_file, encoding="utf-8") as f:
            words = f.read().replace("\\\n", " ").split(":", 1)[1].split()
    except (OSError, IndexError):
        return False
    return is_newer_than(tree, out, words)


def object_name(source):
    """The name of a source's object: another one for each source, and without signs that divide the columns of nm's and objdump's lists, which a
    submission's file may have in its name."""
    plain = re.sub(r"[^A-Za-z0-9_.-]", "_", source.strip("/"))
    return f"{plain[-NAME_LENGTH:]}-{hashlib.sha256(os.fsencode(source)).hexdigest()[:8]}"


class Between:
    """The descriptors between a judge and its subject: a socket, the memory that both see, a socket by which the judge ends a check, and for the judge
    the seed (on a command line, other processes could read it)."""

    def __init__(self, seed):
        self.subject, self.judge, self.stopped, self.stops = (
            end.detach() for _ in range(2) for end in socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET))
        self.memory = os.memfd_create("unit", os.MFD_ALLOW_SEALING | os.MFD_CLOEXEC)
        os.ftruncate(self.memory, END - SHARED)
        # A size that could change would end the judge by a signal.
        fcntl.fcntl(self.memory, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL)
        self.seed, written = os.pipe()
        os.write(written, str(seed).encode())
        os.close(written)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def of_subject(self):
        return [str(self.subject), str(self.memory), str(self.stopped)]

    def of_judge(self):
        return [str(self.judge), str(self.memory), str(self.seed), str(self.stops)]

    def close(self):
        """Closes this process's own, so that each of the two sees the other's end."""
        for name in ("subject", "judge", "memory", "seed", "stopped", "stops"):
            if getattr(self, name) is not None:
                os.close(getattr(self, name))
                setattr(self, name, None)


class Units:
    def __init__(self, tree, folder, sandbox=unconfined, hidden=(), headers=None, seed=0):
        """`hidden`: folders that the compiler must not see when it reads one of the learner's files. `headers`: the tree whose kernel
        headers the harness is compiled with, where that is another one. `seed`: of the judges' random numbers."""
        self.tree, self.folder, self.sandbox, self.hidden, self.seed = tree, folder, sandbox, hidden, seed
        self.headers = headers or "."
        self.said, self.locks, self.lock, self.libraries = {}, {}, threading.Lock(), {}
        self.marked, self.declared = None, {}
        self.parts, self.own_lock = os.path.join(folder, "own-parts"), threading.Lock()

    def run(self, host, unit, parts):
        """The output of the judge `host`/UNIT.c, run once."""
        key = (host, unit)
        with self.lock:
            lock = self.locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self.said:
                try:
                    self.said[key] = self.execute(*self.compile(host, unit, parts))
                except BuildError as error:
                    self.said[key] = Said(error=error)
            return self.said[key]

    def compile(self, host, unit, parts):
        """The unit's (judge, subject); only what changed is compiled again."""
        # A private unit may be called as one of the lab's.
        private = os.path.basename(os.path.dirname(host)) != "checks"
        folder = os.path.join(self.folder, unit + ("-private" if private else ""))
        os.makedirs(folder, exist_ok=True)
        if host.startswith(self.tree + "/"):
            host = os.path.relpath(host, self.tree)
        around_it = [f"-I{host}/fake", f"-I{host}", f"-I{PARTS}"]
        of_kernel = parts["file"].startswith("kernel/")
        judge, own = self.own(JUDGE, JUDGE_FLAGS, "judge-"), self.own(SUBJECT, SUBJECT_FLAGS)
        made = self.methods() if of_kernel else self.stubs(folder, parts.get("protocols", ()))
        generated = f"-I{os.path.relpath(made, self.tree)}"
        room = "kernel" if of_kernel else "."
        # Of the harness only the headers that stand in for the kernel's: others would show the code that it is in a check.
        theirs = [f"-I{host}/fake", f"-I{room}", "-Ikernel/include", generated]
        # A header of the submission's could define the harness's own words anew.
        ours = [*around_it, f"-I{os.path.normpath(os.path.join(self.headers, room))}", f"-I{self.headers}/kernel/include", generated]
        checks = {self.object(folder, host, s, JUDGE_FLAGS, ours, "judge-"): s for s in present(self.tree, [os.path.join(host, f"{unit}.c")])}
        fakes = present(self.tree, [os.path.join(host, n) for n in (f"{unit}_fakes.c", *parts.get("fakes", []))])
        subject = {self.object(folder, host, s, SUBJECT_FLAGS, ours): s for s in fakes}
        subject |= own
        tested, around = sources_of(self.tree, parts, self.marks())
        objects = {self.object(folder, host, s, TESTED_FLAGS, theirs): s for s in tested}
        rest = {self.object(folder, host, s, TESTED_FLAGS, theirs): s for s in around}
        rest |= self.helpers(folder, [*tested, *around], objects, {**subject, **rest}, lambda s: self.object(folder, host, s, TESTED_FLAGS, theirs))
        programs = os.path.join(folder, "judge"), os.path.join(folder, "subject")
        made_of = (*objects, *rest, *subject, *checks, *judge)
        # A file that is there no more makes no object newer.
        parts, linked = os.path.join(folder, "linked"), "".join(f"{os.path.basename(path)}\n" for path in made_of)
        if not is_newer_than(self.tree, programs[0], made_of) or not os.path.exists(programs[1]) or text_of(parts) != linked:
            rooms = ("kernel",) if of_kernel else tuple(s for s in SOURCES if s != "kernel")
            self.link_pair(programs, (checks, judge), (objects, subject, rest), self.stood_in_for(host, rooms, made))
            with open(parts, "w", encoding="utf-8") as f:
                f.write(linked)
        return programs

    def own(self, sources, flags, prefix=""):
        """{object: source} of these sources of both programs' own: compiled once for all units, of which nothing of theirs knows."""
        includes = [f"-I{PARTS}", f"-I{self.headers}/kernel", f"-I{self.headers}/kernel/include"]
        with self.own_lock:
            os.makedirs(self.parts, exist_ok=True)
            return {self.object(self.parts, PARTS, os.path.join(PARTS, s), flags, includes, prefix): s for s in sources}

    def marks(self):
        """Those of the tree, which is read once for all units."""
        with self.own_lock:
            if self.marked is None:
                self.marked = marks_in(self.tree)
            return self.marked

    def helpers(self, folder, sources, tested, others, compiled):
        """{object: source} of the learner's own files that the tested objects need."""
        def listed(paths):
            return o.symbols_of(self.run_tool([*NM, "-A", "-P", *paths], folder))

        def one(source):
            path = compiled(source)
            return path, listed([path])
        return helpers.find(self.tree, sources, listed(tested), listed(others), one)

    def stood_in_for(self, host, rooms, made):
        """The names that a unit's stand-ins may have for the code under test: those of the headers in its rooms (the kernel, or all others) and of
        the ones that are `made`, and of the headers that stand in for some. All others are the harness's own."""
        at = os.path.join(self.tree, self.headers)
        with self.own_lock:  # the rooms' headers are alike for all units
            of_rooms = [self.declared.get(room) or declared.names_below(os.path.join(at, room)) for room in rooms]
            self.declared.update(zip(rooms, of_rooms))
        return set().union(*of_rooms) | declared.names_below(made) | declared.names_below(
            os.path.join(self.tree, host, "fake"), declared.words_in)

    def place(self):
        """Where the subject's variables begin that the judge sees: another one in each run, so that no submission knows it."""
        return SHARED + int.from_bytes(hashlib.sha256(f"place {self.seed}".encode()).digest()[:8], "little") % ROOM // 64 * 64

    def link_pair(self, programs, judge, subject, kernels):
        """Links both; each is given as {object: source}: (the checks, the rest of the judge), (the tested, the fakes, those around).
        `kernels`: the names that the code under test may use of the fakes."""
        folder = os.path.dirname(programs[0])
        (checks, rest), (tested, fakes, around) = judge, subject
        listing = o.symbols_of(self.run_tool([*NM, "-A", "-P", *checks, *rest, *tested, *fakes, *around], folder))
        host = set().union(*(self.names_of(path, folder) for path in self.libraries_in(folder)))
        functions, data = calls.wanted(*({p: listing.get(p, []) for p in paths} for paths in (checks, rest, {**tested, **fakes, **around})), host)
        table = self.assemble(folder, "calls", calls.table(functions, data))
        self.link_alone(programs[1], tested, {**fakes, table: "calls"}, around, host, kernels)
        begin, end, seen = calls.places_in(self.section(programs[1], calls.PLACES), data)
        for name, address in seen.items():
            if not begin <= address < end:
                raise BuildError(f"{next(iter(checks.values()))}: {name} is used, which is the subject's and not SHARED (tools/grade/unit/unit.h)")
        seen |= {"unit_shared_at": begin or SHARED, "unit_shared_bytes": end - begin}
        asks = self.assemble(folder, "asks", calls.stubs(functions, seen))
        self.run_tool(["gcc", *JUDGE_FLAGS, f"-Wl,--section-start=unit_asked={ASKED:#x},{AFTER}", "-o", programs[0] + ".new", *checks, *rest, asks], folder)
        os.replace(programs[0] + ".new", programs[0])

    def assemble(self, folder, name, text):
        """The object of a text in assembly."""
        base = os.path.join(folder, name)
        with open(base + ".s", "w", encoding="utf-8") as f:
            f.write(text)
        self.run_tool(["gcc", "-c", base + ".s", "-o", base + ".o"], folder)
        return base + ".o"

    def libraries_in(self, folder):
        """The host's libraries that a subject is linked with."""
        empty = self.assemble(folder, "empty", "\t.globl main\nmain:\n\t.section .note.GNU-stack,\"\",@progbits\n")
        return LIBRARY.findall(self.run_tool(["gcc", *HARNESS_FLAGS, "-Wl,-t", "-o", empty[:-2], empty], folder))

    def section(self, program, name):
        """The bytes of a section."""
        out = f"{program}.{name}"
        self.run_tool(["objcopy", "-O", "binary", f"--only-section={name}", program, out], os.path.dirname(program))
        with open(out, "rb") as f:
            return f.read()

    def only(self, folder, what, names):
        """objcopy's option by which only these names stay global: in a file, since a submission's may be longer than a command line."""
        path = os.path.join(folder, what + ".names")
        with open(path, "w", encoding="utf-8", errors="surrogateescape") as f:
            f.writelines(f"{name}\n" for name in sorted(names))
        return f"--keep-global-symbols={path}"

    def join(self, folder, harness, names):
        """One object of the harness's, of whose names only these can be used by others."""
        whole = os.path.join(folder, "harness")
        self.run_tool(["ld", "-r", "-o", whole + ".all.o", *harness], folder)
        self.run_tool(["objcopy", self.only(folder, "kernels", names), whole + ".all.o", whole + ".o"], folder)
        return whole + ".o"

    def link_alone(self, program, tested, harness, around, host, kernels):
        """Links objects ({object: source}) so that a submission's stand in for none of the harness's or the host's names, and use of the
        harness's only `kernels`."""
        folder, theirs = os.path.dirname(program), {**tested, **around}
        stay = self.only(folder, "needed", self.inspect(folder, theirs, harness, list(around), host, kernels))
        own = {path: f"{path[:-2]}.own.o" for path in theirs}
        for path, new in own.items():
            self.run_tool(["objcopy", "--remove-section=.init_array*", "--remove-section=.fini_array*", stay, path, new], folder)
        joined = self.join(folder, harness, kernels | {"main"})
        self.link(program, [*(own[path] for path in tested), joined], [own[path] for path in around],
                  f"-Wl,--section-start=unit_shared={self.place():#x},{AFTER}")
        os.replace(program + ".new", program)

    def link(self, program, objects, rest, *options):
        """Makes program.new. `rest` is a library, so that functions that the harness defines are not taken from there."""
        folder = os.path.dirname(program)
        library = os.path.join(folder, "around.a")
        self.run_tool(["rm", "-f", library], folder)
        self.run_tool([*AR, "rcs", library, *rest], folder)
        self.run_tool(["gcc", *HARNESS_FLAGS, *options, "-o", program + ".new", *objects, library], folder)

    def inspect(self, folder, theirs, harness, rest, host, kernels):
        """Raises BuildError if an object of the submission's would take the harness's place (objects.py); else returns the names that
        stay global. `theirs`, `harness`: {object: source}; `host`: the names of its libraries; `kernels`: those of the kernel's headers."""
        symbols = o.symbols_of(self.run_tool([*NM, "-A", "-P", *theirs, *harness], folder))
        sections = o.sections_of(self.run_tool(["objdump", "-h", *theirs, *harness], folder), {*theirs, *harness})
        defined = calls.of_kind({path: symbols.get(path, []) for path in harness}, calls.FUNCTIONS + calls.DATA)
        found = o.wrong(symbols, sections, theirs, harness, rest, own=defined - kernels, host=host - kernels)
        if found:
            source = {**theirs, **harness}
            raise BuildError(f"{source[found[0][0]]}: {found[0][1]}", [f"{source[path]}: {words}" for path, words in found[1:4]])
        return o.needed(symbols, host)

    def names_of(self, library, folder):
        """The names that one of the host's libraries defines."""
        with self.lock:
            if library not in self.libraries:
                with open(library, "rb") as f:
                    is_elf = f.read(4) == b"\x7fELF"  # else one of the linker's scripts, which name others
                listing = self.run_tool([*NM, "-P", "-D", "--defined-only", library], folder) if is_elf else ""
                self.libraries[library] = {line.split("@")[0].split()[0] for line in listing.splitlines() if line.strip()}
            return self.libraries[library]

    def object(self, folder, host, source, flags, includes, prefix=""):
        if source.split("/")[0] in SOURCES:
            return self.submitted(folder, host, source, flags, includes)
        # Paths are relative to the tree, so that a copy of a built tree need not be built again.
        base = os.path.join(folder, prefix + object_name(source))
        if not is_newer(self.tree, base + ".o", base + ".d"):
            self.run_tool(["gcc", *flags, *includes, "-c", source, "-o", base + ".o"], folder)
        return base + ".o"

    def submitted(self, folder, host, source, flags, includes):
        """The object of a learner's file, which could include a private check or its object, and the compiler would quote it: so its compiler sees
        neither, and writes in a folder of its own."""
        own = os.path.join(folder, SUBMITTED)
        base, stubs = os.path.join(own, object_name(source)), os.path.join(folder, STUBS)
        os.makedirs(own, exist_ok=True)
        sees = {"read": [stubs] if os.path.isdir(stubs) else [], "hide": self.hidden, "show": present(self.tree, [f"{host}/fake"])}
        if not is_newer(self.tree, base + ".o", base + ".d"):
            entry = ["-include", f"{host}/fake/entry.h", f"-I{self.offsets(own, includes, sees)}"] if source.endswith(".S") else []
            self.run_tool(["gcc", *flags, *entry, *includes, "-c", source, "-o", base + ".o"], own, **sees)
        return base + ".o"

    def offsets(self, folder, includes, sees):
        """The folder in which gen/offsets.h lies, of the host's own structures. OFFSETS is the learner's, too: its compiler `sees` no more."""
        base = os.path.join(folder, "offsets")
        header = os.path.join(base, "gen", "offsets.h")
        if not is_newer(self.tree, header, base + ".d"):
            flags = [f for f in FLAGS if not f.startswith(("-fsanitize", "-fno-sanitize"))]
            self.run_tool(["gcc", *flags, *includes, "-S", OFFSETS, "-o", base + ".s", "-MF", base + ".d"], folder, **sees)
            os.makedirs(os.path.dirname(header), exist_ok=True)
            with open(base + ".s", encoding="utf-8", errors="replace") as made, open(header, "w", encoding="utf-8") as out:
                out.writelines(f"#define {name} {value}\n" for name, value in OFFSET_LINE.findall(made.read()))
        return base

    def methods(self):
        """The folder in which gen/kernel/methods.h lies: one for all units."""
        base = os.path.join(self.parts, "methods")
        header = os.path.join(base, "gen", "kernel", "methods.h")
        made_of = present(self.tree, METHODS)
        with self.own_lock:
            if len(made_of) == len(METHODS) and not is_newer_than(self.tree, header, made_of):
                os.makedirs(os.path.dirname(header), exist_ok=True)
                self.run_tool(["/usr/bin/python3", "-B", METHODS[0], "--kernel", header], os.path.dirname(header))
        return base

    def stubs(self, folder, protocols):
        """The folder in which gen/lib/microk/methods.h and the headers of these protocols lie."""
        base = os.path.join(folder, STUBS)
        wanted = {os.path.join(base, "gen", "lib", "microk", "methods.h"): (METHODS, [METHODS[0]])}
        for protocol in protocols:
            wanted[os.path.join(base, "gen", f"{protocol}_protocol.h")] = ([f"{protocol}.idl"], [IDL, f"{protocol}.idl", "--out"])
        for header, (made_of, tool) in wanted.items():
            if not is_newer_than(self.tree, header, made_of):
                # The sandbox's user may write in the folder that it is given, and not in those below.
                os.makedirs(os.path.dirname(header), exist_ok=True)
                self.run_tool(["/usr/bin/python3", "-B", *tool, os.path.join(base, "gen") if "--out" in tool else header], os.path.dirname(header))
        return base

    def run_tool(self, command, folder, read=(), hide=(), show=()):
        """Runs a compiler in the tree; it writes in `folder`. `read`: folders outside of the tree that it sees, too."""
        # The sandbox begins in its own root.
        also = ([self.headers] if self.headers != "." else []) + ([self.parts] if os.path.isdir(self.parts) else [])
        command = self.sandbox(["env", "-C", self.tree, *command], read=[self.tree, *also, *read], write=[folder],
                               hide=[os.path.join(self.tree, p) for p in hide], show=[os.path.join(self.tree, p) for p in show])
        try:
            status, out, err = bounded.run(command, timeout=COMPILER, folders=[folder])
        except bounded.UsedUp as error:
            raise BuildError(f"the compiler was ended: {error}") from None
        except subprocess.TimeoutExpired:
            raise BuildError(f"the compiler was not done after {COMPILER} s of the host's time") from None
        if status:
            raise explain((err + out).replace(self.tree + "/", ""))
        return out

    def execute(self, judge, subject):
        """The judge's results. A unit that lost its subject before the first result is run once more: code under test can end its check's
        process alone, which is a result (unit/confine.h), and an act of the host (a signal from outside, no memory for a moment) must
        not cost points."""
        said = self.execute_once(judge, subject)
        return self.execute_once(judge, subject) if said.lost else said

    def execute_once(self, judge, subject):
        # Newer releases of the sanitizer move local variables off the stack unless they are asked not to: a grade is to be alike with all.
        environment = {"ASAN_OPTIONS": f"detect_leaks=0:detect_stack_use_after_return=0:abort_on_error=0:exitcode=99:hard_rss_limit_mb={MOST_MEMORY}",
                       "UBSAN_OPTIONS": "print_stacktrace=1:exitcode=99"}
        with Between(self.seed) as between:
            # The sanitizer's shadow is much address space, so the sandbox's limit on that cannot hold here.
            beside = self.sandbox([subject, *between.of_subject()], read=[subject], space=False, environment=environment)
            command = self.sandbox([judge, *between.of_judge()], read=[judge])
            try:
                status, out, err = bounded.run(command, timeout=BACKSTOP, beside=beside, between=between)
            except bounded.UsedUp as error:
                return Said(words=f"the unit was ended: {error}")
            except bounded.TooLate as late:
                return Said(words=f"the unit was not done after {BACKSTOP} s of the host's time", held_up=not late.busy)
        said = Said()
        for line in out.split("\n"):  # the judge ends its lines so only; its fields hold the subject's words
            fields = [f.replace("\\n", "\n") for f in line.split("\t")]
            if len(fields) > 1:
                fields[-1] = fields[-1].replace(self.tree + "/", "")
                said.results[fields[0]] = fields[1:]
        if status:
            # The subject's own last words come before the judge's.
            said.words = "; ".join(err.strip().splitlines()[-2:]) or f"the judge ended with {status}, before it came to this check"
            said.lost = not said.results
        return said
