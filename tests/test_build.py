"""The build: a mistake is reported in one clear line, nothing is built twice, and the bytes are the same anywhere."""
import fcntl
import glob
import hashlib
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import termios
import time

import pytest

from conftest import MAKE_VARIABLES, ROOT

sys.path.insert(0, os.path.join(ROOT, "tools"))
import variables  # noqa: E402

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


@pytest.fixture
def makefile(root, tmp_path):
    """A tree with what make reads and nothing else, for goals that need no sources."""
    shutil.copy(os.path.join(root, "Makefile"), tmp_path)
    for folder in ("tools", "stages", *(["ports"] if os.path.isdir(os.path.join(root, "ports")) else [])):
        shutil.copytree(os.path.join(root, folder), tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


@pytest.fixture
def not_set_up(makefile):
    """A tree whose set-up writes that it ran, and fails: all that make refuses, it refuses before that."""
    script = makefile / "tools/setup.sh"
    script.write_text("#!/bin/sh\n>installed\necho installing\nexit 1\n")
    return makefile


@pytest.mark.parametrize("words, said", [
    ("run BOOT=net", "BOOT=net: it is one of iso, uefi, kernel"),
    ("run MEMORY=lots", "MEMORY=lots: an amount of memory is a whole number with K, M or G after it, such as 64M"),
    ("run MEMORY=8M", "MEMORY=8M: the system needs 16M to boot"),
    ("stage-1 run MEMORY=16383K", "MEMORY=16383K: the system needs 16M to boot"),
    ("run APPEND=verbose", "APPEND: a command line needs BOOT=kernel, because GRUB's is fixed in the image"),
    ("web PORT=80x", "PORT=80x: a port is a whole number from 0 to 65535"),
    ("web PORT=65536", "PORT=65536: a port is a whole number from 0 to 65535"),
    ("web MEMORY=64M", "MEMORY=64M: that is for make run, and make web does not use it; it takes PORT, LISTEN, ALLOW_HOST"),
    ("PORT=1", "PORT=1: that is for make web, and make all does not use it"),
    ("fuzz SECONDS=1h", "SECONDS=1h: it is a whole number from 1 to 1000000"),
    ("fuzz SECONDS=0", "SECONDS=0: it is a whole number from 1 to 1000000"),
    ("check-debian", "Say which Debian: make check-debian SUITE=trixie"),
    ("check-debian SUITE=../x", "SUITE=../x: it is not the name of a suite, such as bookworm, trixie or sid"),
    ("check-debian SUITE=sid FORM=long", "FORM=long: it is one of short, full"),
    ("check-debian SUITE=sid AS=me", "AS=me: it is one of root, user, both"),
    ("check-debian SUITE=sid MIRROR=here", "MIRROR=here: a mirror is an address such as https://deb.debian.org/debian"),
    ("course UPTO=1", "Say how far and where to: make course UPTO=1 DEST=../course"),
    ("bench LINUX=1", "LINUX=1: a folder with a program run.sh that measures a Linux guest (docs/performance.md)"),
    ("stage-1 fuzz", "fuzz is the same for every stage: make fuzz"),
    ("stage-1 size SECONDS=5", "size is the same for every stage: make size"),
])
def test_a_mistake_is_one_line_before_anything_is_installed(make, not_set_up, words, said):
    done = make(*words.split(), cwd=not_set_up)
    assert done.returncode == 2 and done.stdout == "", done
    assert re.fullmatch(rf"Makefile:\d+: \*\*\* {re.escape(said)}\.  Stop\.\n", done.stderr), done.stderr
    assert not (not_set_up / "installed").exists()


@pytest.mark.parametrize("words", ["run MEMORY=16M BOOT=kernel APPEND=it's", "run MEMORY=1g BOOT=", "web PORT=0 LISTEN=127.0.0.1",
                                   "fuzz SECONDS=1", "check-debian SUITE=sid FORM=short AS=user MIRROR=http://here/debian", "stage-1 bench"])
def test_what_is_right_goes_on(make, not_set_up, words):
    assert "set-up step did not finish" in make(*words.split(), cwd=not_set_up).stderr
    assert (not_set_up / "installed").exists()


def test_variables_of_the_environment_count_for_their_own_goals_only(make, not_set_up, monkeypatch):
    monkeypatch.setenv("PORT", "any")
    assert "set-up step did not finish" in make("size", cwd=not_set_up).stderr
    assert "PORT=any: a port is" in make("web", cwd=not_set_up).stderr


def test_without_variables_the_check_costs_nothing(make, not_set_up):
    (not_set_up / "tools/variables.py").write_text("print('it ran')\n")
    assert "it ran" not in make("run", "V=1", cwd=not_set_up).stderr
    assert "it ran" in make("run", "MEMORY=64M", cwd=not_set_up).stderr


def test_a_program_that_the_stage_lacks_is_named_beside_those_it_has(make, root):
    stage = stage_numbers(root)[-1]
    done = make("gdb", "PROGRAM=vsf", builds=False)
    assert done.returncode == 2 and re.fullmatch(rf"Makefile:\d+: \*\*\* PROGRAM=vsf: the programs of stage {stage} are: [a-z ]+\.  Stop\.\n",
                                                 done.stderr), done


def test_every_variable_of_a_recipe_is_checked(root):
    """The variables in the Makefile's recipes that a person gives are those of tools/variables.py."""
    with open(os.path.join(root, "Makefile"), encoding="utf-8") as f:
        text = f.read()
    used = {name: set(re.findall(r"\$\(([A-Z_]+)\)", recipe)) for name, recipe in recipes(text).items()}
    own = {"PYTHON", "STAGE", "B", "CLEAN_ENV", "BUILD_ALL", "COMPILED_ONCE", "WORKERS", "PYTEST", "GRADE", "KERNEL_FLAGS", "USER_FLAGS", "OUTPUTS", "BUILT", "STAGE_DIRS", "STAGE_NAME"}
    assert {goal: set(takes) - {"BOOT"} for goal, takes in variables.TAKES.items()} == \
        {goal: names - own - {"BOOT"} for goal, names in used.items() if names - own}
    assert set(re.search(r"^VARIABLES := (.*)$", text, re.M)[1].split()) == {name for takes in variables.TAKES.values() for name in takes}


@pytest.mark.parametrize("memory, words", [("15M", "run: memory 15M: the system needs 16M to boot"), ("x", "run: memory x: an amount of memory is")])
def test_run_refuses_memory_that_the_system_cannot_boot_with(root, memory, words):
    done = subprocess.run([sys.executable, "tools/run.py", "--stage", "4", "--memory", memory], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and done.stderr.startswith(words) and done.stderr.count("\n") == 1, done.stderr


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
        after = file_times(folder)  # another test may have built more by now
        assert {name: after.get(name) for name in before} == before
    assert "up to date" in make().stdout


@pytest.fixture(scope="module")
def copy(root, tmp_path_factory):
    """A copy of the tree, of the tests' own to change, in a folder with a longer name: with blanks, quotes and an
    apostrophe in it. The tree's downloads come along."""
    tree = copy_tree(root, tmp_path_factory.mktemp("somebody's \"other\" folder with a longer name") / "tree")
    if os.path.isdir(os.path.join(root, "build/downloads")):
        shutil.copytree(os.path.join(root, "build/downloads"), os.path.join(tree, "build/downloads"), symlinks=True)
    return tree


def test_build_is_reproducible(make, root, copy, monkeypatch):
    """The tree built here, in steps, and a copy elsewhere built at once from nothing, the cache of compiled files included: the same bytes."""
    monkeypatch.setenv("CCACHE_DISABLE", "1")
    stage = stage_numbers(root)[-1]
    for tree in (root, copy):
        result = make(cwd=tree)
        assert result.returncode == 0, result.stdout + result.stderr
    here, there = (os.path.join(tree, "build", f"stage-{stage}") for tree in (root, copy))
    # The tests' programs may be here too; the copy has the stage's own files.
    files = ["kernel.elf", "archive.cpio", *sorted(os.path.relpath(path, there) for path in file_times(os.path.join(there, "boot")))]
    assert digests(here, files) == digests(there, files)


def test_a_path_with_an_apostrophe_boots_and_grades(make, copy):
    """The image of such a tree is a machine a script can talk to, and its grader finds all that it needs."""
    result = make("iso", cwd=copy)
    assert result.returncode == 0, result.stderr
    stage = stage_numbers(copy)[-1]
    if stage >= 4:
        done = subprocess.run(["make", "run"], cwd=copy, input=b"echo hi\rpoweroff\r", stdout=subprocess.PIPE,
                              timeout=300, check=False)
        assert done.returncode == 0 and re.search(rb"^hi\r?$", done.stdout, re.M), done.stdout
    result = make("stage-1", "check", "GRADE=--only 1.7", cwd=copy)
    assert "NOT STARTED" not in result.stdout and len(re.findall(r" PASS +\d+/\d+$", result.stdout, re.M)) >= 6, result.stdout


def test_an_offline_rebuild_after_clean_works(make, copy, tmp_path):
    """`make clean` keeps what was fetched. "Without a network" is a network namespace of its own if that is allowed, and an
    apt-get that fails in any case."""
    assert make("iso", cwd=copy).returncode == 0
    os.makedirs(os.path.join(copy, "build/toolchain"), exist_ok=True)
    assert make("clean", cwd=copy).returncode == 0
    left = sorted(os.listdir(os.path.join(copy, "build")))
    assert left in (["downloads", "toolchain"], ["toolchain"]), left  # no downloads if all was installed already
    os.rmdir(os.path.join(copy, "build/toolchain"))
    (tmp_path / "apt-get").write_text("#!/bin/sh\necho there is no network >&2\nexit 100\n")
    (tmp_path / "apt-get").chmod(0o755)
    apart = ["unshare", "-n"] if os.getuid() == 0 else ["unshare", "-rn"]
    if subprocess.run([*apart, "true"], stderr=subprocess.DEVNULL, check=False).returncode:
        apart = []
    environment = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    done = subprocess.run([*apart, "make", "iso"], cwd=copy, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=300, check=False,
                          env={**environment, "PATH": f"{tmp_path}:{os.environ['PATH']}"})
    assert done.returncode == 0 and done.stdout.rstrip().endswith("microk.iso"), done.stdout + done.stderr


def test_clean_says_what_it_did(make, makefile):
    empty = make("clean", cwd=makefile)
    assert empty.returncode == 0 and empty.stdout.startswith("Nothing to remove"), empty
    for name in ("stage-1/x y", "downloads", "toolchain", ".hidden"):
        os.makedirs(makefile / "build" / name)
    (makefile / "build/link").symlink_to("nowhere")
    done = make("clean", cwd=makefile)
    assert done.returncode == 0 and done.stdout == "Clean.\n"
    assert sorted(os.listdir(makefile / "build")) == ["downloads", "toolchain"]
    assert make("clean", cwd=makefile).stdout.startswith("Nothing to remove")
    (makefile / "build/stage-1").mkdir()
    (makefile / "bin").mkdir()
    (makefile / "bin/rm").write_text("#!/bin/sh\necho \"rm: cannot remove '$2'\" >&2\nexit 1\n")
    (makefile / "bin/rm").chmod(0o755)
    failed = subprocess.run(["make", "clean"], cwd=makefile, env={"PATH": f"{makefile}/bin:{os.environ['PATH']}"}, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    assert failed.returncode != 0 and "Clean." not in failed.stdout
    assert "not all of build/ could be removed" in failed.stderr and "cannot remove" in failed.stderr


@pytest.mark.parametrize("goals, remedy", [(("clean", "all"), "make clean && make all"),
                                           (("stage-1", "run", "clean"), "make clean && make stage-1 run")])
def test_nothing_is_built_while_clean_removes(make, makefile, goals, remedy):
    (makefile / "build/stage-1").mkdir(parents=True)
    done = make("-j4", *goals, cwd=makefile)
    assert done.returncode != 0 and done.stderr.rstrip().endswith(f"{remedy}.  Stop."), done.stderr
    assert (makefile / "build/stage-1").is_dir() and not done.stdout


def test_a_changed_header_rebuilds_what_includes_it(make, copy):
    assert make("stage-1", cwd=copy).returncode == 0
    header = os.path.join(copy, "kernel/include/microk/types.h")
    later = time.time() + 2
    os.utime(header, (later, later))
    result = make("-n", "stage-1", cwd=copy)
    assert result.returncode == 0, result.stderr
    compiled = set(re.findall(r" -c (\S+) ", result.stdout))
    assert any(name.startswith("kernel/") for name in compiled), result.stdout
    assert any(name.startswith("lib/microk/") for name in compiled), result.stdout


CUT = """#!/bin/sh
out= headers= before=
for word; do
	case $before in -o) out=$word ;; -MF) headers=$word ;; rcsD) out=$word ;; esac
	before=$word
done
case {tool} in *objcopy) out=$before ;; esac
case $out in *{output}*)
	printf 'half a' | tee "$out" >"${{headers:-/dev/null}}"
	kill -9 0 ;;
esac
exec {tool} "$@"
"""


@pytest.mark.parametrize("output", ["k/kernel/boot/main.o", "kernel.elf", "libuser.a", "bin/ping", "boot/ping"])
def test_a_make_that_is_killed_leaves_no_half_file(make, copy, tmp_path, output):
    """As by a power cut: the tool has written half of its output, then it and make end at once, without any clean-up. The
    next make must not believe that half to be up to date."""
    path = os.path.join(copy, "build/stage-1", output)
    assert make("stage-1", cwd=copy).returncode == 0
    whole = digests(os.path.join(copy, "build/stage-1"), [output])
    for place in ("kernel.elf", "archive.cpio", "bin/*", "boot/*", output):  # make leaves out what nothing needs
        for removed in glob.glob(os.path.join(glob.escape(os.path.join(copy, "build/stage-1")), place)):
            os.remove(removed)
    for name in ("gcc", "ar", "objcopy"):
        for tool in filter(None, map(shutil.which, (name, "x86_64-elf-" + name))):
            wrapper = tmp_path / os.path.basename(tool)
            wrapper.write_text(CUT.format(tool=tool, output=output), encoding="ascii")
            wrapper.chmod(0o755)
    environment = {k: v for k, v in os.environ.items() if k not in MAKE_VARIABLES}
    killed = subprocess.run(["make", "stage-1"], cwd=copy, env={**environment, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
                            start_new_session=True, capture_output=True, timeout=300, check=False)
    assert killed.returncode == -9, killed.stderr
    again = make("stage-1", cwd=copy)
    assert again.returncode == 0, again.stdout + again.stderr
    if not output.endswith(".o"):  # gcc's own numbers are in an object for the linker's -flto
        assert digests(os.path.join(copy, "build/stage-1"), [output]) == whole


# The scripts that a goal of the Makefile runs, and that end by tools/ending.py; those that the build's rules run.
COMMANDS = ("tools/run.py", "tools/bench.py", "tools/picture_caps.py", "tools/analyse.py", "tools/check_debian.py", "tools/disk.py",
            "tools/lab/lab.py", "tools/grade/grade.py", "tests/fuzz/fuzz.py")
BUILDERS = ("tools/font.py", "tools/idl/idl.py", "tools/image/archive.py", "tools/method_stubs.py", "tools/musl.py", "tools/symbolise.py",
            "tools/busybox.py", "tools/tinycc.py")
OWN_ENDS = {"web/serve.py"}  # reports by itself
NO_ENDS = {"tools/llvm.py", "tools/size.py", "tools/variables.py"}  # write nothing


def there(scripts):
    """Those that this tree has: an earlier stage's has no fuzzer and no font."""
    return sorted(script for script in scripts if os.path.exists(os.path.join(ROOT, script)))


RAISE = """import runpy, sys
def fail(*_, **__): raise {error}
sys.path.insert(0, sys.argv[1].rpartition("/")[0])
sys.settrace(lambda frame, *_: fail() if frame.f_code.co_name == "main" and frame.f_code.co_filename == sys.argv[1] else None)
runpy.run_path(sys.argv[1], run_name="__main__")
"""


def test_every_script_of_the_makefile_has_an_end(root):
    of_ports = "tools/$(1).py"  # posix-ports-y names them
    rules = [path for folder in ("tools", "ports", "drivers", "servers", "user", "lib") for path in glob.glob(f"{folder}/**/*.mk", root_dir=root, recursive=True)]
    for files, scripts in ((["Makefile"], {*COMMANDS, *OWN_ENDS, *NO_ENDS}), (rules, set(there(BUILDERS)))):
        found = set()
        for file in files:
            with open(os.path.join(root, file), encoding="utf-8") as f:
                found |= {script.replace(of_ports, "tools/busybox.py") for script in re.findall(r"\$\(PYTHON\) (\S+\.py)", f.read())}
        assert found == scripts


@pytest.mark.parametrize("script", there({*COMMANDS, *OWN_ENDS, "tools/variables.py"}))
def test_ctrl_c_while_a_command_is_loaded_is_one_line(root, tmp_path, script):
    """As if it came while Python reads the command's modules, of which one takes long here."""
    (tmp_path / "argparse.py").write_text("import time\nprint('loading', flush=True)\ntime.sleep(60)\n")
    with subprocess.Popen([sys.executable, os.path.join(root, script)], env={**os.environ, "PYTHONPATH": str(tmp_path)}, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)) as process:  # in the background it may be ignored
        assert process.stdout.readline() == "loading\n"
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130 and re.fullmatch(r"\n[a-z_-]+: ended before it began\n", said), said


FULL_DISK = [
    ["tools/font.py", "{out}/font.c", "--cache", "build/downloads/font"], ["tools/idl/idl.py", "protocols/file.idl", "--out", "{out}"],
    ["tools/image/archive.py", "{out}/archive", "LICENSE=LICENSE"], ["tools/method_stubs.py", "{out}/methods.h"],
    *([f"tools/{name}.py", "--cc", "gcc", "--ar", "ar", "--path", f"{{out}}/{name}.path"] for name in ("musl", "busybox", "tinycc")), ["tools/symbolise.py", "--table", "{out}/table", "python=/usr/bin/python3"]]


@pytest.mark.parametrize("words", [words for words in FULL_DISK if words[0] in there(BUILDERS)], ids=lambda words: words[0])
def test_a_builder_on_a_full_disk_leaves_no_file(root, tmp_path, words):
    """No disk is full here: no file may have a byte. (The error's own text differs.)"""
    assert {words[0] for words in FULL_DISK} == set(BUILDERS)
    done = subprocess.run([sys.executable, *(word.format(out=tmp_path) for word in words)], cwd=root, capture_output=True, text=True, check=False,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)))
    assert done.returncode == 2 and re.fullmatch(rf"[a-z_.]+: {tmp_path}/\S+: File too large\n", done.stderr), done.stderr
    assert not [name for _, _, names in os.walk(tmp_path) for name in names]


def test_the_grader_on_a_full_disk_names_its_report(root):
    done = subprocess.run([sys.executable, "tools/grade/grade.py", "--stage", "1", "--only", "1.7"], cwd=root, capture_output=True, text=True, check=False,
                          timeout=300, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (8, 8)))  # Python tries each temporary folder by 4 bytes
    assert done.returncode == 2 and re.fullmatch(rf"grade: {root}/build/grade/\S+: File too large\n", done.stderr), done.stderr


