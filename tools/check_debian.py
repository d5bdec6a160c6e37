#!/usr/bin/python3
"""make check-debian SUITE=trixie: the README's commands on a fresh Debian of that suite, as a person would run them.

    check_debian.py --suite bookworm|trixie|sid [--form short|full] [--as root|user|both] [--mirror URL] [--keep]

The suite is made by debootstrap in a folder, with git, make and (for a user) sudo and nothing else; HEAD is cloned into
it; then each command runs, and a table lists the results. `short` builds, grades stages 1 and 4 and looks at the
page in Chromium; `full` does all that the README promises.

Its properties:
- Each command has a mount namespace and a process namespace of its own, in which the folder is the root. So
  nothing stays mounted and nothing keeps running, however this ends. The folder is removed only from
  outside, where nothing is mounted in it. The root is changed by pivot_root: in a chroot the kernel forbids user
  namespaces, which the grader's sandbox and Chromium want.
- The mirror, the proxy and certificates are the host's, read from apt's configuration; this script names none.
- The bare suite and the packages that were downloaded are kept in ~/.cache/microk/debian; remove that to start anew.
  A second run of the same suite waits until the first has ended: apt lets no two runs use its packages.
- It may be ended at any moment (tools/debian/guard.py). The tree's and the cache's folders are made before it becomes root,
  and files that root wrote in the tree are given back.

autopkgtest's schroot and Debian's sbuild do the same with a daemon's or a user's configuration in /etc; a container
engine would want an image from elsewhere. This tool needs debootstrap, and root or sudo.
"""
import os
import sys

sys.dont_write_bytecode = True  # root's would lie in the user's tree
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
sys.path.insert(0, HERE)
import ending  # noqa: E402

ending.loading("check-debian", __name__)

import argparse  # noqa: E402
import contextlib  # noqa: E402
import re  # noqa: E402
import shutil  # noqa: E402
import subprocess  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402

import values  # noqa: E402
from debian import guard, host  # noqa: E402
from debian.chroot import CACHE, CannotMake, Chroot  # noqa: E402

USER = "learner"
SHOWN = 25  # lines of a failed command
SHORT = [
    ("make", "builds", "make", 900),
    ("make stage-1 check", "graded", "make stage-1 check", 600),
    ("make stage-4 check", "graded", "make stage-4 check", 600),
    ("a browser", "installed", "tools/setup.sh browser", 900),
    ("make web", "seen in Chromium", "/usr/bin/python3 tests/web/first_screen.py build/first-screen.png", 600),
]
FULL = [
    *SHORT[:2],
    ("make stage-2 check", "graded", "make stage-2 check", 900),
    ("make stage-3 check", "graded", "make stage-3 check", 900),
    *SHORT[2:],
    ("make bench", "measured", "make bench", 1200),
    ("make gdb", "debugged", "printf 'info registers rip\\nbreak syscall_handle\\ncontinue\\nkill\\nquit\\n' | make gdb", 600),
    ("offline after make clean", "built", "make clean && unshare --map-root-user --net make iso", 600),
    ("make branches", "written", "make branches", 600),
    ("make check", "all tests", "make check", 5400),
]
FORMS = dict(zip(values.FORMS, (SHORT, FULL)))


def bundle_head(folder):
    """HEAD and the objects that it needs, in one file: a clone from it has no link to this tree."""
    path = os.path.join(folder, "head.bundle")
    trusted = ["git", "-c", f"safe.directory={ROOT}", "-C", ROOT]
    made = subprocess.run([*trusted, "bundle", "create", path, "HEAD"], text=True, check=False, capture_output=True,
                          env={**os.environ, "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": ROOT})
    if made.returncode:
        raise guard.Refused(f"git could not bundle HEAD: {made.stderr.strip()}")
    return path, subprocess.run([*trusted, "log", "-1", "--format=%h %s"], text=True, check=True, capture_output=True).stdout.strip()


def last_words(log):
    with open(log, encoding="utf-8", errors="replace") as f:
        return [line.rstrip() for line in f if line.strip()]


def outcome_of(kind, status, lines):
    """(whether it went well, in words). The outcome of a graded or tested run is its own last line."""
    last = lines[-1].strip() if lines else ""
    if kind == "graded":
        total = next((line.split()[-1] for line in reversed(lines) if line.split()[:1] == ["Total"]), "no total")
        return status == 0 and total == "100/100", total
    if kind == "all tests":
        skipped = next((line for line in lines if line.startswith("Skipped: ")), "no list of skips")
        return status == 0 and skipped == "Skipped: none", f"{last.strip('= ')}; {skipped}"
    if kind == "debugged" and status == 0:
        return find_stop(lines)
    return status == 0, kind if status == 0 else f"status {status}"


def find_stop(lines):
    """Whether gdb stopped first at the first instruction, then at a breakpoint in the kernel, and showed its source line."""
    text = "\n".join(lines)
    if not re.search(r"\brip +0xfff0\b", text):
        return False, "gdb was not at the first instruction"
    stop = re.search(r"^(?:\(gdb\) )?Breakpoint 1, \w+ \([^)]*\)\s+at (kernel/\S+\.[cS]):(\d+)\n(\d+)\t", text, re.M)
    if not stop or stop[2] != stop[3]:
        return False, "gdb met no breakpoint in a source of the kernel"
    return True, f"stopped at {stop[1]}:{stop[2]}"


