"""The server of /dev in the machine: killed under load, with the disk's driver below it; and as a person sees it."""
import re

import pytest

import killed
from guest_boot import machine

STAGE = 3
DISK_BYTES = 8 << 20
DISK_FACTOR = 0x9e3779b97f4a7c15  # of tests/guest/dev_load
DEVICES = ["null", "zero", "full", "random", "disk"]


@pytest.fixture(scope="module")
def built(build_tests):
    return build_tests(STAGE)


@pytest.fixture(scope="module")
def disk(tmp_path_factory):
    """An image whose every word is known, and which has no table of partitions."""
    image = tmp_path_factory.mktemp("disk") / "disk.img"
    image.write_bytes(b"".join((i * DISK_FACTOR & (1 << 64) - 1).to_bytes(8, "little") for i in range(DISK_BYTES // 8)))
    return image


@pytest.mark.parametrize("words, least", [("kills=100", {"storage": 100, "dev": 100}), ("kills=300 stride=7", {"storage": 0, "dev": 300})])
def test_dev_is_killed(built, disk, tmp_path, words, least):
    """At random moments, and in small steps from its start on: every read and every position is as if it had lived on."""
    log, report = killed.run(built, tmp_path, "t_dev_killed", words, disk, quiet="dev")
    assert dict(re.findall(r"(\w+) (\d+)", re.search("NOTE killed: (.*)", log)[1])) == {name: str(count) for name, count in least.items()}
    assert min(int(count) for _, count in re.findall(r"^NOTE (\w+): (\d+) operations$", report, re.M)) >= 50, report
    assert re.findall(r"^NOTE (\w+): ", report, re.M) == DEVICES
    # An instance signals once, before it reports that it is ready. Signals come as one while the client waits for the disk, which answers by
    # the host's clock: on a busy host 107 came of 269.
    starts, signals = (int(re.search(form, log + report)[1]) for form in (r"dev started (\d+) times", r"NOTE (\d+) signals"))
    assert starts // 10 <= signals <= least["dev"] + 2, log + report


def silent():
    """A device of random numbers whose requests are never answered."""
    return ["-chardev", "null,id=nothing", "-object", "rng-egd,id=rng,chardev=nothing", *machine.RNG[2:]]


@pytest.mark.parametrize("device, least", [(machine.RNG, 100), ([], 20)])
def test_the_driver_of_random_numbers_is_killed(built, disk, tmp_path, device, least):
    """/dev/random is read meanwhile. Each instance takes the device and writes to /dev/random, or finds none."""
    log, report = killed.run(built, tmp_path, "t_rng_killed", f"kills={least}", disk, quiet="(dev|rng)", extra=device)
    assert int(re.search(r"NOTE killed: rng (\d+), which was ready (\d+) times", log)[1]) == least
    assert int(re.search(r"^NOTE random: (\d+) operations$", report, re.M)[1]) >= 20, report


def test_a_silent_device_of_random_numbers(built, disk, tmp_path):
    """Its driver gives it up after 20 ms, as its argument states here, and /dev/random goes on."""
    log, report = killed.run(built, tmp_path, "t_rng_killed", "kills=5 pause=300000 silent=1", disk, quiet="dev", extra=silent())
    assert "rng: the device does not answer; it is not used any more, and /dev/random goes on without it" in log, log
    assert int(re.search(r"^NOTE random: (\d+) operations$", report, re.M)[1]) >= 20, report
