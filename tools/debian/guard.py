"""Lets check-debian be ended at any moment, by any user: nothing keeps running, stays mounted or stays locked, and files that root wrote in a
user's tree are the user's.

- The program goes on as root in a process of its own, which a user may not send signals to. So it is tied to the user's
  process by a pipe, its standard input: when that ends, for whatever reason, root's process ends itself as by SIGTERM.
- The first signal to end becomes an exception, so that each `finally` runs; further ones wait until it has.
- A long-running process is tied to the one that started it (web/tether.py) and has a process namespace of its own, which
  the kernel empties with its first process: even after SIGKILL only folders are left of it.
- A lock is the kernel's (flock), so that it ends with the process that holds it.
"""
import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TETHER = os.path.join(ROOT, "web", "tether.py")
TIED = "--tied"  # of a process whose standard input is the pipe
ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
ROOM = 5 << 30  # bytes that a made Debian with a built tree takes at most


class Refused(Exception):
    """A failure, as a sentence for a person."""


def end_by_exception():
    def end(number, _):
        for other in ENDING:
            signal.signal(other, lambda *_: None)
        print(f"check-debian: ended by {signal.Signals(number).name}; its processes and files are removed", file=sys.stderr, flush=True)
        sys.exit(128 + number)

    for number in ENDING:
        if signal.getsignal(number) != signal.SIG_IGN:  # as nohup leaves it
            signal.signal(number, end)


def end_with_standard_input():
    def wait():
        with contextlib.suppress(OSError):
            while os.read(0, 4096):
                pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True).start()


def run_as_root(command, kept):
    """The command's status as root, through sudo, with these variables of the environment."""
    asks = sys.stderr.isatty()
    if not shutil.which("sudo") or not (asks or subprocess.run(["sudo", "-n", "true"], check=False, capture_output=True).returncode == 0):
        raise Refused("making a Debian takes root or sudo, and there is neither here")
    words = [f"{name}={os.environ[name]}" for name in kept if name in os.environ]
    process = subprocess.Popen(["sudo", "env", *words, *command, TIED], stdin=subprocess.PIPE)
    try:
        return process.wait()
    finally:
        process.stdin.close()
        process.wait()


def contained(words):
    """The command in a process namespace and a mount namespace of its own, ended with this process."""
    return [sys.executable, "-I", "-S", TETHER, str(os.getpid()), "unshare", "--mount", "--pid", "--fork", "--kill-child",
            "--mount-proc", "--propagation", "private", *words]


@contextlib.contextmanager
def only_one(path, what):
    """Waits until no other process holds the lock of this path, and reports the process that it waits for. The file is removed
    at the end; one that a killed process left is free."""
    while True:
        with open(path, "a+", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                print(f"check-debian: {what} is used by process {file.read().strip() or 'unknown'}; this waits for its end", flush=True)
                fcntl.flock(file, fcntl.LOCK_EX)
            if not is_at(file, path):
                continue  # the process before has removed it: it locks nothing
            try:
                file.truncate(0)
                file.write(f"{os.getpid()}\n")
                file.flush()
                yield
            finally:
                os.remove(path)
            return


def is_at(file, path):
    try:
        return os.path.samestat(os.fstat(file.fileno()), os.stat(path))
    except FileNotFoundError:
        return False


def find_room(places=None, room=ROOM):
    """The first folder in which a Debian can be made: it has space, programs in it can be executed, and set-user-ID programs
    such as sudo become root. Debian 13 has /tmp in memory and without them."""
    why = []
    for place in places or [*filter(None, [os.environ.get("TMPDIR")]), "/var/tmp", "/tmp", os.path.join(ROOT, "build")]:
        try:
            found = os.statvfs(place)
        except OSError as error:
            why.append(f"{place}: {error.strerror}")
            continue
        if found.f_flag & (os.ST_NOSUID | os.ST_NOEXEC):
            why.append(f"{place} is mounted {'nosuid' if found.f_flag & os.ST_NOSUID else 'noexec'}")
        elif found.f_bavail * found.f_frsize < room:
            why.append(f"{place} has {found.f_bavail * found.f_frsize >> 20} MiB free of the {room >> 20} that are needed")
        else:
            return place
    raise Refused(f"there is no folder to make a Debian in ({'; '.join(why)}); name one: TMPDIR=FOLDER")


@contextlib.contextmanager
def folder_of_its_own():
    """Removed at the end. Nothing is mounted in it: each command's mounts are in a namespace of their own."""
    with tempfile.TemporaryDirectory(prefix="microk-debian-", dir=find_room()) as folder:
        os.chmod(folder, 0o755)
        yield folder


def give_back(folder):
    """Files that root wrote in the tree are given to the tree's owner."""
    owner = os.stat(ROOT)
    if os.geteuid() != 0 or owner.st_uid == 0:
        return
    subprocess.run(["chown", "-R", "-h", f"{owner.st_uid}:{owner.st_gid}", folder], check=False)
    while (folder := os.path.dirname(folder)) != ROOT:
        os.chown(folder, owner.st_uid, owner.st_gid)
