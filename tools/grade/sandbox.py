"""A submission's code runs in a sandbox: namespaces of its own by bubblewrap, and limits on what it uses up.

The code sees only the system's programs and libraries (/usr), and the files and the one folder that the grader names for a
command, to read and to write. It has no network, no environment variables, no other user's processes; as root the grader
first becomes `nobody`. The namespace of processes ends with its command, so that no process outlives the run. Limits:
processor time of a process, size of a file, open files, processes, address space (where the sanitizers leave that
possible), and the memory and the processor time of all processes together, which bounded.py measures.

Docker and Autolab's Tango grade in a container or a machine for each submission, which a teacher must first set up; Gradescope's
container is shared with the grader's own files, so the code under test can read them. bubblewrap is one Debian package, needs no
daemon and no rights, and a sandbox takes some milliseconds, so each command gets one of its own.

The complete command is tried before anything is graded. Where it does not work, nothing is graded (`CannotConfine`), unless
the teacher asks for it with --unsafe.
"""
import os
import subprocess
import tempfile

NOBODY = 65534
CPU, FILE = 30, 64 << 20        # seconds of the processor of a process, and bytes of a file
# A second before the limit that kills there is a signal of its own: "Killed" would leave open which limit it was, or whether the host did it.
LIMITS = [f"--cpu={CPU}:{CPU + 1}", f"--fsize={FILE}", "--core=0", "--nofile=1024"]
SPACE = ["--as=6442450944"]     # of each process, in bytes: the emulator takes 2 GiB
PROCESSES = ["--nproc=128"]     # inside: counted in the sandbox's own namespace of users
TEMPORARY = str(128 << 20)      # bytes of /tmp, which is memory
SYSTEM = ("/usr", "/etc/alternatives", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d")
LINKS = ("bin", "lib", "lib32", "lib64", "libx32", "sbin")
ENVIRONMENT = {"PATH": "/usr/bin:/usr/sbin:/bin", "HOME": "/tmp", "LC_ALL": "C.UTF-8"}
TRY = 20                        # seconds for a command that does nothing


class CannotConfine(Exception):
    """The sandbox does not work on this machine; the message names the reason and the remedy."""


def unconfined(command, *, environment=None, **_):
    """Stands for a sandbox where a tree is graded by its own author (or with --unsafe)."""
    return ["env", *(f"{k}={v}" for k, v in environment.items()), *command] if environment else command


def root_of_the_system():
    """bubblewrap's arguments for /: the system's programs and libraries, and no more."""
    arguments = []
    for path in SYSTEM:
        if os.path.exists(path):
            arguments += ["--ro-bind", path, path]
    for name in LINKS:
        if os.path.islink(f"/{name}"):
            arguments += ["--symlink", os.readlink(f"/{name}"), f"/{name}"]
        elif os.path.isdir(f"/{name}"):
            arguments += ["--ro-bind", f"/{name}", f"/{name}"]
    return arguments


class Sandbox:
    """Makes commands that run confined: sandbox(["make", …], read=[tree], write=[folder])."""

    def __init__(self):
        self.become = []
        if os.geteuid() == 0:
            self.become = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--no-new-privs"]
        # Some containers forbid a process file system of one's own. The container's shows the processes of others, and a process
        # reaches the files of those that are its own user's: so it serves only where `nobody` runs nothing else.
        reason = ""
        for self.processes in (["--proc", "/proc"], *([["--ro-bind", "/proc", "/proc"]] if self.become else [])):
            reason = self.fails()
            if not reason:
                self.words = ("in a sandbox: no network, only the system's files and its own, no process that outlives its "
                              "run, limits on processor time, memory, processes and file sizes")
                return
        raise CannotConfine(f"the sandbox does not work here ({reason}), so the submission was not compiled or run. Remedy: install "
                            "bubblewrap and allow namespaces of users (in a container, see docs/grading.md), or grade with --unsafe a "
                            "submission whose author you trust")

    def fails(self):
        """The reason why the complete command does not work, or ""."""
        try:
            with tempfile.TemporaryDirectory(prefix="microk-grade-") as folder:
                done = self.attempt(folder)
        except FileNotFoundError as error:
            return f"{error.filename} is not installed"
        except (OSError, subprocess.SubprocessError) as error:
            return str(error)
        return (done.stderr.strip().splitlines() or [f"its first command ended with status {done.returncode}"])[0] if done.returncode else ""

    def attempt(self, folder):
        """Runs a command that writes in the folder."""
        os.chmod(folder, 0o755)
        os.close(os.pidfd_open(os.getpid()))  # bounded.py needs it; a container's filter may forbid it
        return subprocess.run(self(["test", "-w", folder], write=[folder]), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                                  errors="replace", timeout=TRY, check=False)

    def __call__(self, command, *, read=(), write=(), hide=(), show=(), space=True, environment=None):
        """The command in the sandbox. It may read the files and folders `read` and write in the folders `write`, which become
        its user's; the folders `hide`, inside of those, are empty for it, but for `show`. `space`: with a limit on its address space."""
        inside = ["--unshare-all", "--die-with-parent", "--new-session", "--clearenv"]
        for name, value in {**ENVIRONMENT, **(environment or {})}.items():
            inside += ["--setenv", name, value]
        inside += [*root_of_the_system(), "--dev", "/dev", *self.processes, "--size", TEMPORARY, "--tmpfs", "/tmp"]
        for path in read:
            inside += ["--ro-bind", path, path]
        for path in write:
            self.give(path)
            inside += ["--bind", path, path]
        for path in hide:
            inside += ["--tmpfs", path]
        for path in show:
            inside += ["--ro-bind", path, path]
        return [*self.become, "prlimit", *LIMITS, *(SPACE if space else []), "bwrap", *inside, "--chdir", "/",
                "prlimit", *PROCESSES, *command]

    def give(self, folder):
        """Makes the folder the sandbox's user's: itself only, as what lies in it was made there."""
        if self.become:
            os.chown(folder, NOBODY, NOBODY, follow_symlinks=False)