@pytest.mark.parametrize("script", there({*COMMANDS, *BUILDERS}))
@pytest.mark.parametrize("error, status, words", [
    ("KeyboardInterrupt", 130, "ended before it was done"),
    ("OSError(30, 'Read-only file system', '/tree/build')", 2, "/tree/build: Read-only file system"),
    ("OSError(28, 'No space left on device')", 2, "No space left on device")])
def test_ctrl_c_and_a_full_disk_are_one_line(root, script, error, status, words):
    """As if it came when the script begins its work."""
    done = subprocess.run([sys.executable, "-c", RAISE.format(error=error), os.path.join(root, script)], capture_output=True, text=True,
                          timeout=120, check=False)
    assert done.returncode == status, done.stderr
    assert words in done.stderr and len(done.stderr.strip().splitlines()) == 1, done.stderr


def test_a_shorter_manifest_shortens_the_archive(make, copy):
    """A file that leaves a manifest leaves the archive, though no file became newer."""
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
    ("kernel/ipc-y += endpoint.o", "name twice: kernel/ipc/endpoint.o"),
    ("lib/microk-y += print.o", "name twice: lib/microk/print.o"),
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
    rows = dict((m[1], int(m[3])) for m in re.finditer(r"^ *(\S+) +(\d+) +(\d+)(?: +\d+)?$", result.stdout, re.M))
    for parent in ("servers", "drivers"):
        folder = os.path.join(root, parent)
        for name in os.listdir(folder) if os.path.isdir(folder) else ():
            if any(f.endswith(".c") for f in os.listdir(os.path.join(folder, name))):
                assert rows[f"{parent}/{name}"] > 0
    assert rows["kernel/ipc"] > 0
    assert rows["Kernel"] == sum(n for name, n in rows.items() if name.split("/")[0] == "kernel")


