"""The page's one virtual machine: start it, watch it, start it anew.

A restart is a new QEMU, never a reset of the old one: `-no-reboot` would end the screen's
connection at a guest's reset, and a stage that hangs with interrupts off must restart as reliably as one that runs. JOS's
and xv6's `make qemu` tie one terminal to one QEMU; here one page outlives many QEMUs.

All files are in a directory that only this user can enter, because a VNC server on a Unix socket asks for no password: every
user that can open the socket can type.
"""

import codecs
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

START_SECONDS = 120  # QEMU's VNC socket answers in under 0.5 s on an idle host, and later on a busy one
STOP_SECONDS = 3
LOG_BYTES = 256 * 1024  # kept of the serial line: a guest that prints for ever must not fill a disk
UNIX_PATH_MAX = 107  # unix(7): sun_path has 108 bytes with its end mark

# Between two machines in the terminal, of which the next one knows nothing. The sequences are those of xterm ("XTerm Control Sequences"):
# CAN ends a sequence without its end; the cursor is saved for leaving the alternate screen, which restores it; then go the mouse's modes, the
# modes and colours that a soft reset takes back, the cursor's form, and changed colours of the palette.
RESTARTED = (
    b"\x18\x1b7\x1b[?1049l\x1b[?9;1000;1002;1003;1005;1006;1015;1016l\x1b[!p\x1b[?25h\x1b[m\x1b[0 q\x1b(B\x0f"
    b"\x1b]104\x1b\\\x1b]110\x1b\\\x1b]111\x1b\\\x1b]112\x1b\\"
    b"\r\n--- restarted ---\r\n"
)


class MachineError(Exception):
    """The machine could not be started; the text is for people."""


class SerialLog:
    """The last LOG_BYTES of the serial line, each byte with its offset from the first one ever
    printed."""

    def __init__(self, copy_to=None):
        self._lock = threading.Condition()
        self._bytes = bytearray()
        self._first = 0
        self._copy = open(copy_to, "wb", buffering=0) if copy_to else None

    def append(self, data):
        with self._lock:
            self._bytes += data
            excess = len(self._bytes) - LOG_BYTES
            if excess > 0:
                del self._bytes[:excess]
                self._first += excess
            self._lock.notify_all()
        if self._copy:
            try:
                self._copy.write(data)
            except OSError as error:  # the page goes on without it
                print(f"web: {self._copy.name}: {error.strerror}; the output of the guest is no longer written there", file=sys.stderr, flush=True)
                self._copy = None

    def read(self, offset, wait=0):
        """The text from offset on (or from the oldest byte kept), and the offset to ask for next. Without any text it waits, for `wait`
        seconds at most. A character of which only the first bytes are there is left for the next read."""
        end = time.monotonic() + wait
        with self._lock:
            while True:
                text, following = self._text(offset)
                left = end - time.monotonic()
                if text or following < offset or left <= 0:
                    return text, following
                self._lock.wait(left)

    def _text(self, offset):
        end = self._first + len(self._bytes)
        start = min(max(offset, self._first), end)
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        text = decoder.decode(self._bytes[start - self._first :])
        return text, end - len(decoder.getstate()[0])


