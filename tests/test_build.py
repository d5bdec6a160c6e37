"""The build keeps its promises: one clear line for a mistake, nothing done twice, the same bytes anywhere."""
import hashlib
import os
import re
import shutil
import subprocess
import time

import pytest

PUBLIC_GOALS = ("all", "run", "web", "check", "bench", "gdb", "iso", "size", "branches", "next", "update",
                "course", "setup", "format", "toolchain", "clean", "help")


def stage_numbers(root):
    return sorted(int(n.split("-")[0]) for n in os.listdir(os.path.join(root, "stages")) if n[0].isdigit())


def digests(folder, names):
    found = {}
    for name in names:
        with open(os.path.join(folder, name), "rb") as f:
            found[name] = hashlib.sha256(f.read()).hexdigest()
    return found


def file_times(folder):
    times = {}
    for path, _, names in os.walk(folder):
        for name in names:
            full = os.path.join(path, name)
            times[full] = os.stat(full).st_mtime_ns
    return times


def copy_tree(root, target):
    """The tree as make sees it, without what was built."""
    def skip(folder, names):
        return [n for n in names if n in ("node_modules", "__pycache__")
                or (folder == root and n in ("build", ".git", ".pytest_cache"))]

    shutil.copytree(root, target, ignore=skip, symlinks=True)
    return str(target)


@pytest.mark.parametrize("goals", [("stage-9", "check"), ("stage-0",), ("stage-x", "run")])
def test_unknown_stage_is_one_line(make, goals):
    result = make(*goals)
    assert result.returncode != 0
    output = (result.stdout + result.stderr).strip().splitlines()
    assert len(output) == 1, output
    assert f"no stage {goals[0][6:]}" in output[0]


def test_two_stages_at_once_are_refused(make):
    result = make("stage-1", "stage-2")
    assert result.returncode != 0
    assert len(result.stderr.strip().splitlines()) == 1
    assert "one stage at a time" in result.stderr


def test_every_stage_builds(make, root):
    for stage in stage_numbers(root):
        result = make(f"stage-{stage}")
        assert result.returncode == 0, result.stdout + result.stderr
        for name in ("kernel.elf", "archive.cpio"):
            assert os.path.getsize(os.path.join(root, "build", f"stage-{stage}", name)) > 0


def test_unchanged_tree_rebuilds_nothing(make, root):
    stage = stage_numbers(root)[-1]
    folder = os.path.join(root, "build", f"stage-{stage}")
    assert make("iso").returncode == 0
    before = file_times(folder)
    assert before
    for goals in ((), ("iso",)):
        result = make(*goals)
        assert result.returncode == 0, result.stderr
        assert len(result.stdout.strip().splitlines()) == 1, result.stdout
        assert file_times(folder) == before
    assert "up to date" in make().stdout


@pytest.fixture(scope="module")
def copy(root, tmp_path_factory):
    """A copy of the tree, of the tests' own to change, in a folder with a longer name, and blanks in it."""
    return copy_tree(root, tmp_path_factory.mktemp("another folder with a longer name") / "tree")


def test_build_is_reproducible(make, root, copy):
    """The tree built here, in steps, and a copy elsewhere built at once from nothing: the same bytes."""
    stage = stage_numbers(root)[-1]
    for tree in (root, copy):
        result = make(cwd=tree)
        assert result.returncode == 0, result.stdout + result.stderr
    here, there = (os.path.join(tree, "build", f"stage-{stage}") for tree in (root, copy))
    # Here may lie the tests' programs too; what the copy has is what belongs to the stage.
    files = ["kernel.elf", "archive.cpio", *(f"boot/{p}" for p in sorted(os.listdir(os.path.join(there, "boot"))))]
    assert digests(here, files) == digests(there, files)


