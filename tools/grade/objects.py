"""The names that an object file of the code under test may define and use, in a unit's program.

There it is linked with the harness that grades it and with the host's C library. So it must not stand in for the harness, run
before it, or call the library: the kernel's code does none of this, and its own link has no C library anyway.
"""
import re

# Functions that compilers call on their own account, and the sanitizers'.
COMPILERS = re.compile(r"__(?:asan|ubsan|sanitizer|lsan)_|_GLOBAL_OFFSET_TABLE_$|mem(?:cpy|move|set|cmp)$|__(?:odr_asan|stack_chk_fail)|_(?:start|end|etext|edata)$|__tls_get_addr$")
HARNESS = re.compile(r"(?:unit_|exercise_missing)|main$|_start$|_init$|_fini$")
# gcc's sanitizer registers an object's variables by a constructor of priority 99: one, of 8 bytes.
STARTS = re.compile(r"\.(?:preinit_array|init_array|fini_array|ctors|dtors)(?:\.(\d+))?$")
SANITIZERS = "00099"


def symbols_of(listing):
    """{object: [(name, type)]} of what `nm -A -P` prints."""
    found = {}
    for line in listing.splitlines():
        path, _, rest = line.partition(": ")
        fields = rest.split()
        if len(fields) >= 2:
            found.setdefault(path.split("[")[0], []).append((fields[0], fields[1]))
    return found


def sections_of(listing):
    """[(object, section, size)] of what `objdump -h` prints of several objects."""
    found, path = [], ""
    for line in listing.splitlines():
        if ":     file format" in line:
            path = line.split(":     file format")[0]
        fields = line.split()
        if len(fields) >= 3 and fields[0].isdigit():
            found.append((path, fields[1], int(fields[2], 16)))
    return found


def wrong(symbols, sections, tested, around):
    """[(object, sentence)] of the things that the tested objects may not do. `around`: the objects of harness and kernel that they are linked with."""
    defined = {name for path in (*tested, *around) for name, kind in symbols.get(path, []) if kind not in ("U", "w", "v")}
    found = []
    for path in tested:
        for name, kind in symbols.get(path, []):
            if kind in ("W", "V", "w", "v", "i", "u") and not COMPILERS.match(name):
                found.append((path, f"{name} is weak, so that it could stand in for another"))
            elif kind not in ("U", "t", "d", "b", "r") and HARNESS.match(name):
                found.append((path, f"{name} is the harness's own name"))
            elif kind == "U" and name not in defined and not COMPILERS.match(name):
                found.append((path, f"{name} is used, which is the host's and not the kernel's"))
    for path, section, size in sections:
        starts = STARTS.match(section)
        if path in tested and starts and (starts[1] != SANITIZERS or size != 8):
            found.append((path, f"its section {section} holds code that would run before or after the checks"))
    return found