class Machine:
    """start, stop, reap and restart belong to one thread, which must live as long as the machine
    (see tether.py). The properties may be read from any thread."""

    def __init__(self, make_command, on_exit, serial_copy=None):
        """make_command(vnc, serial): the QEMU command line, given a path for the VNC socket and one for the serial line: SERIAL.out
        is a named pipe to which QEMU is to write what the guest prints, SERIAL.in one with the bytes that are typed (as QEMU's -chardev pipe
        has them); it may raise MachineError.
        on_exit(process) is called in a thread of its own when QEMU ends; the owner's thread then
        calls reap(process)."""
        self._make_command = make_command
        self.log = SerialLog(serial_copy)
        self.restarts = 0
        self._on_exit = on_exit
        self._process = None
        self._ended = "The machine has not been started."
        self._vnc = None
        self._directory = private_directory()
        self._pipe = self._directory / "serial"
        # Each is open for reading and writing, so that the pipe does not end with a machine.
        ends = [self._pipe.with_suffix(way) for way in (".out", ".in")]
        for end in ends:
            os.mkfifo(end, 0o600)
        self._pipe_end = os.open(ends[0], os.O_RDWR)
        self._typed = os.open(ends[1], os.O_RDWR | os.O_NONBLOCK)
        threading.Thread(target=self._drain, name="serial", daemon=True).start()

    @property
    def running(self):
        return self._vnc is not None

    @property
    def screen(self):
        """Path of the VNC socket of the machine that runs now, or None."""
        return self._vnc

    @property
    def ended(self):
        """Why no machine runs, in words; None while one is being started."""
        return self._ended

    def type(self, data):
        """Puts bytes into the serial line; returns how many of them it had room for."""
        try:
            return os.write(self._typed, data) if self.running else 0
        except BlockingIOError:
            return 0

    def _forget_typed(self):
        """Empties the pipe: bytes that the last machine has not read are not for the next one."""
        with contextlib.suppress(BlockingIOError):
            while os.read(self._typed, 65536):
                pass

    def start(self):
        self._ended = None
        self._forget_typed()
        generation = self.restarts
        vnc = self._directory / f"screen-{generation}"
        errors = self._directory / f"errors-{generation}"
        try:
            command = self._make_command(str(vnc), str(self._pipe))
        except MachineError as error:
            self._ended = str(error)
            raise
        tether = [sys.executable, "-I", "-S", str(Path(__file__).with_name("tether.py"))]
        with open(errors, "wb") as stderr:
            self._process = subprocess.Popen(
                [*tether, str(os.getpid()), *command],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=stderr,
                start_new_session=True,  # a Ctrl-C at the terminal is ours to act on, not QEMU's
            )
        try:
            self._await_screen(vnc, errors)
        except MachineError as error:
            self._ended = str(error)
            self.stop()
            raise
        self._vnc = str(vnc)
        self._errors = errors
        threading.Thread(target=self._watch, args=(self._process,), name="watch", daemon=True).start()

    def stop(self):
        """End the machine, if there is one, and wait until it is gone."""
        process, self._process, self._vnc = self._process, None, None
        if process is None or process.poll() is not None:
            return
        for number, patience in ((signal.SIGTERM, STOP_SECONDS), (signal.SIGKILL, None)):
            process.send_signal(number)
            try:
                process.wait(patience)
                return
            except subprocess.TimeoutExpired:
                continue

    def reap(self, process):
        """Notes that a machine has ended, unless stop() ended it or another has taken its place."""
        if process is self._process:
            self._ended = describe_end(process.returncode, self._errors)
            self._process = self._vnc = None

    def restart(self):
        self._ended = None
        self.stop()
        self.restarts += 1
        os.write(self._pipe_end, RESTARTED)  # after all that the last machine wrote
        self.start()

    def close(self):
        self.stop()
        shutil.rmtree(self._directory, ignore_errors=True)

    def _await_screen(self, vnc, errors):
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise MachineError(describe_end(self._process.returncode, errors))
            with socket.socket(socket.AF_UNIX) as probe:
                try:
                    probe.connect(str(vnc))
                    return
                except OSError:
                    time.sleep(0.02)
        raise MachineError(
            f"QEMU did not open its screen within {START_SECONDS} seconds; is the host overloaded?"
        )

    def _watch(self, process):
        process.wait()
        self._on_exit(process)

    def _drain(self):
        while True:
            self.log.append(os.read(self._pipe_end, 65536))


def describe_end(status, errors):
    if status == 0:
        return "The machine is off."
    said = errors.read_text(errors="replace").strip().splitlines()[-3:] if errors.exists() else []
    how = f"killed by {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
    return " ".join([f"The machine stopped unexpectedly: QEMU ended, {how}.", *said])


def private_directory():
    """mkdtemp's mode is 0700. A long TMPDIR would not leave room for the sockets' names."""
    directory = Path(tempfile.mkdtemp(prefix="microk-"))
    if len(bytes(directory / "screen-1000000")) <= UNIX_PATH_MAX:
        return directory
    directory.rmdir()
    return Path(tempfile.mkdtemp(prefix="microk-", dir="/tmp"))
