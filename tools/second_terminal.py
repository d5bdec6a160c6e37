"""The second terminal of `make gdb`: gdb has the first, the guest's serial line is here.

QEMU holds the line open as a Unix socket and copies it to a log. Weighed: a pseudo-terminal (QEMU's -serial pty), which
needs screen or minicom and has no end of its own; a TCP port, which any user of the machine could type on. The socket
is in a folder that only this user can enter. Its address is short (unix(7) allows 107 bytes); the build folder's may be
too long, so the file there is a link.
"""
import contextlib
import fcntl
import os
import select
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import tty

import symbolise

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PREFIX = "microk-gdb-"
UNIX_PATH_MAX = 107  # unix(7)
LINK, LOG = "serial.socket", "serial.log"
ESCAPE = b"\x01"  # Ctrl-A, as in make run


def socket_folder():
    """A folder for the sockets, removed at its end; in /tmp where TMPDIR leaves no room for their names."""
    room = UNIX_PATH_MAX - len(f"/{PREFIX}xxxxxxxx/serial")
    return tempfile.TemporaryDirectory(prefix=PREFIX, dir=None if len(os.fsencode(tempfile.gettempdir())) <= room else "/tmp")


@contextlib.contextmanager
def offered(folder, build):
    """QEMU's arguments for the chardev "serial", a socket in `folder`; while they are used, `build` has the link."""
    link = os.path.join(build, LINK)
    if os.path.islink(link):
        os.unlink(link)  # of a process that was killed
    os.symlink(os.path.join(folder, "serial"), link)
    log, line = (path.replace(",", ",,") for path in (os.path.join(build, LOG), f"{folder}/serial"))  # QEMU's way to write a comma
    try:
        yield ["-chardev", f"socket,id=serial,path={line},server=on,wait=off,logfile={log},logappend=off"]
    finally:
        with contextlib.suppress(FileNotFoundError):
            if os.readlink(link) == os.path.join(folder, "serial"):
                os.unlink(link)


def command(stage, build):
    return [sys.executable, os.path.join(ROOT, "tools", "run.py"), "--stage", str(stage), "--build", os.path.abspath(build),
            "--terminal"]


def announce(stage, build):
    """Opens the second terminal if this runs in tmux; else prints how to open it."""
    log = os.path.relpath(os.path.join(build, LOG))
    if os.environ.get("TMUX") and shutil.which("tmux"):
        words = " ".join(map(shlex.quote, command(stage, build)))
        if subprocess.call(["tmux", "split-window", "-d", "-v", words]) == 0:
            print(f"The guest's prompt is in the other pane; all its output is kept in {log}.", flush=True)
            return
    print(f"The guest's prompt, in a second terminal: make stage-{stage} gdb-terminal\n"
          f"All its output is kept in {log}.", flush=True)


class CannotConnect(Exception):
    """Why, and what to do, as a sentence for a person."""


@contextlib.contextmanager
def connected(build):
    """The socket of the machine that is being debugged. QEMU serves one connection at a time and lets further ones wait
    without a message, so a lock of the kernel's on the socket's folder, which ends with its holder, is asked first."""
    with contextlib.ExitStack() as stack:
        try:
            path = os.readlink(os.path.join(build, LINK))
            folder = os.open(os.path.dirname(path), os.O_RDONLY)
            stack.callback(os.close, folder)
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            line = stack.enter_context(socket.socket(socket.AF_UNIX))
            line.connect(path)
        except BlockingIOError:
            raise CannotConnect("another terminal is joined to this machine's serial line; leave that one first "
                                "(Ctrl-A X), or work there") from None
        except OSError:
            raise CannotConnect("no machine is being debugged here; start `make gdb` in another terminal first") from None
        yield line


def said_before(build):
    try:
        with open(os.path.join(build, LOG), "rb") as log:
            return log.read()
    except FileNotFoundError:
        return b""


@contextlib.contextmanager
def raw_terminal():
    """Each key goes to the guest as it is typed, Ctrl-C too. A standard input that is not a terminal stays as it is. A signal
    that asks this process to end must not leave a raw terminal to the shell, so it becomes an exception."""
    if not os.isatty(0):
        yield
        return
    before = termios.tcgetattr(0)
    for asks in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(asks, lambda number, _: sys.exit(128 + number))
    tty.setraw(0)
    try:
        yield
    finally:
        termios.tcsetattr(0, termios.TCSADRAIN, before)


def keys_of(data, escaped):
    """The part of the typed bytes that goes to the guest; whether the last one was Ctrl-A; whether Ctrl-A X ends it."""
    out = b""
    for byte in (data[i:i + 1] for i in range(len(data))):
        if escaped and byte in b"xX":
            return out, False, True
        if escaped or byte != ESCAPE:
            out += byte  # Ctrl-A twice is one for the guest
        escaped = not escaped and byte == ESCAPE
    return out, escaped, False


def talk(line, annotator):
    """Copies both ways until one of them ends, or Ctrl-A X is typed.

    A signal that comes just before select begins to wait would not end the wait, so its arrival is an input, too."""
    arrived, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    inputs, escaped = [line, 0, arrived], False
    while True:
        ready, _, _ = select.select(inputs, [], [])
        if arrived in ready:
            os.read(arrived, 64)  # the handler has run by now
        if line in ready:
            data = line.recv(65536)
            if not data:
                return
            sys.stdout.buffer.write(annotator.feed(data))
            sys.stdout.buffer.flush()
        if 0 in ready:
            data = os.read(0, 4096)
            if not data:
                inputs.remove(0)
            keys, escaped, ended = keys_of(data, escaped)
            line.sendall(keys)
            if ended:
                return


def run(build):
    """Is the terminal; returns the exit status."""
    try:
        with connected(build) as line:
            before = said_before(build)
            print("The guest's serial line: Ctrl-C goes to the guest, Ctrl-A X leaves. A guest that gdb has stopped prints nothing.",
                  flush=True)
            annotator = symbolise.Annotator(build)
            with raw_terminal(), contextlib.suppress(ConnectionError):
                sys.stdout.buffer.write(annotator.feed(before))
                sys.stdout.buffer.flush()
                talk(line, annotator)
    except CannotConnect as error:
        print(f"gdb-terminal: {error}", file=sys.stderr)
        return 1
    print("\nThe serial line is left.", flush=True)
    return 0
