"""Git, by its plumbing only: nothing here looks at a configuration that could change a hash,
and nothing here touches a work tree unless its caller asks for exactly that."""

import os
import subprocess
import tempfile
from pathlib import Path

from say import Stop

# Everything derived carries this committer: it distinguishes a derived commit from a learner's.
NAME = "MicroK releases"
EMAIL = "releases@microk.invalid"


class GitError(Exception):
    def __init__(self, args, result):
        self.stderr = result.stderr.decode("utf-8", "replace").strip()
        super().__init__(f"git {' '.join(args)}: {self.stderr or f'status {result.returncode}'}")


def decode(data):
    return data.decode("utf-8", "surrogateescape")


def encode(text):
    return text.encode("utf-8", "surrogateescape")


class Repo:
    """One repository, named by its top folder (or by its git directory, if it is bare)."""

    def __init__(self, top):
        self.top = Path(top)

    def run(self, *args, data=None, env=None, ok=(0,), timeout=None):
        # The caller may run inside a git hook, whose GIT_DIR and GIT_INDEX_FILE must not be used here.
        keep = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
        for name in os.environ:
            if name.startswith(("GIT_CONFIG", "GIT_AUTHOR", "GIT_COMMITTER", "GIT_SSH", "GIT_TERMINAL")):
                keep[name] = os.environ[name]
        keep.update({"LC_ALL": "C"})
        keep.update(env or {})
        try:
            result = subprocess.run(
                ["git", "-c", "i18n.commitEncoding=UTF-8", "-c", "core.quotePath=false", *args],
                cwd=self.top, env=keep, input=data, timeout=timeout,
                stdin=subprocess.DEVNULL if data is None else None,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        except FileNotFoundError:
            raise Stop("git is not installed: the lab trees are made and merged with it") from None
        except subprocess.TimeoutExpired:
            raise Stop(f"git {args[0]} did not end within {timeout} s: is the place reachable?") from None
        if ok is not None and result.returncode not in ok:
            raise GitError(args, result)
        return result

    def out(self, *args, **kw):
        return decode(self.run(*args, **kw).stdout).rstrip("\n")

    def test(self, *args):
        return self.run(*args, ok=None).returncode == 0

    def commit_of(self, rev):
        """The full hash of the commit REV names, or None."""
        result = self.run("rev-parse", "-q", "--verify", f"{rev}^{{commit}}", ok=None)
        return decode(result.stdout).strip() or None

    def is_ancestor(self, old, new):
        return old == new or self.test("merge-base", "--is-ancestor", old, new)

    def git_path(self, name):
        return self.top / self.out("rev-parse", "--git-path", name)

    def current_branch(self):
        """The name of the checked-out branch, or None for a detached HEAD."""
        return decode(self.run("symbolic-ref", "-q", "--short", "HEAD", ok=None).stdout).strip() or None

    def checked_out(self):
        """Names of the branches checked out in this or any other work tree of the repository."""
        lines = self.out("worktree", "list", "--porcelain").splitlines()
        return {line[len("branch refs/heads/"):] for line in lines if line.startswith("branch refs/heads/")}

    def entries(self, treeish):
        """{path: (mode, type, hash)} of every file below a tree."""
        found = {}
        for item in decode(self.run("ls-tree", "-r", "-z", "--full-tree", treeish).stdout).split("\0"):
            if item:
                head, path = item.split("\t", 1)
                mode, kind, sha = head.split()
                found[path] = (mode, kind, sha)
        return found

    def blobs(self, hashes):
        """{hash: bytes} of many objects, by one process."""
        wanted = sorted(set(hashes))
        data = self.run("cat-file", "--batch", data="".join(h + "\n" for h in wanted).encode()).stdout
        found, at = {}, 0
        for sha in wanted:
            end = data.index(b"\n", at)
            head = data[at:end].split()
            if len(head) != 3:
                raise Stop(f"object {sha} is missing here: is this a partial clone?")
            size = int(head[2])
            found[sha] = data[end + 1:end + 1 + size]
            at = end + 1 + size + 1
        return found

    def file_at(self, treeish, path):
        result = self.run("cat-file", "blob", f"{treeish}:{path}", ok=None)
        return decode(result.stdout) if result.returncode == 0 else None

    def write_blob(self, text):
        return self.out("hash-object", "-w", "--stdin", data=encode(text))

    def write_tree(self, entries):
        """A tree object of {path: (mode, type, hash)}, through an index of its own."""
        with tempfile.TemporaryDirectory(prefix="microk-lab-") as folder:
            env = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
            lines = "".join(f"{m} {t} {h}\t{p}\0" for p, (m, t, h) in sorted(entries.items()))
            self.run("update-index", "-z", "--index-info", data=encode(lines), env=env)
            return self.out("write-tree", env=env)

    def work_tree(self):
        """A tree object of the work tree as it is, new files too; the real index is not touched."""
        with tempfile.TemporaryDirectory(prefix="microk-lab-") as folder:
            env = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
            if self.commit_of("HEAD"):
                self.run("read-tree", "HEAD", env=env)
            self.run("add", "-A", "--", ".", env=env)
            return self.out("write-tree", env=env)

    def write_commit(self, tree, parents, message, seconds):
        """A commit by the fixed identity at a fixed time: the same arguments give the same hash anywhere."""
        who = {"NAME": NAME, "EMAIL": EMAIL, "DATE": f"@{seconds} +0000"}
        env = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in who.items()}
        flags = [flag for parent in parents for flag in ("-p", parent)]
        return self.out("commit-tree", *flags, tree, data=encode(message), env=env)

    def export(self, tree, dest):
        """Write the files of a tree into a folder, modes and links as they are."""
        with tempfile.TemporaryDirectory(prefix="microk-lab-") as folder:
            env = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
            self.run("read-tree", tree, env=env)
            self.run("checkout-index", "-a", "-f", f"--prefix={Path(dest).resolve()}/", env=env)


def repo_at(folder):
    """The repository whose top is exactly this folder, or None (a folder inside another one is not it)."""
    folder = Path(folder).resolve()
    if not folder.is_dir():
        return None
    repo = Repo(folder)
    result = repo.run("rev-parse", "--show-toplevel", ok=None)
    if result.returncode:
        if b"dubious ownership" in result.stderr:
            raise Stop(f"{folder} belongs to another user, so git refuses it; if you trust it: "
                       f"git config --global --add safe.directory {folder}")
        return None
    return repo if Path(decode(result.stdout).strip()).resolve() == folder else None
