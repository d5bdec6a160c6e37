"""A device behind a VT-d unit: the memory that it reaches, the interrupts that it raises, and the kernel's reports.

tests/guest/iommu has the device. QEMU's variants of the unit: one with tables of 4 levels, and one that reports that it remembers
also entries that are not present. It remembers none, so that the kernel need not invalidate those is not seen here.
"""
import re

import guest_boot
import pytest

UNIT = "intel-iommu,intremap=on"
UNITS = {bits: f"{UNIT},aw-bits={bits}" for bits in (39, 48)}  # the default differs between releases
UNITS["caching"] = UNIT + ",aw-bits=39,caching-mode=on"
EDU = ("-device", "edu,dma_mask=0xffffffff")
REPORT = re.compile(r"\[iospace\] device (\w\w:\w\w\.\d) was refused ([a-z ]+) 0x(\w+): ([^;\n]*)(;.*)?")
NO_TABLES, NOT_MAPPED, NOT_WRITABLE = ("no driver has mapped anything for it", "it is not mapped",
                                       "it is not mapped, or for reading only")
# test: the refused accesses, in their order: what, where, why
REFUSED = {
    "reaches_what_is_mapped": [],
    "without_tables": [("a write to", 0x100000, NO_TABLES), ("a read from", 0x100000, NO_TABLES)],
    "outside": [("a write to", 0x12000, NOT_WRITABLE), ("a write to", 0x100000, NOT_WRITABLE)],
    "read_only": [("a write to", 0x11000, NOT_WRITABLE)],
    "after_unmap": [("a write to", 0x11000, NOT_WRITABLE)],
    "after_delete": [("a write to", 0x11000, NOT_WRITABLE)],
    "after_revoke": [("a write to", 0x11000, NO_TABLES)],
    "after_the_tables_end": [("a write to", 0x11000, NO_TABLES)],
    "after_the_iospace_ends": [("a write to", 0x11000, NO_TABLES)],
    "message_storm": [],
    "line": [],
    "runs": [("a write to", 0x38000, NOT_WRITABLE)],
    "errors": [],
}


@pytest.fixture(scope="module")
def built(build_tests):
    return build_tests(guest_boot.HIGHEST)


def boot(built, folder, name, unit=UNIT):
    got = guest_boot.boot(built, "t_iommu", folder, words=f"only={name}", extra=["-device", unit, *EDU])
    guest_boot.assert_all_passed([name], *got)
    return got[2]


def reports(log):
    return [(what, int(where, 16), why) for _, what, where, why, _ in REPORT.findall(log)]


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("name", REFUSED)
def test_memory(built, tmp_path, name, unit):
    log = boot(built, tmp_path, name, UNITS[unit])
    bits = 48 if unit == 48 else 39
    assert f"[iospace] 1 VT-d unit: devices reach what is mapped for them, by {bits}-bit addresses; interrupts are remapped" in log
    assert reports(log) == REFUSED[name]
    assert {device for device, *_ in REPORT.findall(log)} <= {"00:02.0"}


def test_a_storm_is_reported_by_its_beginning(built, tmp_path):
    log = boot(built, tmp_path, "storm")
    assert 8 <= len(reports(log)) <= 9  # of 12 in 1.2 s: 8 at once, and one more every 4 s


def test_interrupts(built, tmp_path):
    boot(built, tmp_path, "interrupts")
