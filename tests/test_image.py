"""The container image: its steps, and that they run without an engine (tools/image_chroot.py)."""
import contextlib
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
    assert len(commands) == len([s for s in steps() if s[0] != "CMD"])
    assert all(c[0] == "unshare" for c in commands[1:]), "after debootstrap everything is done in the chroot"
    copies = [rest.split()[:-1] for instruction, rest in steps() if instruction == "COPY"]
    assert copies
    for source in sum(copies, []):
        assert os.path.exists(os.path.join(ROOT, source))
        assert any(f"{image_chroot.TREE}/{source}" in word for c in commands for word in c)
        with open(os.path.join(ROOT, ".dockerignore"), encoding="utf-8") as f:
            assert "!" + source in f.read().split(), "an engine gets it, too"


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


def find_root():
    """The words that make a command root, at least in namespaces of its own: nothing, a user namespace, or sudo."""
    for words in ([], ["unshare", "--map-root-user", "--mount", "--pid", "--fork"], ["sudo", "-n"]):
        script = 'test "$(id -u)" = 0 && exec unshare --mount /bin/sh -c "mount -t proc proc /proc"'
        with contextlib.suppress(FileNotFoundError):
            if subprocess.run([*words, "/bin/sh", "-c", script], stderr=subprocess.DEVNULL, check=False).returncode == 0:
                return words
    return pytest.skip("a chroot takes root, user namespaces or sudo without a password, and none of them is here")


def put(root, *programs):
    for program in programs:
        listed = subprocess.run(["ldd", program], stdout=subprocess.PIPE, text=True, check=True).stdout.split()
        for file in [program, *[word for word in listed if word.startswith("/")]]:
            os.makedirs(root / os.path.dirname(file).lstrip("/"), exist_ok=True)
            shutil.copy(file, root / file.lstrip("/"))


@pytest.fixture
def image(tmp_path):
    """A finished image with nothing but a shell and what image_chroot.py runs in one."""
    root = tmp_path / "root"
    put(root, "/bin/sh", *map(shutil.which, ("env", "rm", "cat", "tar", "mkdir", "cp")))
    for name in ("usr/bin", "proc", "dev", "etc", "root", "mnt", "work"):
        os.makedirs(root / name, exist_ok=True)
    shutil.copy(shutil.which("env"), root / "usr/bin/env")
    shutil.copy(os.path.join(ROOT, "Dockerfile"), root / image_chroot.MARK)
    yield root
    if os.getuid() != 0 and (words := find_root()):  # only sudo can remove the files that sudo wrote
        subprocess.run([*words, "rm", "-rf", root], check=False)


def run_in(image, *command):
    return subprocess.run([*find_root(), sys.executable, "tools/image_chroot.py", image, *command], cwd=ROOT, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120, check=False)


def test_a_command_runs_in_the_chroot_with_a_copy_of_the_tree(image):
    """The command finds the tree at WORKDIR, and no mount is left."""
    done = run_in(image, "/bin/sh", "-c", "test -e Makefile -a -c /dev/null -a -e /proc/self && cd tools && echo $PWD && exit 7")
    assert done.returncode == 7 and done.stdout == dict(steps())["WORKDIR"] + "/tools\n", done.stdout + done.stderr
    assert os.listdir(image / "proc") == os.listdir(image / "mnt") == [], "its mounts went with it"


def test_a_copy_step_takes_from_this_tree_and_can_change_nothing_in_it(image):
    command, = image_chroot.plan(image_chroot.parse("COPY tools/setup.sh /opt/deep/"), str(image))[0]
    subprocess.run([*find_root(), *command], check=True)
    with open(os.path.join(ROOT, "tools/setup.sh"), "rb") as f:
        assert (image / "opt/deep/setup.sh").read_bytes() == f.read()
    within = image_chroot.inside(str(image), "/", ["cp", "/bin/sh", "/mnt/stray"], ROOT)
    assert subprocess.run([*find_root(), *within], stderr=subprocess.DEVNULL, check=False).returncode == 1, "it is read-only"
    assert not os.path.exists(os.path.join(ROOT, "stray"))


def test_links_in_the_folder_lead_nowhere_else(image, tmp_path):
    """As in a container: a link's target is a place in the folder, and this machine's files stay as they are."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/names").write_text("mine\n")
    (image / "etc/resolv.conf").unlink(missing_ok=True)
    (image / "etc/resolv.conf").symlink_to(tmp_path / "outside/names")
    (image / "work").rmdir()
    (image / "work").symlink_to(tmp_path / "outside")
    os.makedirs(str(image) + str(tmp_path / "outside"))
    done = run_in(image, "/bin/sh", "-c", "test -e Makefile && exit 7")
    assert done.returncode == 7, done.stderr
    assert os.listdir(tmp_path / "outside") == ["names"] and (tmp_path / "outside/names").read_text() == "mine\n"
    (image / "mnt").rmdir()
    (image / "mnt").symlink_to("etc")
    refused = run_in(image, "/bin/sh", "-c", "exit 7")
    assert refused.returncode == 1 and "mnt is not a folder, so nothing is mounted on it" in refused.stderr


def test_a_folder_that_is_not_finished_is_refused(image):
    (image / image_chroot.MARK).write_text("FROM debian:potato\n")
    assert "was made from another Dockerfile" in run_in(image, "/bin/sh", "-c", ":").stderr
    (image / image_chroot.MARK).unlink()
    done = run_in(image, "/bin/sh", "-c", "echo ran")
    assert done.returncode == 1 and "is not finished" in done.stderr and "ran" not in done.stdout


def test_the_mark_comes_when_all_steps_are_done(tmp_path):
    with pytest.raises(SystemExit, match="this step failed: false"):
        image_chroot.make_image(str(tmp_path), [["true"], ["false"]], "FROM x\n")
    (tmp_path / "half").touch()
    with pytest.raises(SystemExit, match="is not finished"):
        image_chroot.is_finished(str(tmp_path), "FROM x\n")
    image_chroot.make_image(str(tmp_path), [["true"]], "FROM x\n")
    assert image_chroot.is_finished(str(tmp_path), "FROM x\n")
    (tmp_path / "file").touch()
    with pytest.raises(SystemExit, match="is not a folder"):
        image_chroot.is_finished(str(tmp_path / "file"), "")
    for make in (lambda mark: mark.symlink_to("half"), os.mkfifo):  # neither followed nor waited for
        (tmp_path / image_chroot.MARK).unlink()
        make(tmp_path / image_chroot.MARK)
        with pytest.raises(SystemExit):
            image_chroot.is_finished(str(tmp_path), "FROM x\n")
    (tmp_path / "empty").mkdir()
    assert not image_chroot.is_finished(str(tmp_path / "empty"), "") and not image_chroot.is_finished(str(tmp_path / "none"), "")
