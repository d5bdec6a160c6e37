"""Interrupts that no thread waits for: any vector that a device can raise, NMIs and machine checks.

tests/guest/vectors has the device; events from outside are sent by QEMU's monitor, also between any two
instructions of the way into the kernel and out of it.
"""
import contextlib
import re

import guest_boot
import pytest
from gdb_client import Gdb
from guest_machine import Machine

FROM_DEVICE = ["any_vector_in_user_mode", "any_vector_in_idle", "some_vectors_in_kernel", "other_delivery_modes", "bound",
               "shared_line"]
# The second has no register that reports a machine check: only the local APIC distinguishes one from a device's vector 18.
PROCESSORS = [guest_boot.machine.CPU, "qemu64,-mca"]
# Bits of a bank's status (SDM vol. 3, 15.3.2.2), and of the machine's status.
VALID, UNCORRECTED, ENABLED, CORRUPT, ACTION = 1 << 63, 1 << 61, 1 << 60, 1 << 57, 3 << 55
GOES_ON, IN_PROGRESS = 1, 4
USER_TOP = 1 << 47


@pytest.fixture(scope="module")
def built(build_tests):
    return build_tests(guest_boot.HIGHEST)


@pytest.mark.parametrize("name", FROM_DEVICE)
@pytest.mark.parametrize("cpu", PROCESSORS)
def test_from_a_device(built, tmp_path, cpu, name):
    got = guest_boot.boot(built, "t_vectors", tmp_path, words=f"only={name}",
                          extra=["-cpu", cpu, "-device", "edu"])
    guest_boot.assert_all_passed([name], *got)


def test_the_8259s_vectors_are_dropped(built, tmp_path):
    """A processor asks them for the vector of an ExtINT message. any_vector_in_user_mode shows that all of these are dropped."""
    with outside(built, tmp_path, "only=outside until=1 mode=user") as m:
        m.wait_for("report", "READY\n")
        shown = m.monitor("info pic")
        found = re.findall(r"pic(\d): irr=\w+ imr=(\w+) isr=(\w+) .*irq_base=(\w+)", shown)
        assert sorted(found) == [("0", "ff", "00", "f0"), ("1", "ff", "00", "f8")], shown


def outside(built, folder, words):
    return Machine(built, "t_vectors", folder, words=words)


def assert_passed(machine, name):
    status = machine.wait_for_end()
    guest_boot.assert_all_passed([name], status, machine.text("report"), machine.text("log"))


@pytest.mark.parametrize("mode", ["user", "idle", "calls"])
def test_nmi(built, tmp_path, mode):
    with outside(built, tmp_path, f"only=outside until=3 mode={mode}") as m:
        m.wait_for("report", "READY\n")
        for count in range(1, 4):
            m.monitor("nmi")
            m.wait_for("report", f"SEEN {count}\n")
        assert_passed(m, "outside")
        # The reports are shown when no thread can run, at the latest while the test waits at its end.
        assert m.text("log").count("[nmi] 1 non-maskable interrupt: no device reports an error\n") == 3


def send_at_each_instruction(m, gdb, send, where, times):
    """Stops `times` calls in the kernel, each one instruction later than the one before, sends something, and sees it
    delivered right there. Returns where that was."""
    seen, steps = [], 0
    for _ in range(times):
        gdb.stop_at(where["fastpath_entry"])
        gdb.go()
        gdb.stop_at(where["fastpath_entry"], on=False)
        for _ in range(steps):
            gdb.step()
        if gdb.ip < USER_TOP:
            steps = 0
        at = gdb.ip
        send(m)
        gdb.stop_at(where["abort_handle"])
        gdb.go()
        gdb.stop_at(where["abort_handle"], on=False)
        assert gdb.word(gdb.registers()[5] + 136) == at  # regs.rip of the frame that rdi points to
        seen.append(at)
        steps += 1
    gdb.leave()
    return seen


@pytest.mark.parametrize("what", ["nmi", "machine check"])
def test_between_any_two_instructions(built, tmp_path, what):
    """Of the way in and out: gs may be the user's, the stack pointer no stack."""
    times = 260
    status = VALID | UNCORRECTED | ENABLED
    send = {"nmi": lambda m: m.monitor("nmi"),
            "machine check": lambda m: m.monitor(f"mce 0 2 {status:#x} {GOES_ON | IN_PROGRESS:#x} 0 0")}[what]
    with outside(built, tmp_path, f"only=outside until={times} mode=calls") as m:
        m.wait_for("report", "READY\n")
        gdb = Gdb(m.connect("gdb"))
        where = guest_boot.symbols(built)
        seen = send_at_each_instruction(m, gdb, send, where, times)
        assert_passed(m, "outside")
        in_user = [at for at in seen if at < USER_TOP]
        assert len(in_user) >= 2 and where["fastpath_entry"] in seen, "not the whole way"


MACHINE_CHECKS = {
    # name: (bank's status, machine's status, what comes)
    "corrected": (VALID | ENABLED, 0, "[machine check] corrected error: bank 2,"),
    "recoverable": (VALID | UNCORRECTED | ENABLED, GOES_ON | IN_PROGRESS, "[machine check] uncorrected error: bank 2,"),
}


@pytest.mark.parametrize("name", MACHINE_CHECKS)
def test_machine_check_is_survived(built, tmp_path, name):
    status, machine_status, line = MACHINE_CHECKS[name]
    raised = machine_status & IN_PROGRESS
    with outside(built, tmp_path, f"only=outside until={1 if raised else 2} mode=idle") as m:
        m.wait_for("report", "READY\n")
        m.monitor(f"mce 0 2 {status:#x} {machine_status:#x} 0x1234000 0")
        m.wait_for("log", line)
        if not raised:  # the test ends at two NMIs, which must not become one
            for count in (1, 2):
                m.monitor("nmi")
                m.wait_for("report", f"SEEN {count}\n")
        assert_passed(m, "outside")


def test_machine_check_of_a_thread_is_its_fault(built, tmp_path):
    with outside(built, tmp_path, "only=poisoned poisoned") as m:
        m.wait_for("report", "READY\n")
        gdb = Gdb(m.connect("gdb"))
        here = guest_boot.symbols(built, "bin/t_vectors")["poisoned_here"]
        gdb.stop_at(here)  # in user mode, because the kernel may still be showing the log
        gdb.go()
        m.monitor(f"mce 0 2 {VALID | UNCORRECTED | ENABLED | ACTION:#x} {GOES_ON | IN_PROGRESS:#x} 0x1234000 0")
        with contextlib.suppress(ConnectionError):  # the machine may have ended by then
            gdb.stop_at(here, on=False)
            gdb.leave()
        assert_passed(m, "poisoned")


@pytest.mark.parametrize("mode", ["user", "idle"])
def test_machine_check_that_is_fatal(built, tmp_path, mode):
    with outside(built, tmp_path, f"only=outside until=9 mode={mode}") as m:
        m.wait_for("report", "READY\n")
        status = VALID | UNCORRECTED | ENABLED | CORRUPT
        m.monitor(f"mce 0 2 {status:#x} {GOES_ON | IN_PROGRESS:#x} 0x1234000 0", may_end=True)
        assert m.wait_for_end() == guest_boot.PANICKED
        log = m.text("log")
        assert f"[machine check] uncorrected error: bank 2, status {status:#x}, address 0x" in log
        assert "KERNEL PANIC: exception #MC (vector 18" in log