def test_size_counts_code_only(root, tmp_path):
    """A line is counted for its code, and a comment mark in a string is not a comment."""
    tools = tmp_path / "tools"
    tools.mkdir()
    shutil.copy(os.path.join(root, "tools/size.py"), tools)
    (tmp_path / "kernel/ipc").mkdir(parents=True)
    (tmp_path / "kernel/ipc/a.c").write_text(
        '/* two\n lines */\n\nint a; // tail\nconst char *u = "http://x"; /* c */\n\t\n/* x */ int b;\n"/*";\nint c;\n')
    output = subprocess.run([tools / "size.py"], text=True, stdout=subprocess.PIPE, check=True).stdout
    assert re.search(r"kernel/ipc +1 +5 +\d+$", output, re.M), output


def test_setup_costs_nothing_when_all_is_there(root):
    command = [os.path.join(root, "tools/setup.sh"), "build", "run", "grade"]
    subprocess.run(command, check=True)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.5, "processor time"
    assert result.stdout == ""


def test_setup_refuses_an_unknown_need(root):
    result = subprocess.run([os.path.join(root, "tools/setup.sh"), "nonsense"], text=True,
                            stderr=subprocess.PIPE, check=False)
    assert result.returncode != 0
    assert "nonsense" in result.stderr


def test_setup_names_the_packages_where_it_cannot_install(root, tmp_path):
    """No root, no sudo, no tools on the PATH: the packages are named and the status is not 0."""
    for name in ("dirname", "sort", "tr"):
        (tmp_path / name).symlink_to(shutil.which(name))
    # The test may run as root, so an `id` of its own prints another user.
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


