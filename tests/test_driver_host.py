"""The logic of the drivers of PCI, of disks and of random numbers on the host, under sanitizers: rings and requests against a model, PCI's functions,
tables of partitions."""
import glob
import os
import shutil
import subprocess

import pytest

import disk_tables
from host_build import FLAGS, ROOT, methods
from random_seed import SEED

SOURCES = {
    "requests": ["lib/driver/ring_client.c", "lib/driver/ring_driver.c"],
    "ring": ["lib/driver/ring_client.c", "lib/driver/ring_driver.c"],
    "scan": ["drivers/pci/scan.c", "drivers/pci/bars.c"],
    "partitions": ["drivers/storage/partitions.c"],
    "rng": ["drivers/rng/virtio_rng.c"],
}
SEEDS = [SEED + 8 * i for i in range(4)]


@pytest.fixture(scope="module")
def build(tmp_path_factory):
    folder = tmp_path_factory.mktemp("driver")
    methods(str(folder))

    def run(name, *arguments):
        program = folder / name
        if not program.exists():
            subprocess.run(["gcc", *FLAGS, "-fno-builtin", "-I.", "-Ikernel/include", f"-I{folder}", f"tests/host/driver/test_{name}.c",
                            *SOURCES[name], "-o", program], cwd=ROOT, check=True, timeout=120)
        got = subprocess.run([program, *map(str, arguments)], cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                             timeout=300, check=False)
        assert got.returncode == 0 and got.stdout.endswith(f"{name}: ok\n"), got.stdout[-3000:]
        return got.stdout

    return run


@pytest.mark.parametrize("seed", SEEDS)
def test_requests(build, seed):
    build("requests", seed)


def test_ring(build):
    build("ring")


def test_scan(build):
    build("scan")


def test_rng(build):
    build("rng")


def test_partitions(build, tmp_path):
    gpt, mbr, none = (disk_tables.image(tmp_path / name, 20, table) for name, table in (
        ("gpt", disk_tables.gpt(20 << 11, [(2048, 20480, "root"), (22528, 1000, "a name of thirty-six characters here")])),
        ("mbr", disk_tables.mbr([(2048, 8192, 0x83), (12288, 20480, 5)], {12288: (2048, 2048, 0x82), 16384: (2048, 4096, 0x83)})),
        ("none", {})))
    damaged = tmp_path / "damaged"
    shutil.copy(gpt, damaged)
    with open(damaged, "r+b") as f:
        f.seek(1024 + 40)
        f.write(b"\xff")
    found = [part.splitlines() for part in build("partitions", gpt, damaged, mbr, none).split("--\n")]
    wanted = ["1 2048 20480 477284830fc63daf e47d47d8693d798e root",
              "2 22528 1000 477284830fc63daf e47d47d8693d798e a name of thirty-six characters here"]
    assert found[0] == wanted
    assert found[1] == wanted, "the second copy of a GPT serves if the first is damaged"
    assert [line.split()[:4] for line in found[2]] == [["1", "2048", "8192", "83"], ["5", "14336", "2048", "82"], ["6", "18432", "4096", "83"]]
    assert found[3] == [] and len(found) == 5


def test_every_program_is_run():
    names = {os.path.basename(path)[5:-2] for path in glob.glob("tests/host/driver/test_*.c", root_dir=ROOT)}
    assert names == set(SOURCES)
