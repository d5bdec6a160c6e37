"""A small project with the shape of MicroK: stages 1 to 3, labs 1 and 2, written anew for each test.

It is small, so that a test of the lab tool takes parts of a second. Its lines have no meaning, but all are different, so
that the text alone shows which were merged, left out or leaked.
"""
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def lines(tag, count, indent="\t"):
    return "".join(f"{indent}{tag}_step({i}, state->{tag}[{i * 7 % 11}]);\n" for i in range(count))


REFERENCE = {
    "1.1": lines("rendezvous", 24),
    "1.2": lines("map", 30),
    "1.3.1": lines("switch", 12),
    "1.3.2": "".join(f"\tmov {8 * i}(%rsi), %r{8 + i % 8}\n" for i in range(12)),
    "2.1": lines("derive", 26),
}
STARTER = {key: f"\texercise_missing(\"{key[:3]}\", \"labs/{key[0]}/handout.md\");\n" for key in REFERENCE}
STARTER["1.3.2"] = "\tud2\n"
NAME = {"1.1": "rendezvous", "1.2": "map-a-page", "1.3": "context-switch", "2.1": "derivation"}
LAB = {"1": "1-ipc", "2": "2-caps"}
ENDPOINT, MAP, SWITCH = "kernel/ipc/endpoint.c", "kernel/mm/map.c", "kernel/sched/switch.c"
SWITCH_S, DERIVE = "kernel/x86/switch.S", "kernel/cap/derive.c"


def marked(key, comment=("/* ", " */")):
    number, _, part = key.partition(".")[0] + "." + key.split(".")[1], None, key.split(".")[2:]
    name = f"{number} {NAME[number]}" + (f" part {part[0]}" if part and part[0] != "1" else "")
    return (f"{comment[0]}EXERCISE {name}: begin{comment[1]}\n{REFERENCE[key]}"
            f"{comment[0]}EXERCISE {name}: end{comment[1]}\n")


def function(name, inside, before="", after=""):
    return f"{before}\nint {name}(struct state *state)\n{{\n{inside}\treturn 0;\n}}\n{after}"


def files():
    found = {
        "README.md": "# A project\n",
        "RELEASE": "1.0\n",
        ".ci/run": "#!/bin/sh\nexec make check\n",
        ".gitignore": "/build/\n",
        "docs/labs.md": "An exercise is marked by a line:\n\n    /* EXERCISE 9.9 example: begin */\n",
        "tests/test_lab_private.py": "assert 'private to the project'\n",
        "tests/test_boot.py": "assert 'the boot'\n",
        "tests/test_vfs.py": "assert 'a file is read'\n",
        "kernel/main.c": function("kernel_main", lines("main", 4)),
        ENDPOINT: function("endpoint_send", marked("1.1"), "/* Messages meet here. */\n", function("endpoint_end", "")),
        MAP: function("page_map", marked("1.2"), "/* Pages. */\n" + function("page_of", lines("page", 9))),
        SWITCH: function("thread_switch", marked("1.3.1")),
        SWITCH_S: ".globl switch\nswitch:\n" + marked("1.3.2", ("# ", "")) + "\tret\n",
        "kernel/ipc/transfer.c": function("transfer", lines("transfer", 6)),
        DERIVE: function("derive", marked("2.1")),
        "kernel/cap/slot.h": "#pragma once\nstruct slot;\n",
        "servers/vfs/main.c": function("vfs_main", lines("vfs", 5)),
        "servers/vfs/build.mk": "objs-y += main.o\n",
        "stages/1-ipc/kernel/ipc/transfer.c": function("transfer", "\treturn ERR_REFUSED;\n"),
        "stages/1-ipc/stage.mk": "STAGE_NAME := ipc\nkernel-y += kernel/main.o kernel/ipc/endpoint.o \\\n"
                                 "\tkernel/mm/map.o # pages\nkernel-y += kernel/sched/switch.o kernel/x86/switch.S.o\n"
                                 "claims += kernel kernel/cap/slot.h\n",
        "stages/2-caps/stage.mk": "STAGE_NAME := caps\nkernel-y += kernel/cap/derive.o kernel/ipc/transfer.o\n"
                                  "claims += kernel/cap \\\n\tkernel/ipc/transfer.c\n",
        "stages/3-vfs/stage.mk": "STAGE_NAME := vfs\nprograms-y += servers/vfs\n"
                                 "claims += servers/vfs/ tests/test_vfs.py\n",
    }
    for key, body in STARTER.items():
        number = ".".join(key.split(".")[:2])
        lab = f"labs/{LAB[key[0]]}"
        stem = f"{number}-{NAME[number]}" + (f".{key.split('.')[2]}" if key.count(".") == 2 else "")
        ext = "S" if key == "1.3.2" else "c"
        found[f"{lab}/handout.md"] = f"# Lab {key[0]}\n"
        found[f"{lab}/checks.py"] = f"POINTS = {{'{key[0]}.1': 10}}\n"
        found[f"{lab}/starter/{stem}.{ext}"] = body
        part = ".1" if key.startswith("1.3") else ""
        for what in ("too-early", "too-late", "never"):
            found[f"{lab}/wrong/{number}-{what}{part}.diff"] = wrong_file(key, what)
    return found


