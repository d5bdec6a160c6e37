"""A guest that runs while the test looks at it from outside: QEMU's monitor, and the guest's reports so far."""
import os
import socket
import subprocess
import time

from guest_boot import HIGHEST, machine
from guest import copy_built, text_of

PATIENCE = 120  # seconds of the host: against a hang, not a measure


class Guest:
    """QEMU in the background, on the kernel and the boot archive in `folder`: its serial lines are files there, its monitor and the
    place where gdb joins are sockets."""

    def __init__(self, stage, folder, append, extra=(), **how):
        self.folder = str(folder)
        self.paths = {name: os.path.join(self.folder, name) for name in ("log", "report", "monitor", "gdb")}
        for path in self.paths.values():
            if os.path.exists(path):
                os.remove(path)  # of an earlier start
        command = machine.qemu_command(stage, boot="kernel", build=self.folder, append=append,
                                       serial=[f"file:{self.paths[name]}" for name in ("log", "report")],
                                       extra=[*machine.DEBUG_EXIT, *self._socket("monitor"), "-mon", "chardev=monitor,mode=readline",
                                              *self._socket("gdb"), "-gdb", "chardev:gdb", *extra], **how)
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        self._monitor = None

    def _socket(self, name):
        """QEMU's options for a socket of that name."""
        return ["-chardev", f"socket,id={name},path={self.paths[name]},server=on,wait=off"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._monitor:
            self._monitor.close()
        self.process.kill()
        self.process.wait()

    def text(self, which):
        """The output on the serial line "log" or "report" so far."""
        return text_of(self.paths[which])

    def wait_for(self, which, words):
        end = time.monotonic() + PATIENCE
        while words not in self.text(which):
            assert self.process.poll() is None and time.monotonic() < end, \
                f"{words!r} never came; QEMU's status {self.process.poll()}\n{self.text('report')}\n{self.text('log')}"
            time.sleep(0.02)
        return self.text(which)

    def wait_for_end(self):
        """QEMU's status."""
        return self.process.wait(PATIENCE)

    def connect(self, which):
        end = time.monotonic() + PATIENCE
        while True:
            line = socket.socket(socket.AF_UNIX)
            try:
                line.connect(self.paths[which])
                line.settimeout(PATIENCE)
                return line
            except OSError:
                line.close()
                assert self.process.poll() is None and time.monotonic() < end, "QEMU does not listen"
                time.sleep(0.02)

    def monitor(self, command, may_end=False):
        """The monitor's answer; after a command that `may_end` the machine, as much of it as came."""
        if not self._monitor:
            self._monitor = self.connect("monitor")
            self._read_answer()
        self._monitor.sendall(command.encode() + b"\n")
        return self._read_answer(may_end)

    def _read_answer(self, may_end=False):
        answer = b""
        while not answer.endswith(b"(qemu) "):
            more = self._monitor.recv(65536)
            if not more and may_end:
                break
            assert more, f"the monitor went away after {answer[-200:]!r}"
            answer += more
        return answer.decode(errors="replace").replace("\r", "")


class Machine(Guest):
    """QEMU with boot/`program` of `built`'s tests.cpio as the root task; without a program, with `built`'s system."""

    def __init__(self, built, program, folder, words="", memory="64M", extra=()):
        copy_built(built, folder, "tests.cpio" if program else "archive.cpio")
        root = f"root=boot/{program}" if program else ""
        super().__init__(HIGHEST, folder, f"exit=debug {root} {words}".strip(), extra, memory=memory, iommu=False)
