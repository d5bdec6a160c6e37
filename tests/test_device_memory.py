"""Device memory on machines of several kinds and sizes: it begins where memory ends.

QEMU's q35 has up to 2.75 GiB of memory below 4 GiB, or 2 GiB if there is that or more; its pc up to 3.5 GiB, or 3 GiB.
"""

import guest_boot
import pytest

GIB = 1 << 30
# machine, memory: where memory ends below 4 GiB, and above
MACHINES = [
    ("q35", "128M", GIB >> 3, 4 * GIB),
    ("q35", "2815M", 2815 << 20, 4 * GIB),
    ("q35", "6G", 2 * GIB, 8 * GIB),
    ("q35", "64M,slots=2,maxmem=8G", GIB >> 4, 4 * GIB),
    ("pc", "128M", GIB >> 3, 4 * GIB),
    ("pc", "3G", 3 * GIB, 4 * GIB),
    ("pc", "6G", 3 * GIB, 7 * GIB),
]


@pytest.fixture(scope="module")
def built(build_tests):
    return build_tests(guest_boot.HIGHEST)


@pytest.mark.parametrize("name", ["device_memory", "configuration_space"])
@pytest.mark.parametrize("kind, memory, low_end, high_end", MACHINES)
def test_device_memory(built, tmp_path, kind, memory, low_end, high_end, name):
    words = f"only={name} low-end={low_end} high-end={high_end} ecam={int(kind == 'q35')} verbose"
    got = guest_boot.boot(built, "t_kernel", tmp_path, words, memory, extra=["-machine", kind])
    guest_boot.assert_all_passed([name], *got)
