"""The cross compiler of `make toolchain`, if it was built: its kernel is graded and boots like the system compiler's.

Without build/toolchain no test here runs or is skipped: tests/test_grader.py grades the system's gcc."""
import json
import os
import re
import subprocess

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CROSS = "build/toolchain/bin/x86_64-elf-gcc"
STAGES = sorted(int(name.split("-")[0]) for name in os.listdir(os.path.join(ROOT, "stages")) if name[0].isdigit())


def compiler_of(stage, half):
    """The compiler among the flags that the build of a stage kept: `user.flags: PWD=… build/toolchain/bin/… -std=…`."""
    with open(os.path.join(ROOT, f"build/stage-{stage}/lists/{half}.flags"), encoding="utf-8") as f:
        return f.read().split(":", 1)[1].split()[1]


if os.path.exists(os.path.join(ROOT, "build/toolchain/.whole")):

    @pytest.mark.parametrize("stage", STAGES)
    def test_its_kernel_is_graded_alike(make, stage):
        result = make(f"stage-{stage}", "check", timeout=1800)
        assert result.returncode == 0, result.stdout + result.stderr
        assert compiler_of(stage, "kernel") == CROSS
        with open(os.path.join(ROOT, f"build/grade/stage-{stage}.json"), encoding="utf-8") as f:
            report = json.load(f)
        assert report["full"] and report["points"] == report["total"] == 100

    @pytest.mark.skipif(STAGES[-1] < 4, reason="there is a prompt from stage 4 on")
    def test_its_system_boots_to_the_prompt(make):
        assert make("stage-4", "iso").returncode == 0
        done = subprocess.run(["make", "run"], cwd=ROOT, input=b"cat /etc/hello.txt\rpoweroff\r", stdout=subprocess.PIPE,
                              timeout=600, check=False)
        assert done.returncode == 0 and re.search(rb"^Hello from MicroK\.\r?$", done.stdout, re.M), done.stdout
        assert compiler_of(4, "user") == CROSS


def test_a_cross_compiler_is_used_where_there_is_one(tmp_path):
    """make takes build/toolchain's compiler, or the system's if there is none."""
    for there in (False, "half", True):
        if there == "half":
            (tmp_path / "build/toolchain/bin").mkdir(parents=True)
            (tmp_path / CROSS).write_text("#!/bin/sh\n")
        if there is True:
            (tmp_path / "build/toolchain/.whole").touch()
        text = 'B := build\nCURDIR := x\ninclude compile.mk\n$(info CC=$(CC))\nall:\n'
        with open(os.path.join(ROOT, "tools/build/compile.mk"), encoding="utf-8") as f:
            lines = f.read()
        (tmp_path / "compile.mk").write_text(lines[lines.index("CROSS :="):lines.index("# ---- flags")])
        (tmp_path / "Makefile").write_text(text)
        done = subprocess.run(["make", "-s"], cwd=tmp_path, stdout=subprocess.PIPE, text=True, check=True,
                              env={"PATH": "/usr/bin:/bin"})
        assert done.stdout.splitlines()[0] .split()[-1] == (CROSS if there is True else "CC=gcc").removeprefix("CC=")