# ---- set-up on systems of other families: their names, their commands, their places ----

FAMILIES = ("debian", "fedora", "arch")


def setup_table(root):
    """[[need, probe, Debian's name, Fedora's, Arch's]] of tools/setup.sh."""
    with open(os.path.join(root, "tools/setup.sh"), encoding="utf-8") as f:
        rows = re.search(r"^table='\n(.*?)^'$", f.read(), re.M | re.S).group(1)
    return [line.split() for line in rows.splitlines()]


def test_every_thing_has_a_name_in_every_family(root):
    table = setup_table(root)
    assert len(table) > 25
    for row in table:
        assert len(row) == 2 + len(FAMILIES), row
        assert all(re.fullmatch(r"[a-z0-9][a-z0-9.+-]*", package) for package in row[2:]), row
        assert all(re.fullmatch(r"/\S+|[a-z0-9_+-]+", probe) for probe in row[1].split("|")), row


def test_every_need_of_the_makefile_is_in_the_table(root):
    """Each need that a goal can have is made of rows, and each row belongs to a need."""
    with open(os.path.join(root, "Makefile"), encoding="utf-8") as f:
        words = {w for line in f if line.startswith("needs-") for w in re.findall(r"[a-z]+", line.split(":=")[1])}
    needs = words - {"if"} | {"all", "toolchain"}
    for family in FAMILIES:
        listed = {}
        for need in needs:
            done = subprocess.run(["tools/setup.sh", "--list", family, need], cwd=root, text=True, check=True,
                                  stdout=subprocess.PIPE)
            listed[need] = set(done.stdout.split())
            assert listed[need], f"{need} has no packages for {family}"
        names = {row[2 + FAMILIES.index(family)] for row in setup_table(root)}
        assert set().union(*listed.values()) == names
        assert listed["all"] | listed["toolchain"] | listed.get("debian", set()) == names, "all but what few need"


