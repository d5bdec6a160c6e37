"""Fixtures that all tests share: the tree under test, and make run as a person would run it."""
import contextlib
import functools
import os
import shutil
import subprocess
import sys

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tools"))

from alone import alone  # noqa: E402
from random_seed import SEED  # noqa: E402

# Variables that an outer make would pass on, which would disturb the makes that the tests start.
MAKE_VARIABLES = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "B", "V")


def is_open():
    """Whether the exercises of this tree are open, as in a lab's tree: then the reference is not there to be graded."""
    try:
        with open(os.path.join(ROOT, "STAGE"), encoding="utf-8") as f:
            return "kind lab" in f.read()
    except OSError:
        return False


# The files that take minutes, the longest first. Each is one worker's: begun last, it would keep one processor busy and the others idle.
LONG = ("analysis", "hostile", "lab_2", "lab_1", "grader", "lab_3", "lab_4", "page", "sandbox", "fuzz", "build", "container", "terms", "tried_tcp", "web", "ext2_host", "tried_processes",
        "machines", "own_files", "ubsan", "guest", "kernel_host", "bench", "pipes", "pseudo_terminals", "vfs_killed", "shell_host", "init_guest", "lab_trees", "boot_host", "dev")


def pytest_configure(config):
    config.addinivalue_line("markers", "case(*names): the rows of tests/test_cases.py that the test covers")
    if hasattr(config.option, "loadscopereorder"):  # newer releases of xdist have an order of their own
        config.option.loadscopereorder = False


def pytest_collection_modifyitems(items):
    order = {f"test_{name}.py": place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: order.get(item.path.name, len(LONG)))


def pytest_terminal_summary(terminalreporter):
    """Prints the skipped tests: each reason once, with its tests. CI reads pytest's own last line, which comes after."""
    reasons = {}
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reasons.setdefault(reason.removeprefix("Skipped: "), []).append(report.nodeid)
    terminalreporter.write_line(f"Skipped: {sum(map(len, reasons.values())) or 'none'}")
    for reason, tests in sorted(reasons.items()):
        terminalreporter.write_line(f"  {reason}")
        for test in tests:
            terminalreporter.write_line(f"      {test}")


@pytest.fixture(scope="session")
def root():
    return ROOT


@pytest.fixture(scope="session")
def seed():
    """The seed, as a word for a program under test."""
    return str(SEED)


@pytest.fixture(name="secret")
def file_of_the_hosts(tmp_path):
    """A file that every user of the host can read, and no submission."""
    path = tmp_path / "secret"
    path.write_text("SECRET-OF-THE-HOST\n")
    for folder in (tmp_path, tmp_path.parent):
        folder.chmod(0o755)
    return path


def builds_alone(folder):
    """While it lasts, no other test builds in `folder` if that is the tree: two makes at once would write the same files."""
    if os.path.realpath(folder) != os.path.realpath(ROOT):
        return contextlib.nullcontext()
    return alone(os.path.join(ROOT, "build"))


@pytest.fixture(scope="session")
def make():
    """make(goal, ..., cwd=tree, timeout=seconds, builds=True): runs make and returns the CompletedProcess. With
    builds=False the goal only reads what is built, and other tests need not wait for its end."""

    def run(*arguments, cwd=ROOT, timeout=300, builds=True):
        environment = {k: v for k, v in os.environ.items() if k not in MAKE_VARIABLES}
        with builds_alone(cwd) if builds else contextlib.nullcontext():
            return subprocess.run(["make", *arguments], cwd=cwd, env=environment, text=True, timeout=timeout,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)

    return run


@pytest.fixture(scope="session")
def build_tests(make):
    """build_tests(stage): the folder of that stage, in which its kernel and its tests' programs (tests.cpio) are built."""

    @functools.cache
    def build(stage):
        folder = f"build/stage-{stage}"
        got = make(f"{folder}/kernel.elf", f"{folder}/tests.cpio", f"STAGE={stage}")
        assert got.returncode == 0, got.stdout + got.stderr
        return os.path.join(ROOT, folder)

    return build


@pytest.fixture(scope="session")
def copy_stage_4(make, tmp_path_factory):
    """copy_stage_4(goals, names): the folder with a copy of these files and folders of stage 4 as built: others may build
    meanwhile."""

    def copy(goals, names):
        folder, source = tmp_path_factory.mktemp("stage-4"), os.path.join(ROOT, "build", "stage-4")
        got = make(*goals)
        assert got.returncode == 0, got.stdout + got.stderr
        for name in names:
            (shutil.copytree if os.path.isdir(os.path.join(source, name)) else shutil.copy)(os.path.join(source, name), folder / name)
        return folder

    return copy
