"""The grader in a container: as root without CAP_SYS_ADMIN and as another user, and where an engine's filter forbids namespaces.

There is no engine here. A container takes the same things away as these tests do: capabilities, and system calls by a filter.
"""
import ctypes
import json
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

import pytest

from conftest import ROOT, is_open

sys.path[:0] = [os.path.join(ROOT, "tools"), os.path.join(ROOT, "tests")]

import hostile  # noqa: E402
import image_chroot  # noqa: E402

IMAGE = "tools/grade/Dockerfile"
IS_ROOT = os.geteuid() == 0
AS_ROOT = [] if IS_ROOT else ["sudo", "-n"]
# Way: the command that takes rights away. Where a user runs this, that one has none.
WAYS = {"root": [*AS_ROOT, "setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin"],
        "user": ["setpriv", *(["--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all"] if IS_ROOT else []), "--no-new-privs"]}
# One of each kind; all of them are run by: setpriv … pytest tests/test_hostile.py
SOME = ("own_makefile", "own_checks", "forged_verdict", "other_processes", "forks", "passwords", "huge_array", "escape_name")



def can_be_root():
    try:
        return IS_ROOT or subprocess.run([*AS_ROOT, "true"], stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False).returncode == 0
    except OSError:
        return False


pytestmark = pytest.mark.skipif(is_open() or not can_be_root(),
                                reason="rights are taken away here, which takes root, or sudo without a password; and solved exercises")


def test_some_are_of_each_kind():
    kinds = {case.keys["kind"] for case in hostile.everything() if os.path.splitext(case.name)[0] in SOME}
    assert kinds == set(hostile.KINDS)


@pytest.fixture(name="base")
def folder_of_any_user():
    """pytest closes its own to other users, whenever one begins."""
    with tempfile.TemporaryDirectory(prefix="microk-container-") as folder:
        os.chmod(folder, 0o777)
        yield pathlib.Path(folder)
        for name in os.listdir(folder) if AS_ROOT else ():
            subprocess.run([*AS_ROOT, "rm", "-rf", os.path.join(folder, name)], check=True, timeout=60)


def is_open_to_others(path):
    return all(at.stat().st_mode & 1 for at in (path, *path.parents))


def command_of(way, base):
    """The command that takes rights away, in the tree. Root's own folders are closed to another user, so that one sees the tree by a
    mount of its own in an open folder."""
    if way != "user" or not IS_ROOT or is_open_to_others(pathlib.Path(ROOT)):
        return WAYS[way]
    (base / "tree").mkdir(exist_ok=True)
    script = 'mount --bind "$1" "$2" && cd "$2" && shift 2 && exec "$@"'
    return ["unshare", "--mount", "sh", "-c", script, "sh", ROOT, base / "tree", *WAYS[way]]


@pytest.mark.case("grader 5")
@pytest.mark.parametrize("way", WAYS)
def test_hostile_submissions_end_as_stated(way, base):
    done = subprocess.run([*command_of(way, base), "env", f"HOME={base}", f"TMPDIR={base}", sys.executable, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist",
                           f"--basetemp={base}/pytest", "-k", "test_hostile and (" + " or ".join(SOME) + ")", "tests/test_hostile.py"],
                          cwd=ROOT, text=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=900, check=False)
    assert done.returncode == 0 and f"{len(SOME)} passed" in done.stdout, done.stdout + done.stderr


# ---- the container file ------------------------------------------------------------------------
def steps():
    with open(os.path.join(ROOT, IMAGE), encoding="utf-8") as f:
        text = f.read()
    return text, image_chroot.parse(text)


def test_the_image_is_debians_current_release_and_the_submissions_packages():
    """Each step has a command of the chroot, and only tools/setup.sh has the list of packages."""
    _, found = steps()
    assert found[0] == ("FROM", "debian:stable")
    assert any("tools/setup.sh submission" in rest for instruction, rest in found if instruction == "RUN")
    commands, place, command = image_chroot.plan(found, "/nowhere")
    assert len(commands) == len([s for s in found if s[0] != "CMD"]) and place == "/work"
    assert os.access(os.path.join(ROOT, command[0]), os.X_OK)
    listed = subprocess.run(["tools/setup.sh", "--list", "debian", "submission"], cwd=ROOT, text=True, stdout=subprocess.PIPE, check=True).stdout.split()
    assert {"bubblewrap", "gcc", "qemu-system-x86"} <= set(listed)


