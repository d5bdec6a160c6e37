"""A throwaway process server runs programs of musl's (docs/tried-processes.md).

musl is built once, from Debian's source package, with one header replaced; the programs are linked with it and the layer below it.
"""
import hashlib
import os
import re
import shutil
import subprocess
import sys

import pytest

import guest_boot

ROOT = guest_boot.ROOT
STAGE = guest_boot.HIGHEST
LAYER = "tests/tried/processes"
PAGE = os.path.join(ROOT, "docs/tried-processes.md")
DRIFT = 0.2  # of a figure of the page, before the page must be written anew
TESTED = "tests/guest/tried/processes_tested"
sys.path.insert(0, os.path.join(ROOT, "tools"))

import port  # noqa: E402
from alone import alone  # noqa: E402

CFLAGS = "-O2 -g0 -fcf-protection=none -fno-stack-protector -fno-pic -fno-pie"
LAYER_FLAGS = ["-std=gnu17", "-ffreestanding", "-O2", "-Wall", "-Wextra", "-Werror", "-mgeneral-regs-only", "-fno-pic", "-fno-pie",
               "-fno-stack-protector", "-fcf-protection=none", "-fno-asynchronous-unwind-tables", "-fno-strict-aliasing",
               "-I.", "-Ikernel/include"]
LINK = ["-nostdlib", "-static", "-no-pie", "-Wl,-z,separate-code", "-Wl,-z,noexecstack", "-Wl,-z,norelro", "-Wl,--build-id=none",
        "-Wl,-z,max-page-size=4096", "-Wl,--gc-sections"]


def run(command, cwd=ROOT):
    done = subprocess.run(command, cwd=cwd, text=True, capture_output=True, timeout=600, check=False,
                          env={k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")})
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


@pytest.fixture(scope="module")
def musl():
    """The folder with musl's headers, libc.a and start files. It is kept beside the source, for the next run."""
    if not shutil.which("apt-get"):
        pytest.skip("musl's source is Debian's, and there is no apt-get here")
    source = port.source_of("musl")
    with open(os.path.join(ROOT, LAYER, "syscall_arch.h"), "rb") as f:
        key = hashlib.sha256(f.read() + CFLAGS.encode()).hexdigest()[:16]
    place = f"{source}-{key}"
    with alone(os.path.dirname(source)):
        if not os.path.isdir(place):
            new = place + ".new"
            shutil.rmtree(new, ignore_errors=True)
            os.makedirs(new)
            tools = [f"CC=gcc -I{ROOT}/{LAYER}", "AR=ar", "RANLIB=ranlib", f"CFLAGS={CFLAGS}"]
            run([f"{source}/configure", "--disable-shared", "--target=x86_64", f"--prefix={new}/usr", *tools], new)
            run(["make", "-j2", *tools[:3], "install-headers", "install-libs"], new)
            os.rename(new, place)
    return os.path.join(place, "usr")


@pytest.fixture(scope="module")
def programs(musl, tmp_path_factory):
    """{name in the archive: file} of each C file of the layer's folder that is a program."""
    out = tmp_path_factory.mktemp("programs")
    below = []
    for source in (f"{LAYER}/layer.c", f"{LAYER}/layer.S", "lib/microk/ipc.S"):
        below.append(str(out / (source.replace("/", "_") + ".o")))
        run(["gcc", *LAYER_FLAGS, "-c", source, "-o", below[-1]])
    built = {}
    for file in sorted(os.listdir(os.path.join(ROOT, LAYER))):
        name, end = os.path.splitext(file)
        if end != ".c" or name == "layer":
            continue
        built[f"bin/{name}"] = str(out / name)
        run(["gcc", "-nostdinc", "-isystem", f"{musl}/include", *CFLAGS.split(), "-Wall", "-Wextra", "-Werror", *LINK,
             f"{musl}/lib/crt1.o", f"{musl}/lib/crti.o", f"{LAYER}/{file}", *below, f"{musl}/lib/libc.a", "-lgcc", f"{musl}/lib/crtn.o",
             "-o", built[f"bin/{name}"]])
        run(["strip", built[f"bin/{name}"]])
    return built


@pytest.fixture(scope="module")
def machine(build_tests, programs, tmp_path_factory):
    """(status, report, log) of one boot of all the guest's tests."""
    built, folder = build_tests(STAGE), tmp_path_factory.mktemp("processes")
    guest_boot.copy_built(built, folder)
    guest_boot.pack(str(folder / "archive.cpio"),
                    {**programs, **{f"boot/{name}": f"{built}/boot/{name}" for name in ("t_processes", "processes")}})
    words = f"root=boot/t_processes {os.environ.get('MICROK_WORDS', '')}"
    status, log, report = guest_boot.run(folder, folder, words, "64M", 900)
    return status, report, log


def test_the_process_server(machine):
    status, report, log = machine
    print(report)
    guest_boot.assert_all_passed(guest_boot.names_in(TESTED), status, report, log)


def test_the_page_has_the_costs(machine):
    _, report, _ = machine
    costs = {name: int(cost) for name, cost in re.findall(r"^COST (.+?): (\d+)$", report, re.M)}
    with open(PAGE, encoding="utf-8") as f:
        stated = {name: int(cost.replace(",", "")) for name, cost in re.findall(r"^\| ([\w ]+?) \| ([\d,]+) \|$", f.read(), re.M)}
    wrong = [f"{name}: {cost} on the page, {costs.get(name)} now" for name, cost in stated.items()
             if abs(cost - costs.get(name, 0)) > DRIFT * cost]
    assert len(stated) == 8 and not wrong, f"{PAGE}: " + "; ".join(wrong)
