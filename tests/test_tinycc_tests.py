"""TinyCC's own tests, in the guest: docs/tinycc.md has the table of passes and exceptions, which this holds against the outputs."""
import os
import re
import shutil
import subprocess

import pytest

import disk
import port
import tinycc_cases
from guest import BY_INSTRUCTIONS, Shell
from guest_boot import ROOT, machine

STAGE = 4
SECONDS = 600  # of the host, against a hang; each test has its limit in the guest's time


@pytest.fixture(scope="module")
def source():
    if not shutil.which("apt-get"):
        pytest.skip("TinyCC's source is Debian's, and there is no apt-get here")
    return port.source_of("tinycc")


@pytest.fixture(scope="module")
def outputs(build_tests, make, source, tmp_path_factory):
    """{case: (status, output)}"""
    built, folder, found = build_tests(STAGE), tmp_path_factory.mktemp("tinycc"), tinycc_cases.cases(source)
    got = make(f"build/stage-{STAGE}/disk.list", f"STAGE={STAGE}")
    assert got.returncode == 0, got.stdout + got.stderr
    shutil.copy(os.path.join(built, "kernel.elf"), folder / "kernel.elf")
    shutil.copy(os.path.join(built, "tests.cpio"), folder / "archive.cpio")
    image, listed = str(folder / "disk.img"), disk.listed(os.path.join(built, "disk.list"))

    def add(to):
        listed(to)
        for name in ("tests2", "pp"):
            shutil.copytree(os.path.join(source, "tests", name), os.path.join(to, "t", name))
        os.mkdir(os.path.join(to, "t", "out"))
        disk.write(to, {"t/all": tinycc_cases.script(found).encode()})

    disk.make(image, STAGE, add=add)
    guest = Shell(machine.qemu_command(STAGE, boot="kernel", build=str(folder), memory="64M", serial=["chardev:terminal"], disk=image,
                                       extra=[*BY_INSTRUCTIONS[:1], "shift=0,sleep=on", "-chardev", "stdio,id=terminal,signal=off", "-no-reboot"]), SECONDS)
    try:
        guest.type("cd /t/out")
        statuses = dict(re.findall(r"^([\w/+-]+) (\d+)$", guest.type("sh ../all"), re.M))
        guest.send("poweroff\r")
        guest.wait_for_end()
    finally:
        guest.close()
    subprocess.run(["debugfs", "-R", f"rdump /t/out {folder}", image], check=True, capture_output=True, env={**os.environ, "PATH": disk.PATH})
    texts = {}
    for case in found:
        with open(folder / "out" / case.replace("/", "-"), encoding="utf-8", errors="replace") as f:
            texts[case] = (int(statuses[case]), f.read())
    return texts


def test_the_page_has_the_outcomes(outputs, source):
    with open(os.path.join(ROOT, "docs", "tinycc.md"), encoding="utf-8") as f:
        page = f.read()
    failed = {case: output for case, output in outputs.items() if not tinycc_cases.passed(source, case, output[1])}
    stated = dict(re.findall(r"^\| `((?:run|program|preprocessor)/[\w+-]+)` \| (.+) \|$", page, re.M))
    shown = "\n".join(f"{case}: status {status}\n{text[-600:]}" for case, (status, text) in failed.items() if case not in stated)
    assert set(failed) == set(stated), f"{sorted(set(failed) ^ set(stated))}\n{shown}"
    for kind in ("run", "program", "preprocessor"):
        of_kind = [case for case in outputs if case.startswith(kind + "/")]
        assert f"| {kind} | {len(of_kind)} | {sum(case not in failed for case in of_kind)} |" in page
    assert not [case for case, (status, _) in outputs.items() if status == 124], "none takes longer than its limit"


def test_the_page_has_the_tests_that_are_not_run():
    with open(os.path.join(ROOT, "docs", "tinycc.md"), encoding="utf-8") as f:
        stated = dict(re.findall(r"^\| `(\d+_\w+)` \| (.+) \|$", f.read(), re.M))
    assert stated == {**tinycc_cases.LEFT_OUT, **tinycc_cases.EXCEPTIONS}
