"""The names that an object file of the code under test may define and use, in a unit's subject.

There it is linked with the harness (the stand-ins for the rest of the kernel, and the part that receives the questions) and with the host's C
library. So it must not stand in for the harness, run before it, or call the library: the kernel's code does none of this, and its own link has
no C library anyway. A learner sees such a mistake here, with its name. The grade does not rely on it: the judge is another program.
"""
import re

# The linker's names for the ends of a section: of the variables that the judge sees, for instance.
ENDS_OF_A_SECTION = re.compile(r"__(?:start|stop)_")
# Functions that compilers call on their own account, and the sanitizers' that they call: none by which a program directs a sanitizer.
COMPILERS = re.compile(
    r"__asan_(?:init|version_mismatch_check_\w+|report_\w+|handle_no_return|stack_malloc\w*|stack_free\w*|alloca_poison|allocas_unpoison|"
    r"option_\w+|(?:un)?poison_stack_memory|(?:exp_)?(?:load|store)\w*|mem\w+|(?:un)?register_\w+|(?:before|after)_dynamic_init)$|"
    r"__ubsan_(?:handle_|vptr_)|_GLOBAL_OFFSET_TABLE_$|mem(?:cpy|move|set|cmp)$|__(?:odr_asan|stack_chk_fail)|_(?:start|end|etext|edata)$|__tls_get_addr$")
HARNESS = re.compile(r"(?:unit_|exercise_missing)|main$|_start$|_init$|_fini$")
ENDS_A_CHECK = re.compile(r"(?:unit_(?:pass|fail|main)|main|text|status_word)$")
# Of the sections that linkers know, those in which nothing runs by itself, or directs the loader.
PLAIN = re.compile(r"\.(?:text|data|rodata|bss|tbss|tdata|eh_frame|comment|note|debug_\w+)(?:\.[\w.$*-]*)?$")
# gcc's sanitizer begins by a constructor of priority 99: one, of 8 bytes. The submission's is taken out (unit.py).
REGISTERS = re.compile(r"\.(?:init|fini)_array\.00099$")
STARTS = re.compile(r"\.(?:preinit_array|init_array|fini_array|ctors|dtors|init|fini)\b")
SECTION = re.compile(r" *\d+ (\S+) +([0-9a-f]{8,16})  [0-9a-f]{8,16}  [0-9a-f]{8,16}  [0-9a-f]{8}  2\*\*\d+$")


def symbols_of(listing):
    """{object: [(name, type)]} of what `nm -A -P` prints. A name's version, as in name@VERSION, is left out: the linker finds the name by either."""
    found = {}
    for line in listing.splitlines():
        path, _, rest = line.partition(": ")
        fields = rest.split()
        if len(fields) >= 2:
            found.setdefault(path.split("[")[0], []).append((fields[0].split("@")[0], fields[1]))
    return found


def sections_of(listing, objects):
    """[(object, section, size)] of what `objdump -h` prints of these objects. A name that breaks its line is the section "?", and none is an
    object's line, whatever it holds."""
    found, path = [], ""
    for line in listing.split("\n"):
        named, form, _ = line.partition(":     file format ")
        if form and named in objects:
            path = named
        elif line.strip()[:1].isdigit():
            fields = SECTION.match(line)
            found.append((path, fields[1], int(fields[2], 16)) if fields else (path, "?", 0))
    return found


def needed(symbols, host):
    """The names that objects use of each other: used by one of them, and not in `host`, the names of its libraries. Only these stay global in
    one of the submission's objects, so that it can stand in for nothing else: no fork or printf of the harness's, no hook of the sanitizers'."""
    return {name for listed in symbols.values() for name, kind in listed if kind == "U"} - host


def wrong(symbols, sections, tested, around, library=(), own=(), host=()):
    """[(object, sentence)] of the things that the tested objects may not do. `around`: the harness's objects
    that they are linked with. `library`: those of the tested ones of which not all are linked, and so may use what is not there.
    `own`: the harness's names that are none of the kernel's; `host`: those of its libraries that no kernel header declares."""
    defined = {name for path in (*tested, *around) for name, kind in symbols.get(path, []) if kind not in ("U", "w", "v")}
    found = []
    for path in tested:
        for name, kind in symbols.get(path, []):
            if kind in ("W", "V", "w", "v", "i", "u") and not COMPILERS.match(name):
                found.append((path, f"{name} is weak, so that it could stand in for another"))
            elif kind not in ("U", "t", "d", "b", "r") and HARNESS.match(name):
                found.append((path, f"{name} is the harness's own name"))
            elif kind == "U" and (name in own or ENDS_OF_A_SECTION.match(name)):
                found.append((path, f"{name} is used, which is the harness's own and not the kernel's"))
            elif kind == "U" and (name in host and not COMPILERS.match(name) or ENDS_A_CHECK.match(name)):
                found.append((path, f"{name} is used, which is the host's and not the kernel's"))
            elif kind == "U" and name not in defined and path not in library and not COMPILERS.match(name):
                found.append((path, f"{name} is used, and nothing in a unit check defines it. A unit check compiles the exercise's file, the files of its "
                              "folder that a manifest names (stage.mk; a program's build.mk), and stand-ins for those parts of the rest that the reference uses"))
    seen = set()
    for path, section, size in sections:
        # A header of the submission's is compiled into the harness's objects, too.
        registers = REGISTERS.match(section) and size == 8 and (path, section) not in seen
        seen.add((path, section))
        if STARTS.match(section) and not registers:
            found.append((path, f"its section {section} holds code that would run before or after the checks"))
        elif not PLAIN.match(section) and not registers and (path in tested or section not in ("unit_shared", "unit_after", "unit_places")):
            found.append((path, f"its section {section} is none that the kernel's code has"))
    return found
