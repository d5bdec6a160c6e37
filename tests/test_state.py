"""The processor's registers while programs run, on processors with and without each protection.

tests/guest/state reads back from user mode what user mode can read, and tries every way in; the rest is read from
outside, by QEMU's monitor, while a program spins. Both are held against what kernel/x86/state.c promises.
"""
import re
import time

import guest_boot
import pytest
from guest import BY_INSTRUCTIONS
from guest_machine import Machine
from random_seed import SEED

ROOT = guest_boot.ROOT
NAMES = [n for n in guest_boot.names_in("tests/guest/state") if n != "hold"] + ["hold"]
PE, MP, TS, ET, NE, WP, PG = 1, 2, 8, 0x10, 0x20, 0x10000, 0x80000000
CR0 = PG | WP | NE | ET | TS | MP | PE
DE, PAE, MCE, PGE, OSFXSR, OSXMMEXCPT = 8, 0x20, 0x40, 0x80, 0x200, 0x400
CR4 = DE | PAE | MCE | PGE | OSFXSR | OSXMMEXCPT
UMIP, SMEP, SMAP = 0x800, 0x100000, 0x200000
EFER = 1 | 0x100 | 0x400 | 0x800  # SCE, LME, LMA, NXE
# model: the ones it has of the three that the kernel switches on
MODELS = {
    "qemu64": 0,
    "qemu64,+smep,+fsgsbase,+pdpe1gb": SMEP,
    "qemu64,+smap": SMAP,
    "qemu64,+umip,+fsgsbase": UMIP,
    "qemu64,+smep,+smap,+umip,+fsgsbase,+pdpe1gb,+rdrand": SMEP | SMAP | UMIP,
    "Nehalem": 0,
    "Opteron_G3": 0,
    "Haswell": SMEP,
    "Skylake-Client": SMEP | SMAP,
    "EPYC": SMEP | SMAP,
    "max": SMEP | SMAP | UMIP,
}


@pytest.fixture(scope="module")
def built(build_tests):
    return build_tests(guest_boot.HIGHEST)


def number(name, text):
    return int(re.search(rf"\b{name}\s*=\s*([0-9a-f]+)", text).group(1), 16)


def segment(name, text):
    """Selector, base, limit of a segment register as `info registers` shows it."""
    return [int(word, 16) for word in re.search(rf"^{name}\s*=\s*(\w+) (\w+) (\w+)", text, re.M).groups()]


def assert_registers(text, protections, symbols):
    assert number("CR0", text) == CR0
    assert number("CR4", text) == CR4 | protections
    assert number("EFER", text) == EFER
    assert [number(f"DR{i}", text) for i in range(4)] == [0] * 4
    # Bit 14: a single step, which a program took; bits 0 to 3: breakpoints.
    assert (number("DR6", text) & 0xffffbfff, number("DR7", text)) == (0xffff0ff0, 0x400)
    for name in ("DS", "ES", "FS", "GS"):
        assert segment(name, text)[:2] == [0, 0], name
    assert (segment("CS", text)[0], segment("SS", text)[0]) == (0x23, 0x1b)
    assert segment("LDT", text)[0] == 0
    selector, base, limit = segment("TR", text)
    assert selector == 0x28 and limit == 103 and symbols["__data_start"] <= base < symbols["__image_end"]
    for name, size in (("GDT", 7 * 8), ("IDT", 256 * 16)):
        base, limit = [int(word, 16) for word in re.search(rf"^{name}=\s*(\w+) (\w+)", text, re.M).groups()]
        assert limit == size - 1 and symbols["__data_start"] <= base < symbols["__image_end"], name
    assert re.search(r"^FCW=037f FSW=0000 .*MXCSR=00001f80", text, re.M)


def registers_in_user_mode(machine):
    """At the moment of a sample, the kernel may serve the timer's interrupt, with registers of its own."""
    for _ in range(100):
        text = machine.monitor("info registers")
        if "CPL=3" in text:
            return text
        time.sleep(0.01)
    raise AssertionError(f"the program, which spins, is in none of a hundred samples:\n{text}")


@pytest.mark.parametrize("model", MODELS)
def test_state(built, tmp_path, model):
    with Machine(built, "t_state", tmp_path, words="hold rounds=5",
                 extra=["-cpu", model, *BY_INSTRUCTIONS]) as m:
        report = m.wait_for("report", "HOLD\n")
        shown = f"{report[-3000:]}\n{m.text('log')[-1000:]}"
        assert re.findall(r"^PASS (\w+)$", report, re.M) == NAMES[:-1], shown
        assert_registers(registers_in_user_mode(m), MODELS[model], guest_boot.symbols(built))


def test_random_code(built, tmp_path):
    got = guest_boot.boot(built, "t_state", tmp_path, words=f"only=random_code rounds=60 seed={SEED}")
    guest_boot.assert_all_passed(["random_code"], *got)
