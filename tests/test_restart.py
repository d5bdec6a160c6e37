"""If init ends, the machine reports it and restarts, in each of the possible ways."""
import pytest

import guest_boot
from guest_machine import Machine

RESTART_EXIT = guest_boot.machine.exit_status(0x7e)
STAGE = guest_boot.HIGHEST


@pytest.fixture(scope="module")
def built(build_tests):
    return build_tests(STAGE)


@pytest.mark.parametrize("how, said", [("faults", "ran an instruction that does not exist"), ("deletes", "t_root_ends has ended")])
def test_a_watched_machine_ends_with_a_status_of_its_own(built, tmp_path, how, said):
    status, _, log = guest_boot.boot(built, "t_root_ends", tmp_path, f"how={how}")
    assert status == RESTART_EXIT, (status, log)
    assert said in log and "[init] t_root_ends has ended" in log, log


@pytest.mark.parametrize("line", ["divisor", "loop"])
def test_the_report_is_shown_on_a_line_that_a_driver_ruined(built, tmp_path, line):
    status, _, log = guest_boot.boot(built, "t_root_ends", tmp_path, f"how=faults line={line}")
    assert status == RESTART_EXIT and "[init] t_root_ends has ended" in log, (status, log)


@pytest.mark.parametrize("way", ["acpi", "8042", "fault"])
def test_the_machine_restarts(built, tmp_path, way):
    """QEMU ends with status 0 at a reset (-no-reboot), because the guest requested it."""
    status, _, log = guest_boot.boot(built, "t_root_ends", tmp_path, f"how=faults restart=1 restart-by={way}",
                                     extra=["-no-reboot"], clock=())  # it counts a second down, awake
    assert status == 0, (status, log)
    assert "restarts in 1 s" in log and "no way to restart" not in log, log


def test_it_halts_if_told_to(built, tmp_path):
    status, _, log = guest_boot.boot(built, "t_root_ends", tmp_path, "how=faults restart=never")
    assert status == RESTART_EXIT and "the machine halts" in log, (status, log)


SECONDS_OF = {  # the word's value: how long the machine waits
    "7": 7, "0": 0, "3600": 3600, "3601": 3600, "35999": 3600, "4294967301": 3600, "999999999999999": 3600,
    "": 5, "soon": 5, "-1": 5, "5x": 5, "x5": 5,
}


@pytest.mark.parametrize("value", SECONDS_OF)
def test_the_wait(built, tmp_path, value):
    """A number above an hour counts as an hour; the log names a value that is not a number, and the default is used."""
    seconds = SECONDS_OF[value]
    with Machine(built, "t_root_ends", tmp_path, words=f"how=faults restart={value}") as m:
        log = m.wait_for("log", f"[init] the machine restarts in {seconds} s\n")
    named = f'[init] restart={value} is neither a number of seconds nor "never"; 5 s are taken\n'
    assert (named in log) == (not value.isdigit()), log


def test_an_unknown_way_is_named(built, tmp_path):
    status, _, log = guest_boot.boot(built, "t_root_ends", tmp_path, "how=faults restart=0 restart-by=luck",
                                     extra=["-no-reboot"])
    assert status == 0, (status, log)
    assert "restart-by=luck is not one of acpi, 8042 and fault; each is tried" in log, log
