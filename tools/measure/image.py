"""A machine that boots from the image as people use it: the time to its prompt, and the host's work while it is idle there."""
import os
import select
import socket
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import run as machine  # noqa: E402  (the one place that knows the machine)
from measure.windows import Failed  # noqa: E402

BIOS_HANDS_OVER = b"Booting from"  # SeaBIOS writes this to its debug port before it starts GRUB


class Booted:
    """A machine started from the image, with the moments of its output."""

    def __init__(self, stage, folder, timeout=60):
        self.moments = {}
        sockets = {name: self._listen(os.path.join(folder, name)) for name in ("bios", "serial")}
        paths = {name: os.path.join(folder, name) for name in sockets}
        command = machine.qemu_command(
            stage, serial=[f"unix:{paths['serial']}"],
            extra=["-chardev", f"socket,id=bios,path={paths['bios']}",
                   "-device", "isa-debugcon,iobase=0x402,chardev=bios"])
        self.start = time.monotonic()
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT)
        try:
            self._watch({name: s.accept()[0] for name, s in sockets.items()}, timeout)
        except BaseException as e:
            self.end()
            if isinstance(e, TimeoutError):
                raise Failed(f"no prompt within {timeout} s of starting the image") from e
            raise
        finally:
            for s in sockets.values():
                s.close()

    @staticmethod
    def _listen(path):
        s = socket.socket(socket.AF_UNIX)
        s.bind(path)
        s.listen(1)
        s.settimeout(20)
        return s

    def _watch(self, lines, timeout):
        wanted = {"bios": BIOS_HANDS_OVER, "serial": machine.PROMPT.encode()}
        heard = dict.fromkeys(lines, b"")
        self.lines = lines  # kept open: QEMU does not wait for a reader, but reports a closed line as an error
        while "serial" not in self.moments:
            left = self.start + timeout - time.monotonic()
            ready = select.select(list(lines.values()), [], [], max(left, 0))[0]
            if not ready:
                raise TimeoutError
            for name, line in lines.items():
                if line not in ready:
                    continue
                data = line.recv(4096)
                if not data:
                    raise Failed("QEMU ended before the prompt came: " + self.process.stdout.read().decode())
                heard[name] += data
                if name not in self.moments and wanted[name] in heard[name]:
                    self.moments[name] = time.monotonic()

    def grub_to_prompt(self):
        """Seconds; from QEMU's start where the firmware did not report when it handed over."""
        return self.moments["serial"] - self.moments.get("bios", self.start)

    def processor_seconds(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as f:
            words = f.read().rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    def idle_percent(self, seconds):
        time.sleep(1)  # the prompt's own drawing
        before, start = self.processor_seconds(), time.monotonic()
        time.sleep(seconds)
        return 100 * (self.processor_seconds() - before) / (time.monotonic() - start)

    def end(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        for line in getattr(self, "lines", {}).values():
            line.close()


def measure_image(stage, boots, idle_seconds):
    """Median seconds from GRUB to the prompt, and the host processor's share when idle there."""
    took, idle = [], None
    for _ in range(boots):
        with tempfile.TemporaryDirectory(prefix="microk-bench-") as folder:
            guest = Booted(stage, folder)
            try:
                took.append(guest.grub_to_prompt())
                if idle is None:
                    idle = guest.idle_percent(idle_seconds)
            finally:
                guest.end()
    return statistics.median(took), idle