class Table:
    """Rows as they come: the command, its time, its result."""

    def __init__(self, out=sys.stdout):
        self.out, self.bad = out, 0

    def head(self, text):
        print(f"\n{text}\n", file=self.out, flush=True)

    def row(self, command, seconds, well, words):
        self.bad += not well
        mark = " " if well else "!"
        print(f"  {mark} {command:<28} {show_time(seconds):>7}   {words}", file=self.out, flush=True)

    def tail(self, lines, log):
        for line in lines[-SHOWN:]:
            print(f"      | {line}", file=self.out)
        print(f"      all of it: {log}", file=self.out, flush=True)


def show_time(seconds):
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def timed(action):
    begun = time.monotonic()
    result = action()
    return time.monotonic() - begun, result


def run_commands(chroot, table, user, form, logs, bundle, name):
    """The README's commands, one after the other, as that user in a clone of its own."""
    home = "/root" if user == "root" else f"/home/{user}"
    steps = [("git clone", "cloned", f"cd {home} && git clone -q {bundle} microk && cd microk && git checkout -q -B main", 300)]
    steps += [(shown, kind, f"cd {home}/microk && {command}", limit) for shown, kind, command, limit in FORMS[form]]
    table.head(f"Debian {chroot.version()} ({chroot.suite}), as {'root' if user == 'root' else 'a user with sudo'}: {name}")
    for at, (shown, kind, command, limit) in enumerate(steps):
        log = os.path.join(logs, f"{at:02}-{shown.replace(' ', '-')}.log")
        seconds, status = timed(lambda: chroot.run(user, command, log, limit))
        lines = last_words(log)
        well, words = outcome_of(kind, status, lines) if status is not None else (False, f"still running after {show_time(limit)}")
        table.row(shown, seconds, well, words)
        if not well:
            table.tail(lines, log)
            if shown in ("git clone", "make"):
                return
    picture = os.path.join(chroot.path + home, "microk/build/first-screen.png")
    if os.path.exists(picture):
        shutil.copy(picture, os.path.join(logs, "first-screen.png"))


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--suite", required=True)
    parser.add_argument("--form", choices=values.FORMS, default="full")
    parser.add_argument("--as", dest="who", choices=values.USERS, default="root")
    parser.add_argument("--mirror", help="of Debian, where the host's apt has none")
    parser.add_argument("--keep", action="store_true", help="leave the made system for a look")
    parser.add_argument(guard.TIED, action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    try:
        values.suite(options.suite)
    except values.Wrong as wrong:
        raise guard.Refused(f"{options.suite!r}: {wrong}") from wrong
    return options


def main(arguments):
    options = parse(arguments)
    guard.end_by_exception()
    logs = os.path.join(ROOT, "build", "debian", options.suite)
    for folder in (logs, CACHE):
        try:
            os.makedirs(folder, exist_ok=True)
        except OSError as error:
            raise CannotMake(f"{folder} cannot be made: {error.strerror}. XDG_CACHE_HOME names another place for the cache") from error
    if os.geteuid() != 0:
        return guard.run_as_root([sys.executable, os.path.abspath(__file__), *arguments], ("HOME", "TMPDIR", "XDG_CACHE_HOME", *host.PROXIES))
    if options.tied:
        guard.end_with_standard_input()
    try:
        with guard.only_one(os.path.join(CACHE, f"{options.suite}.lock"), f"the cache of {options.suite}"):
            empty(logs)
            try:
                return check(options, logs)
            finally:
                with contextlib.suppress(FileNotFoundError):
                    os.remove(os.path.join(CACHE, f"{options.suite}-packages", "lock"))  # apt's, of the made system
    finally:
        guard.give_back(logs)


def empty(folder):
    shutil.rmtree(folder)
    os.mkdir(folder)


def check(options, logs):
    table, begun = Table(), time.monotonic()
    users = {"root": ["root"], "user": [USER], "both": ["root", USER]}[options.who]
    with guard.folder_of_its_own() as folder:
        bundle, name = bundle_head(folder)
        for user in users:
            where = os.path.join(folder, user)
            chroot = Chroot(options.suite, where, host.sources(options.suite, options.mirror), os.path.join(logs, "debootstrap.log"))
            with kept(where, f"microk-{options.suite}-{user}-") if options.keep else contextlib.nullcontext():
                seconds, words = timed(lambda: chroot.make(USER if user == USER else None))
                table.head(f"{options.suite}: {words} in {show_time(seconds)}")
                inside = "/var/tmp/head.bundle"
                shutil.copy(bundle, where + inside)
                os.chmod(where + inside, 0o644)
                out = os.path.join(logs, user)
                os.makedirs(out)
                run_commands(chroot, table, user, options.form, out, inside, name)
    print(f"\nAll in {show_time(time.monotonic() - begun)}: {f'{table.bad} failed' if table.bad else 'all went well'}. "
          f"Logs: {os.path.relpath(logs, ROOT)}", flush=True)
    return 1 if table.bad else 0


@contextlib.contextmanager
def kept(system, prefix):
    """However this ends, the system is moved to its place, even if it is incomplete."""
    try:
        yield
    finally:
        if os.path.isdir(system):
            place = tempfile.mkdtemp(prefix=prefix, dir=os.path.dirname(os.path.dirname(system)))
            os.rename(system, os.path.join(place, "root"))
            print(f"kept: {place}/root", flush=True)


if __name__ == "__main__":
    try:
        ending.run("check-debian", main, sys.argv[1:])
    except (guard.Refused, host.NoMirror, CannotMake) as error:
        sys.exit(f"check-debian: {error}")