def recipes(makefile):
    """{goal: its recipe} of the Makefile's goals that a person may name."""
    return {name: text for names, text in re.findall(r"^([a-z][a-z -]*):(?!=).*\n((?:\t.*\n)*)", makefile, re.M)
            for name in names.split() if text}


def test_every_goal_asks_for_what_its_recipe_runs(root):
    """The table of needs has each goal, and each goal's needs include the programs that its recipe or its tool starts."""
    with open(os.path.join(root, "Makefile"), encoding="utf-8") as f:
        text = f.read()
    table = dict(re.findall(r"^needs-(\S+) *:= (.+)$", text, re.M))
    table = {goal: re.sub(r"\$\(if [^,]*,([^,]*),([^)]*)\)", r"\1", needs).split() for goal, needs in table.items()}
    found = {goal: recipe for goal, recipe in recipes(text).items() if goal not in ("help", "clean", "setup", "toolchain")}
    assert set(table) == set(found) and {"size", "gdb-terminal", "branches"} <= set(found)
    for goal, recipe in found.items():
        listed = subprocess.run(["tools/setup.sh", "--list", "debian", *table[goal]], cwd=root, text=True, check=True,
                                stdout=subprocess.PIPE).stdout.split()
        for mark, package in (("$(PYTHON)", "python3"), ("git ", "git"), ("tools/lab/", "git"), ("check_debian.py", "git"),
                              ("--gdb", "gdb"), ("-m pytest", "python3-pytest"), ("-n $(WORKERS)", "python3-pytest-xdist"), ("$(COMPILED_ONCE)", "ccache")):
            assert mark not in recipe or package in listed, f"make {goal} runs {mark}, and set-up is not asked for {package}"