def test_a_changed_header_rebuilds_what_includes_it(make, copy):
    assert make("stage-1", cwd=copy).returncode == 0
    header = os.path.join(copy, "kernel/include/microk/types.h")
    later = time.time() + 2
    os.utime(header, (later, later))
    result = make("-n", "stage-1", cwd=copy)
    assert result.returncode == 0, result.stderr
    compiled = set(re.findall(r" -c (\S+) -o ", result.stdout))
    assert any(name.startswith("kernel/") for name in compiled), result.stdout
    assert any(name.startswith("user/lib/") for name in compiled), result.stdout


def test_a_shorter_manifest_shortens_the_archive(make, copy):
    """What leaves a manifest leaves the archive, though no file became newer."""
    manifest = next(os.path.join(copy, "stages", n, "stage.mk") for n in os.listdir(os.path.join(copy, "stages"))
                    if n.startswith("1-"))
    with open(manifest, encoding="utf-8") as f:
        text = f.read()
    archive = os.path.join(copy, "build/stage-1/archive.cpio")
    for extra, expected in (("\nfiles-y += etc/extra-file=LICENSE\n", True), ("", False)):
        with open(manifest, "w", encoding="utf-8") as f:
            f.write(text + extra)
        assert make("stage-1", cwd=copy).returncode == 0
        with open(archive, "rb") as f:
            assert (b"etc/extra-file\0" in f.read()) == expected


@pytest.mark.parametrize("line, words", [
    ("kernel-y += kernel/ipc/no_such_file.o", "kernel/ipc/no_such_file.c, but there is no such file"),
    ("kernel-y += kernel/ipc/endpoint.o", "name twice: kernel/ipc/endpoint.o"),
    ("programs-y += servers/no_such_program", "there is no servers/no_such_program/build.mk"),
])
def test_a_slip_in_a_manifest_is_named(make, copy, line, words):
    manifest = next(os.path.join(copy, "stages", n, "stage.mk") for n in os.listdir(os.path.join(copy, "stages"))
                    if n.startswith("1-"))
    with open(manifest, encoding="utf-8") as f:
        text = f.read()
    try:
        with open(manifest, "a", encoding="utf-8") as f:
            f.write(f"\n{line}\n")
        result = make("stage-1", cwd=copy)
    finally:
        with open(manifest, "w", encoding="utf-8") as f:
            f.write(text)
    assert result.returncode != 0
    assert words in result.stderr


def test_archive_is_a_cpio(make, root, tmp_path):
    """Read back by a reader of its own, written from cpio(5): names sorted, contents those of the files."""
    (tmp_path / "one").write_bytes(b"1")
    (tmp_path / "two").write_bytes(b"\x7fELF" + bytes(9))
    out = tmp_path / "a.cpio"
    subprocess.run([os.path.join(root, "tools/image/archive.py"), out, f"b/c/two={tmp_path}/two",
                    f"a={tmp_path}/two", f"a={tmp_path}/one"], check=True)
    data, members, at = out.read_bytes(), [], 0
    while True:
        assert data[at:at + 6] == b"070701"
        field = [int(data[at + 6 + 8 * i:at + 14 + 8 * i], 16) for i in range(13)]
        mode, size, length = field[1], field[6], field[11]
        name = data[at + 110:at + 110 + length - 1].decode()
        start = (at + 110 + length + 3) & ~3
        at = (start + size + 3) & ~3
        if name == "TRAILER!!!":
            break
        assert field[2] == field[3] == field[5] == 0
        members.append((name, mode, data[start:start + size]))
    assert at == len(data)
    assert members == [("a", 0o100644, b"1"), ("b", 0o40755, b""), ("b/c", 0o40755, b""),
                       ("b/c/two", 0o100755, b"\x7fELF" + bytes(9))]


@pytest.mark.parametrize("argument", ["/abs=LICENSE", "a/../b=LICENSE", "noequals", "a=/no/such/file", "=LICENSE"])
def test_archive_refuses_bad_arguments(root, tmp_path, argument):
    result = subprocess.run([os.path.join(root, "tools/image/archive.py"), tmp_path / "x", argument], cwd=root,
                            text=True, stderr=subprocess.PIPE, check=False)
    assert result.returncode != 0
    assert len(result.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "x").exists()


