"""The functions by which a unit's judge calls those of its subject (tools/grade/unit/unit.h): assembly, made of the two programs' symbols."""
import struct

FUNCTIONS, DATA = "T", "DBRSG"  # nm's letters of global symbols
PLACES = "unit_places"  # the section in which a subject holds the addresses that its judge is linked with


def of_kind(symbols, kinds):
    """The names of global symbols of these kinds, in any of the objects."""
    return {name for listed in symbols.values() for name, kind in listed if kind in kinds}


def wanted(checks, judge, subject, host):
    """(functions, data) that the checks' objects use of the subject's; all three are {object: [(name, kind)]}. A name of the rest of the judge's
    or of the `host`'s libraries is never one of them, or a submission that defines it would give the judge's own calls their results."""
    uses = of_kind(checks, "U") - of_kind({**checks, **judge}, FUNCTIONS + DATA) - host
    return sorted(uses & of_kind(subject, FUNCTIONS)), sorted(uses & of_kind(subject, DATA))


def table(functions, data):
    """Of the subject: the functions that it may be asked to call, and the places of its variables that the judge sees."""
    rows = "".join(f"\t.quad {name}\n" for name in functions)
    places = "".join(f"\t.quad {name}\n" for name in ("__start_unit_shared", "__stop_unit_shared", *data))
    return (f"\t.weak __start_unit_shared\n\t.weak __stop_unit_shared\n\t.section {PLACES},\"a\"\n\t.balign 8\n{places}"
            f"\t.section .rodata\n\t.balign 8\n\t.globl unit_calls\nunit_calls:\n{rows}\t.quad 0\n"
            f"\t.globl unit_call_count\nunit_call_count:\n\t.quad {len(functions)}\n\t.section .note.GNU-stack,\"\",@progbits\n")


def stubs(functions, addresses):
    """Of the judge: for each function one that asks for the call, with the six registers of its arguments; and the places of the subject's data."""
    asks = "".join(f"\t.globl {name}\n{name}:\n\tmovl ${at}, %eax\n\tjmp ask_for_it\n" for at, name in enumerate(functions))
    places = "".join(f"\t.globl {name}\n\t.set {name}, {address:#x}\n" for name, address in addresses.items())
    store = "".join(f"\tmovq %{register}, {8 * i}(%rsp)\n" for i, register in enumerate(("rdi", "rsi", "rdx", "rcx", "r8", "r9")))
    return (f"\t.text\n{asks}ask_for_it:\n\tsubq $56, %rsp\n{store}\tmovl %eax, %edi\n\tmovq %rsp, %rsi\n\tcall unit_ask\n\taddq $56, %rsp\n\tret\n"
            f"{places}\t.section .note.GNU-stack,\"\",@progbits\n")


def places_in(section, data):
    """(begin and end of the variables that the judge sees, {name: address}) of the bytes of the section PLACES: not of the program's symbols,
    which a submission's own, of the same name, could be among."""
    begin, end, *addresses = (address for address, in struct.iter_unpack("<Q", section))
    return begin, end, dict(zip(data, addresses, strict=True))
