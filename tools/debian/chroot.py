"""A Debian in a folder: made by debootstrap, entered by a command at a time."""
import os
import shutil
import signal
import subprocess

from debian import guard, host

CACHE = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "microk", "debian")
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# The shell stays as the first process, so that no signal is ignored in the programs that it starts. /dev and /sys are
# as a host has them; recursive: /dev/pts and /dev/shm come with /dev. The new root is left with no way to the old one.
ENTER = """
set -e
mount --bind "$1" "$1"
cd "$1"
mount -t proc proc proc
mount --rbind /dev dev
mount --rbind /sys sys
mount --make-rslave .
mount -t tmpfs -o mode=1777 tmpfs tmp
mount --bind "$2" var/cache/apt/archives
pivot_root . mnt
cd /
umount -l /mnt
shift 2
"$@"
"""


class CannotMake(Exception):
    pass


def last_line(path):
    with open(path, encoding="utf-8", errors="replace") as f:
        lines = [line.strip() for line in f if line.strip()]
    return lines[-1] if lines else "it printed nothing"


class Chroot:
    def __init__(self, suite, path, sources, log):
        self.suite, self.path, self.sources, self.log = suite, path, sources, log
        self.base = os.path.join(CACHE, suite)
        self.packages = os.path.join(CACHE, f"{suite}-packages")

    def make(self, user=None):
        """Makes a fresh Debian in `path`; if a user is named, with that user, who may use sudo. Returns how, in words."""
        made = not os.path.isdir(self.base)
        if made:
            self.bootstrap()
        os.makedirs(os.path.join(self.packages, "partial"), exist_ok=True)
        if run_to_log(["cp", "-a", "--reflink=auto", self.base, self.path], self.log, None, "a"):
            raise CannotMake(f"{self.base} could not be copied to {self.path}; all of it: {self.log}")
        host.hand_over(self.path)
        with open(f"{self.path}/etc/apt/sources.list", "w", encoding="utf-8") as f:
            f.write("".join(f"{line}\n" for line in self.sources))
        # Downloads stay, for the next time; unpacked files need not outlive a power cut, and no one reads
        # manuals here (Debian's own container images leave them out, too).
        with open(f"{self.path}/etc/apt/apt.conf.d/91keep", "w", encoding="utf-8") as f:
            f.write('Binary::apt-get::APT::Keep-Downloaded-Packages "true";\nAPT::Sandbox::User "root";\n')
        with open(f"{self.path}/etc/dpkg/dpkg.cfg.d/unsafe", "w", encoding="utf-8") as f:
            f.write("force-unsafe-io\npath-exclude=/usr/share/doc/*\npath-exclude=/usr/share/man/*\n")
        self.must("apt-get -q update")
        self.must(f"DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends git make {'sudo' if user else ''}")
        if user:
            self.must(f"useradd -m -s /bin/bash {user} && echo '{user} ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/{user}")
        return "made by debootstrap" if made else "made from what debootstrap made before"

    def bootstrap(self):
        """Makes the bare suite, once. It is moved to its place when complete, so that an interrupted run leaves nothing."""
        os.makedirs(CACHE, exist_ok=True)
        new = f"{self.base}.new"
        shutil.rmtree(new, ignore_errors=True)  # of a run that was killed
        try:
            status = run_to_log(["debootstrap", "--variant=minbase", self.suite, new, self.sources[0].split()[1]], self.log, None, "w")
            if status:
                raise CannotMake(f"debootstrap could not make the suite {self.suite!r} (status {status}): {last_line(self.log)}\n"
                                 f"Known to work: bookworm, trixie, and sid as a preview. All of it: {self.log}")
            os.rename(new, self.base)
        finally:
            shutil.rmtree(new, ignore_errors=True)

    def version(self):
        with open(f"{self.path}/etc/debian_version", encoding="utf-8") as f:
            return f.read().strip()

    def must(self, command):
        if self.run("root", command, self.log, 900, "a") != 0:
            raise CannotMake(f"in the new {self.suite}, this failed: {command}; all of it: {self.log}")

    def run(self, user, command, log, limit, mode="w"):
        """The command's status as that user, its output in `log`; None if it was ended after `limit` seconds."""
        inside = ["env", "-i", f"PATH={PATH}", "LANG=C.UTF-8", "TERM=dumb", *host.environment()]
        if user == "root":
            inside += ["HOME=/root", "USER=root", "sh", "-c", command]
        else:
            inside += ["runuser", "-u", user, "--", "env", f"HOME=/home/{user}", f"USER={user}", "sh", "-c", command]
        return run_to_log(["sh", "-c", ENTER, "sh", self.path, self.packages, *inside], log, limit, mode)


def run_to_log(words, log, limit, mode):
    """A contained command's status; None if it was ended after `limit` seconds."""
    with open(log, mode, encoding="utf-8") as out:
        process = subprocess.Popen(guard.contained(words), stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                                   start_new_session=True)
        try:
            return process.wait(limit)
        except subprocess.TimeoutExpired:
            return None
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)  # its first child is killed with it, and so are all the others
                process.wait()
