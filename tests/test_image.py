"""The container image: its steps, and that they run without an engine (tools/image_chroot.py)."""
import json
import os
import shutil
import subprocess
import sys

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tools"))
import image_chroot  # noqa: E402


def steps():
    with open(os.path.join(ROOT, "Dockerfile"), encoding="utf-8") as f:
        return image_chroot.parse(f.read())


def test_the_image_is_debians_current_release_and_what_setup_installs():
    """Nothing is listed twice: the packages are tools/setup.sh's."""
    found = steps()
    assert found[0] == ("FROM", "debian:stable")
    runs = [rest for instruction, rest in found if instruction == "RUN"]
    assert any("tools/setup.sh all" in run for run in runs)
    named = " ".join(runs).split()
    assert not {"gcc", "qemu-system-x86", "nodejs", "gdb"} & set(named)


def test_every_step_has_a_command_of_the_chroot(tmp_path):
    commands, place, command = image_chroot.plan(steps(), str(tmp_path / "root"))
    assert commands[0] == ["debootstrap", "--variant=minbase", "stable", str(tmp_path / "root")]
    assert place == "/work" and command == ["make", "run"]
    assert len([c for c in commands if c[0] == "unshare"]) == len([s for s in steps() if s[0] == "RUN"])
    for source in (c[2] for c in commands if c[0] == "cp"):
        assert os.path.exists(source)
        with open(os.path.join(ROOT, ".dockerignore"), encoding="utf-8") as f:
            assert "!" + os.path.relpath(source, ROOT) in f.read().split(), "an engine gets it, too"


@pytest.mark.parametrize("line", ["ADD a b", "ENTRYPOINT x", "FROM alpine:3"])
def test_what_the_chroot_cannot_do_is_said(line):
    with pytest.raises(SystemExit, match="image_chroot: "):
        image_chroot.plan(image_chroot.parse(line), "/nowhere")


def test_the_devcontainer_is_that_image():
    with open(os.path.join(ROOT, ".devcontainer/devcontainer.json"), encoding="utf-8") as f:
        container = json.load(f)
    folder = os.path.join(ROOT, ".devcontainer")
    assert os.path.samefile(os.path.join(folder, container["build"]["dockerfile"]), os.path.join(ROOT, "Dockerfile"))
    assert os.path.samefile(os.path.join(folder, container["build"]["context"]), ROOT)
    assert container["workspaceFolder"] == dict(steps())["WORKDIR"]


@pytest.mark.skipif(os.getuid() != 0, reason="chroot needs root")
def test_a_command_runs_in_the_chroot_with_a_copy_of_the_tree(tmp_path):
    """A root with nothing but a shell: the command finds the tree where WORKDIR says, and no mount is left."""
    root = tmp_path / "root"
    programs = [shutil.which("chroot"), shutil.which("env"), "/bin/sh"]
    for program in programs:
        listed = subprocess.run(["ldd", program], stdout=subprocess.PIPE, text=True, check=True).stdout.split()
        for file in [program, *[word for word in listed if word.startswith("/")]]:
            os.makedirs(root / os.path.dirname(file).lstrip("/"), exist_ok=True)
            shutil.copy(file, root / file.lstrip("/"))
    os.makedirs(root / "usr/bin", exist_ok=True)
    os.makedirs(root / "bin", exist_ok=True)
    shutil.copy(shutil.which("env"), root / "usr/bin/env")
    for name in ("proc", "dev", "etc", "root"):
        os.makedirs(root / name, exist_ok=True)
    done = subprocess.run([sys.executable, "tools/image_chroot.py", root, "/bin/sh", "-c",
                           "test -e Makefile -a -c /dev/null -a -e /proc/self && cd tools && echo $PWD && exit 7"], cwd=ROOT,
                          stdout=subprocess.PIPE, text=True, timeout=120, check=False)
    assert done.returncode == 7 and done.stdout == dict(steps())["WORKDIR"] + "/tools\n", done.stdout
    assert os.listdir(root / "proc") == [], "its mounts went with it"
