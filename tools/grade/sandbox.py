"""A submission's code runs in a sandbox: without network, with limited resources, and as another user where possible.

If bubblewrap is installed, the code can write to its own folder only; else util-linux' unshare, setpriv and prlimit are used
as far as this machine allows. `Sandbox.words` lists the limits that hold and those that do not.
"""
import os
import shutil
import subprocess

NOBODY = 65534
LIMITS = ["--cpu=600", "--fsize=1073741824", "--core=0", "--nofile=1024"]
SPACE = ["--as=6442450944"]  # of each process, in bytes: the emulator takes 2 GiB


def works(command):
    try:
        return subprocess.run([*command, "true"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, timeout=20, check=False).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False


class Sandbox:
    def __init__(self, tree):
        self.tree = tree
        self.limits = ["prlimit", *LIMITS] if works(["prlimit", *LIMITS, *SPACE]) else []
        self.bubble = bool(shutil.which("bwrap")) and works(self.bubblewrap([]))
        self.net, self.user = [], []
        if not self.bubble:
            self.net = next((c for c in (["unshare", "--net", "--ipc"], ["unshare", "--user", "--map-current-user", "--net", "--ipc"])
                             if works(c)), [])
            change = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--no-new-privs"]
            if os.geteuid() == 0 and works(change):
                self.user = change
                self.give(tree)
        self.words = self.describe()

    def bubblewrap(self, folders):
        command = ["bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp",
                   "--unshare-all", "--die-with-parent", "--new-session"]
        for folder in (self.tree, *folders):
            command += ["--bind", folder, folder]
        return command

    def give(self, folder):
        for path, folders, files in os.walk(folder):
            for name in (".", *folders, *files):
                os.chown(os.path.join(path, name), NOBODY, NOBODY, follow_symlinks=False)

    def describe(self):
        if self.bubble:
            return "in bubblewrap: no network, write access to its own folder only" + (", with resource limits" if self.limits else "")
        parts = [("without network" if self.net else "WITH the network (unshare is not allowed here)"),
                 ("as another user" if self.user else "as YOU, with your rights to files (run as root, or install bubblewrap)"),
                 ("with resource limits" if self.limits else "without resource limits")]
        return ", ".join(parts)

    def __call__(self, command, folders, space=True):
        """The command in the sandbox; it may write to `folders` and its tree. `space`: with a limit on its address space."""
        limits = [*self.limits, *(SPACE if self.limits and space else [])]
        if self.bubble:
            return [*limits, *self.bubblewrap(folders), *command]
        if self.user:
            for folder in folders:
                if os.path.isdir(folder):
                    self.give(folder)
        return [*limits, *self.net, *self.user, *command]