@pytest.fixture
def elsewhere(tmp_path):
    """elsewhere(release, commands, root): set-up's run on a system with nothing but these commands."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("dirname", "sort", "tr", "env", "mkdir", "tail", "cat", "grep", "flock"):
        (folder / name).symlink_to(shutil.which(name))
    (tmp_path / "locked").mkdir()
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

    def run(release, commands=(), user=0, needs=("build", "run"), start=subprocess.run, **how):
        (tmp_path / "os-release").write_text(release)
        for name, text in {"id": f"echo {user}", **dict(commands)}.items():
            (folder / name).write_text(f"#!/bin/sh\n{text}\n")
            (folder / name).chmod(0o755)
        return start(["/bin/sh", os.path.join(root, "tools/setup.sh"), *needs],
                     **{"text": True, "env": {"PATH": str(folder), "OS_RELEASE": str(tmp_path / "os-release"),
                                              "LOCK_ON": str(tmp_path / "locked")},
                        "stdin": subprocess.DEVNULL, "stderr": subprocess.PIPE, **how})

    return run


SYSTEMS = [("ID=debian", "apt-get", "qemu-system-x86 "), ("ID=ubuntu\nID_LIKE=debian", "apt-get", "qemu-system-x86 "),
           ("ID=fedora", "dnf", "qemu-system-x86-core"), ("ID=arch", "pacman", "libisoburn"),
           ('ID=manjaro\nID_LIKE="arch"', "pacman", "libisoburn")]


@pytest.mark.parametrize("release, manager, package", SYSTEMS, ids=[s[0].split()[0] for s in SYSTEMS])
def test_setup_installs_by_the_systems_own_names(elsewhere, tmp_path, release, manager, package):
    """As root the system's own package manager is run with its own names; here it only writes them down."""
    record = {manager: f'for word; do :; done; echo "$@" >>{tmp_path}/asked'}
    done = elsewhere(release, record)
    asked = (tmp_path / "asked").read_text()
    assert re.search(r"(^| )(install|-S)( |$)", asked, re.M) and package in asked + " ", asked
    assert done.returncode != 0 and "installed, but not found" in done.stderr, "nothing was really installed"


@pytest.mark.parametrize("release, manager, package", SYSTEMS, ids=[s[0].split()[0] for s in SYSTEMS])
def test_setup_prints_the_command_where_it_may_not_install(elsewhere, release, manager, package):
    done = elsewhere(release, {manager: "exit 99"}, user=1000)
    assert done.returncode != 0
    line, = done.stderr.strip().splitlines()
    assert re.search(rf"run as root: {manager} .*{package}", line + " "), line