def test_the_containers_capabilities_are_enough():
    """Those that its head adds, and CAP_SYS_ADMIN is none of them: this process keeps them alone, and the sandbox works."""
    added = [word.lower() for word in re.findall(r"--cap-add (\w+)", steps()[0])]
    assert added and "sys_admin" not in added
    kept = "-all," + ",".join(f"+{name}" for name in added)
    script = "import sys; sys.path.insert(0, 'tools/grade'); import sandbox; sandbox.Sandbox()"
    done = subprocess.run([*AS_ROOT, "setpriv", f"--bounding-set={kept}", "--inh-caps=-all", sys.executable, "-B", "-c", script], cwd=ROOT, text=True,
                          capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


# ---- an engine's filter --------------------------------------------------------------------------
ALLOW, REFUSE = 0x7fff0000, 0x00050001  # SECCOMP_RET_ALLOW; SECCOMP_RET_ERRNO | EPERM
NAMESPACES = 0x7e020000                 # CLONE_NEW…, all of them
CLONE, UNSHARE, MOUNT, SETNS, CLONE3 = 56, 272, 165, 308, 435
LOAD, EQUAL, ANY_BIT, RETURN = 0x20, 0x15, 0x45, 0x06


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("rules", ctypes.c_void_p)]


def forbid_namespaces():
    """As engines' default filters do for a process without CAP_SYS_ADMIN (moby, profiles/seccomp/default.json)."""
    rules = [(LOAD, 0, 0, 0),
             (EQUAL, 0, 1, UNSHARE), (RETURN, 0, 0, REFUSE), (EQUAL, 0, 1, MOUNT), (RETURN, 0, 0, REFUSE),
             (EQUAL, 0, 1, SETNS), (RETURN, 0, 0, REFUSE), (EQUAL, 0, 1, CLONE3), (RETURN, 0, 0, 0x00050026),  # ENOSYS: then clone is called
             (EQUAL, 0, 3, CLONE), (LOAD, 0, 0, 16), (ANY_BIT, 0, 1, NAMESPACES), (RETURN, 0, 0, REFUSE),
             (RETURN, 0, 0, ALLOW)]
    packed = ctypes.create_string_buffer(b"".join(struct.pack("<HBBI", *rule) for rule in rules))
    libc = ctypes.CDLL(None, use_errno=True)
    program = Program(len(rules), ctypes.cast(packed, ctypes.c_void_p))
    for words in ((38, 1, 0, 0, 0), (22, 2, ctypes.byref(program), 0, 0)):  # PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP
        if libc.prctl(*words):
            raise OSError(ctypes.get_errno(), "prctl")


@pytest.mark.case("grader 5")
@pytest.mark.parametrize("way", WAYS)
def test_without_namespaces_there_is_no_grade(way, base):
    """Status 3 and a reason, never points: the machine is at fault, and not the submission."""
    solved = hostile.solved_tree(ROOT, str(base / "solved"))
    # The filter comes last: with it no program gets rights any more, sudo neither.
    filtered = [sys.executable, "-B", "-c", "import os, sys; sys.path[:0] = ['tests']; import test_container; test_container.forbid_namespaces(); os.execv(sys.argv[1], sys.argv[1:])"]
    done = subprocess.run([*command_of(way, base), "env", f"HOME={base}", *filtered, sys.executable, "-B", "tools/grade/grade.py", "--stage", "1", "--only", "1.4.a",
                           "--submission", solved, "--out", str(base / "out")], text=True, stdin=subprocess.DEVNULL, capture_output=True,
                          cwd=ROOT, timeout=300, check=False)
    assert done.returncode == 3 and "the sandbox does not work here" in done.stderr and "--unsafe" in done.stderr, done.stdout + done.stderr
    data = json.loads((base / "out/stage-1.json").read_text())
    assert data["graded"] is False and data["points"] == 0 and "sandbox" in data["reason"]
    assert 'errors="1"' in (base / "out/stage-1.xml").read_text()