def test_help_lists_every_public_goal(make, root):
    result = make("help")
    assert result.returncode == 0
    listed = set(re.findall(r"^  make ([a-z-]+) ", result.stdout, re.M))
    assert set(PUBLIC_GOALS) <= listed
    with open(os.path.join(root, "Makefile"), encoding="utf-8") as f:
        phony = re.search(r"^\.PHONY: (.*?[^\\])$", f.read(), re.M | re.S).group(1)
    declared = {w for w in re.findall(r"[a-z][a-z-]*", re.sub(r"\$\([^)]*\)", "", phony))}
    assert declared <= listed, f"without a line of help: {declared - listed}"


def test_size_prints_a_table(make, root):
    result = make("size")
    assert result.returncode == 0
    rows = dict((m[1], int(m[3])) for m in re.finditer(r"^ *(\S+) +(\d+) +(\d+)$", result.stdout, re.M))
    for parent in ("servers", "drivers"):
        folder = os.path.join(root, parent)
        for name in os.listdir(folder) if os.path.isdir(folder) else ():
            if any(f.endswith(".c") for f in os.listdir(os.path.join(folder, name))):
                assert rows[f"{parent}/{name}"] > 0
    assert rows["kernel/ipc"] > 0
    assert rows["Kernel"] == sum(n for name, n in rows.items() if name.split("/")[0] == "kernel")


def test_size_counts_code_only(root, tmp_path):
    """A line is counted for its code, and a comment mark in a string is none."""
    tools = tmp_path / "tools"
    tools.mkdir()
    shutil.copy(os.path.join(root, "tools/size.py"), tools)
    (tmp_path / "kernel/ipc").mkdir(parents=True)
    (tmp_path / "kernel/ipc/a.c").write_text(
        '/* two\n lines */\n\nint a; // tail\nconst char *u = "http://x"; /* c */\n\t\n/* x */ int b;\n"/*";\nint c;\n')
    output = subprocess.run([tools / "size.py"], text=True, stdout=subprocess.PIPE, check=True).stdout
    assert re.search(r"kernel/ipc +1 +5$", output, re.M), output


def test_setup_costs_nothing_when_all_is_there(root):
    command = [os.path.join(root, "tools/setup.sh"), "build", "run", "grade"]
    subprocess.run(command, check=True)
    start = time.monotonic()
    result = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=True)
    assert time.monotonic() - start < 0.5
    assert result.stdout == ""


def test_setup_refuses_an_unknown_need(root):
    result = subprocess.run([os.path.join(root, "tools/setup.sh"), "nonsense"], text=True,
                            stderr=subprocess.PIPE, check=False)
    assert result.returncode != 0
    assert "nonsense" in result.stderr


def test_setup_names_the_packages_where_it_cannot_install(root, tmp_path):
    """No root, no sudo, no tools on the PATH: the packages are named and the status says no."""
    for name in ("dirname", "sort", "tr"):
        (tmp_path / name).symlink_to(shutil.which(name))
    # Who runs this may be root: an `id` of our own says otherwise.
    (tmp_path / "id").write_text("#!/bin/sh\necho 1000\n")
    (tmp_path / "id").chmod(0o755)
    (tmp_path / "apt-get").write_text("#!/bin/sh\nexit 99\n")
    (tmp_path / "apt-get").chmod(0o755)
    result = subprocess.run(["/bin/sh", os.path.join(root, "tools/setup.sh"), "build"], text=True,
                            env={"PATH": str(tmp_path)}, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    assert result.returncode != 0
    assert len(result.stderr.strip().splitlines()) == 1, result.stderr
    for package in ("gcc", "binutils", "make"):
        assert package in result.stderr