def test_two_setups_take_turns(elsewhere, tmp_path):
    """The second set-up begins with apt when the first has ended, and installs no package that is there by then."""
    (tmp_path / "locked").mkdir(exist_ok=True)
    lock = os.open(tmp_path / "locked", os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the first one's
        record = {"apt-get": f'echo "$@" >>{tmp_path}/asked'}
        with elsewhere("ID=debian", record, needs=["git"], start=subprocess.Popen) as second:
            assert "another set-up is installing; this one waits" in second.stderr.readline()
            assert not (tmp_path / "asked").exists()
            (tmp_path / "bin/git").write_text("#!/bin/sh\n")
            (tmp_path / "bin/git").chmod(0o755)
            fcntl.flock(lock, fcntl.LOCK_UN)
            assert second.wait(60) == 0 and not (tmp_path / "asked").exists(), second.stderr.read()
    finally:
        os.close(lock)


def test_lists_that_another_program_has_are_waited_for(elsewhere, tmp_path):
    """DPkg::Lock::Timeout is of dpkg's lock; for the lists' lock apt-get update has none, and its error is in the user's language."""
    record = {"apt-get": f'echo "$@" >>{tmp_path}/asked\ncase "$*" in *update*) [ "$(grep -c update {tmp_path}/asked)" -gt 2 ] || '
                         '{ [ "$LC_ALL" = C ] && echo "E: Could not get lock /var/lib/apt/lists/lock." >&2 || '
                         'echo "E: Sperre /var/lib/apt/lists/lock konnte nicht erlangt werden." >&2; exit 100; } ;; esac',
              "sleep": ":"}
    done = elsewhere("ID=debian", record, needs=["git"])
    assert (tmp_path / "asked").read_text().count("update") == 3
    assert done.stderr.count("another program has apt's lists") == 1 and "trying with the lists" not in done.stderr


def test_a_broken_off_installation_is_taken_up(elsewhere, tmp_path):
    """After a power cut or a closed container apt-get does nothing before dpkg --configure -a."""
    record = {"dpkg": f'echo "$@" >>{tmp_path}/dpkg',
              "apt-get": f'case "$*" in *install*) [ -e {tmp_path}/dpkg ] || '
                         '{ echo "E: dpkg was interrupted, you must manually run \'dpkg --configure -a\'" >&2; exit 100; }\n'
                         f'printf "#!/bin/sh\\n" >{tmp_path}/bin/git; chmod +x {tmp_path}/bin/git ;; esac'}
    (tmp_path / "bin/chmod").symlink_to(shutil.which("chmod"))
    done = elsewhere("ID=debian", record, needs=["git"])
    assert done.returncode == 0 and (tmp_path / "dpkg").read_text() == "--configure -a\n", done.stderr


def test_npm_needs_no_home_that_can_be_written(elsewhere, tmp_path, root):
    """With a read-only home, or none, npm's cache goes to build/."""
    with open(os.path.join(root, "tools/setup.sh"), encoding="utf-8") as f:
        text = f.read()
    tree = tmp_path / "tree"
    (tree / "tools").mkdir(parents=True)
    (tree / "web").mkdir()
    (tree / "tools/setup.sh").write_text(text)
    (tree / "web/package-lock.json").write_text("{}")
    for home, own in ((tmp_path / "none", False), (tmp_path, True)):
        kept = tmp_path / "kept"
        npm = f'mkdir -p node_modules; echo "${{npm_config_cache:-}}" >{kept}'
        shutil.rmtree(tree / "web/node_modules", ignore_errors=True)
        for name in ("sha256sum",):
            if not (tmp_path / "bin" / name).exists():
                (tmp_path / "bin" / name).symlink_to(shutil.which(name))
        (tmp_path / "bin/npm").write_text(f"#!/bin/sh\n{npm}\n")
        for name in ("npm", "node"):
            (tmp_path / "bin" / name).touch()
            (tmp_path / "bin" / name).chmod(0o755)
        done = subprocess.run(["/bin/sh", tree / "tools/setup.sh", "web"], text=True, check=False, stderr=subprocess.PIPE,
                              env={"PATH": str(tmp_path / "bin"), "HOME": str(home), "LOCK_ON": str(tmp_path / "locked")})
        assert done.returncode == 0, done.stderr
        assert kept.read_text().strip() == ("" if own else str(tree / "build/downloads/npm"))


def test_a_user_whom_sudo_does_not_let_is_asked_once(elsewhere, tmp_path):
    """On a terminal; the questions of sudo there are counted."""
    terminal, its = os.openpty()

    def own_terminal():
        os.setsid()
        fcntl.ioctl(its, termios.TIOCSCTTY, 0)

    sudo = f'[ "$1" != -n ] || exit 1\necho asked >>{tmp_path}/sudo\nexit 1'
    process = elsewhere("ID=debian", {"sudo": sudo, "apt-get": f"echo >>{tmp_path}/apt"}, user=1000, needs=["git"], start=subprocess.Popen,
                        stdin=its, stdout=its, stderr=its, preexec_fn=own_terminal)
    os.close(its)
    assert process.wait(60) == 1
    said = os.read(terminal, 4096).decode()
    os.close(terminal)
    assert (tmp_path / "sudo").read_text() == "asked\n" and not (tmp_path / "apt").exists()
    assert "have this run as root: apt-get install" in said and "setup: installing" not in said, said


def test_ubuntus_chromium_is_said_to_be_a_snap(elsewhere):
    for release, said in (("NAME=Ubuntu\nID=ubuntu\nID_LIKE=debian", True), ("ID=debian", False)):
        assert ("chromium is a snap" in elsewhere(release, {"apt-get": ":"}, needs=["browser"]).stderr) == said
    assert "snap" not in elsewhere("ID=ubuntu\nID_LIKE=debian", {"apt-get": ":"}, needs=["git"]).stderr


def test_setup_on_an_unknown_system_names_the_packages(elsewhere):
    done = elsewhere("ID=plan9")
    line, = done.stderr.strip().splitlines()
    assert done.returncode != 0 and "this is not Debian, Fedora or Arch" in line and "qemu-system-x86 " in line


def test_firmware_is_looked_for_in_every_familys_place(root, tmp_path):
    sys.path.insert(0, os.path.join(root, "tools"))
    import run as machine
    probes = next(row[1] for row in setup_table(root) if "edk2" in row[1])
    assert tuple(probes.split("|")) == machine.UEFI, "set-up probes what run.py uses"
    there = tmp_path / "third.fd"
    there.write_bytes(b"")
    assert machine.find_firmware((f"{tmp_path}/first.fd", f"{tmp_path}/second.fd", str(there))) == str(there)
    assert machine.find_firmware((f"{tmp_path}/first.fd", f"{tmp_path}/second.fd")) == f"{tmp_path}/first.fd"


@pytest.fixture
def make_image(root, tmp_path):
    """make_image(command, script): runs iso.sh on a system with this GRUB command and little else; (CompletedProcess, the image)."""
    folder = tmp_path / "bin"
    folder.mkdir()

    def run(command, script):
        for name in ("mkdir", "rm", "cp", "mv", "cat", "dirname", "sed"):
            (folder / name).symlink_to(shutil.which(name))
        for name, text in (("objcopy", "exit 0"), (command, script)):
            (folder / name).write_text(f"#!/bin/sh\n{text}\n")
            (folder / name).chmod(0o755)
        out = tmp_path / "images" / "an image.iso"
        out.parent.mkdir(exist_ok=True)
        return subprocess.run(["/bin/sh", os.path.join(root, "tools/image/iso.sh"), out, "/dev/null", "/dev/null"], check=False, text=True,
                              stderr=subprocess.PIPE, env={"PATH": str(folder)}), out

    return run


def test_image_is_made_by_grub2_mkrescue_too(make_image):
    """Fedora's name for it: a system with grub2-mkrescue and no grub-mkrescue makes an image."""
    done, out = make_image("grub2-mkrescue", '[ "$1" = -o ] && echo image >"$2"')
    assert done.returncode == 0 and out.read_text() == "image\n"


@pytest.mark.parametrize("said, shown", [
    (["Media status : is blank", "xorriso : FAILURE : Image size 2404s exceeds free space on media 140s", "xorriso : NOTE : -return_with"],
     "iso.sh: {out} could not be written: Image size 2404s exceeds free space on media 140s (s: 2 KiB)\n"),
    (["grub-mkrescue: error: no module", "a second line"],
     "grub-mkrescue: error: no module\na second line\niso.sh: grub-mkrescue failed (its message is above)\n")])
def test_an_image_that_cannot_be_made_says_why(make_image, said, shown):
    lines = "\n".join(f"echo '{line}'" for line in said)
    done, out = make_image("grub-mkrescue", f'echo half >"$2"\n{lines}\nexit 1')
    assert done.returncode == 1 and done.stderr == shown.format(out=out)
    assert not list(out.parent.iterdir())


def test_an_image_takes_no_pipes_place(make_image, tmp_path):
    """A pipe stands for a device, which root could replace."""
    (tmp_path / "images").mkdir()
    os.mkfifo(tmp_path / "images" / "an image.iso")
    done, out = make_image("grub-mkrescue", '[ "$1" = -o ] && echo image >"$2"')
    assert done.returncode == 1 and done.stderr == f"iso.sh: {out} is a device, a pipe or a folder, and no file; name a file\n"
    assert out.is_fifo() and list(out.parent.iterdir()) == [out]