def mistake(key, what):
    """(the lines that go, the lines that come) of a wrong solution: its last two steps are others."""
    number = "1.3.1" if key.startswith("1.3") else key
    return "".join(REFERENCE[number].splitlines(True)[-2:]), lines(f"mistaken_{what.replace('-', '_')}_{number[2]}", 3)


def wrong_file(key, what):
    old, new = mistake(key, what)
    return (f"# {what}: the last step comes {what}.\n@@\n" + "".join(f"-{line}" for line in old.splitlines(True))
            + "".join(f"+{line}" for line in new.splitlines(True)))


def wrong_body(key, what):
    number = "1.3.1" if key.startswith("1.3") else key
    return REFERENCE[number].replace(*mistake(key, what))


class Tree:
    """A work tree with git and the lab tool in it; every command of it is run as a person would."""

    def __init__(self, path, env):
        self.path, self.env = Path(path), env

    def git(self, *args, ok=True, data=None, date=None):
        env = dict(self.env)
        if date:
            env.update(GIT_AUTHOR_DATE=f"@{date} +0200", GIT_COMMITTER_DATE=f"@{date} +0200")
        result = subprocess.run(["git", *args], cwd=self.path, env=env, text=True, input=data,
                                stdin=subprocess.DEVNULL if data is None else None,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        assert not ok or result.returncode == 0, f"git {args}: {result.stdout}{result.stderr}"
        return result.stdout.rstrip("\n")

    def lab(self, *args, status=0, env=None):
        """Run tools/lab/lab.py of this tree; its output, both channels."""
        result = subprocess.run([sys.executable, "tools/lab/lab.py", *map(str, args)], cwd=self.path,
                                env={**self.env, **(env or {})}, text=True, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        assert "Traceback" not in result.stdout, result.stdout
        assert "\033" not in result.stdout, "colour goes to terminals only"
        assert result.returncode == status, f"lab {args}: status {result.returncode}\n{result.stdout}"
        return result.stdout

    def read(self, path):
        return (self.path / path).read_text()

    def write(self, path, text):
        target = self.path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)

    def change(self, path, old, new):
        text = self.read(path)
        assert text.count(old) == 1, f"{path} has {text.count(old)} times {old!r}"
        self.write(path, text.replace(old, new))

    def commit(self, message, date=None):
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message, date=date)
        return self.git("rev-parse", "HEAD")

    def heads(self):
        """{branch: hash} of the derived branches."""
        found = dict(line.split() for line in self.git(
            "for-each-ref", "--format=%(refname:short) %(objectname)", "refs/heads").splitlines())
        return {k: v for k, v in found.items() if k.startswith(("lab-", "stage-"))}

    def files(self, rev):
        return set(self.git("ls-tree", "-r", "--name-only", "--full-tree", rev).splitlines())

    def show(self, rev, path):
        return self.git("show", f"{rev}:{path}") + "\n"

    def parents(self, rev):
        return self.git("show", "-s", "--format=%P", rev).split()

    def clone(self, to, *flags):
        """Clone this into another folder, with everything a `git clone` of a stranger would have."""
        self.git("clone", "-q", *flags, str(self.path), str(to))
        return Tree(to, self.env)

    def copy(self, to):
        shutil.copytree(self.path, to, symlinks=True)
        return Tree(to, self.env)

    def objects(self):
        """{hash: (type, bytes)} of every object in the repository, reachable or not."""
        listed = self.git("cat-file", "--batch-all-objects", "--unordered", "--batch-check=%(objectname)").split()
        data = subprocess.run(["git", "cat-file", "--batch"], cwd=self.path, env=self.env, check=True,
                              input="".join(f"{o}\n" for o in listed).encode(), stdout=subprocess.PIPE).stdout
        found, at = {}, 0
        while at < len(data):
            end = data.index(b"\n", at)
            sha, kind, size = data[at:end].decode().split()
            found[sha] = (kind, data[end + 1:end + 1 + int(size)])
            at = end + int(size) + 2
        return found


def person(folder, name):
    """A person's environment: a home and a git configuration of their own, nothing of this machine's."""
    home = Path(folder) / f"home-{name}"
    home.mkdir(parents=True)
    (home / "gitconfig").write_text(f"[user]\n\tname = {name}\n\temail = {name}@example.org\n"
                                    "[init]\n\tdefaultBranch = main\n[advice]\n\tdetachedHead = false\n")
    env = {k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "MAKE", "MFLAGS")) and k != "FROM"}
    return {**env, "HOME": str(home), "GIT_CONFIG_GLOBAL": str(home / "gitconfig"), "GIT_CONFIG_NOSYSTEM": "1"}


def make_project(path, env):
    tree = Tree(path, env)
    for name, text in files().items():
        tree.write(name, text)
    shutil.copytree(ROOT / "tools/lab", tree.path / "tools/lab", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "tools/ending.py", tree.path / "tools/ending.py")
    tree.git("init", "-q")
    tree.commit("Release 1.0", date=1_700_000_000)
    return tree


def release(tree, version, date, **changes):
    """A later release of a project: {path: (old, new)} and the version, committed to main."""
    for path, (old, new) in changes.get("files", {}).items():
        tree.change(path, old, new)
    tree.write("RELEASE", version + "\n")
    return tree.commit(f"Release {version}", date=date)


def solution(tag):
    """A body of an exercise, unlike any other."""
    return "".join(f"\tmy_{tag}({i});\n" for i in range(7))
