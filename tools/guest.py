"""A guest for tests and tools: runs a machine to its end and reads its serial lines, or types at its shell's prompt.

The grader (tools/grade/machine.py) has its own, which confines a learner's machine and limits it in guest instructions.
A Shell has a terminal of its own by Python's pty instead of by pexpect, so that a tool (make pictures) needs no package for it.
"""
import codecs
import contextlib
import fcntl
import os
import re
import select
import shutil
import subprocess
import termios
import time
from typing import NamedTuple

import run as machine  # the one place that knows the machine
from run import PROMPT, exit_status

ALL_PASSED = exit_status(1)  # of a test program (tests/guest/kit)
PANICKED = exit_status(0x7f)
WELL, FAILED = exit_status(0), exit_status(1)  # of a system: all services ended well, or not
# The guest's clock is its instructions: a run repeats to the instruction, however busy the host.
BY_INSTRUCTIONS = ("-icount", "shift=0,sleep=off")


# ---- to its end ----

class Ended(NamedTuple):
    """The end of a machine."""
    status: int | str  # QEMU's; or, of a machine that did not end, a sentence
    said: str          # QEMU's own output
    texts: list[str]   # of each serial line


def copy_built(built, folder, archive="tests.cpio"):
    """Copies `built`'s kernel, and this archive of it as the archive: others may build meanwhile."""
    shutil.copy(os.path.join(built, "kernel.elf"), folder)
    shutil.copy(os.path.join(built, archive), os.path.join(folder, "archive.cpio"))


def text_of(line):
    """The output on a serial line so far."""
    try:
        with open(line, encoding="utf-8", errors="replace") as f:
            return f.read().replace("\r", "")
    except FileNotFoundError:
        return ""


def run_to_end(stage, built, folder, words, *, memory="64M", seconds=60, extra=(), lines=("log", "report"), clock=BY_INSTRUCTIONS,
               iommu=False):
    """Runs the kernel and the archive that are in `built`, with `words` on the kernel's command line; the serial lines become
    files of these names in `folder`. Time in the guest is the count of its
    instructions, so that a busy host changes nothing; with an empty `clock`, it is the host's. Without `iommu`, a program
    that plays a driver finds memory by its physical address."""
    paths = [os.path.join(folder, name) for name in lines]
    for path in paths:
        with contextlib.suppress(FileNotFoundError):
            os.remove(path)  # the output of an earlier run, which would stay if QEMU does not start
    command = machine.qemu_command(stage, boot="kernel", build=str(built), memory=memory, append=f"exit=debug {words}".strip(),
                                   serial=[f"file:{path}" for path in paths], extra=[*machine.DEBUG_EXIT, *clock, *extra], iommu=iommu)
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, timeout=seconds, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        status, said = done.returncode, done.stdout
    except subprocess.TimeoutExpired as late:
        status, said = f"it did not end in {seconds} s", late.output or b""
    return Ended(status, said.decode(errors="replace"), [text_of(path) for path in paths])


# ---- at the prompt ----

class NoAnswer(Exception):
    """The awaited text did not come; `heard`: the output since the last one that did."""

    def __init__(self, awaited, heard):
        super().__init__(f"{awaited!r} did not come after:\n{heard}")
        self.heard = heard


class Shell:
    """A machine whose serial line is a terminal of this process: it types a line at each prompt. `boot`: the output of the boot.
    A machine without a prompt is ended before NoAnswer is raised. The seconds are the host's, for the boot and for each line:
    against a hang, not a measure."""

    CONTROL = re.compile(r"\x1b(?:\[[0-9;?]*[A-Za-z]|[78])|\r")  # sequences that the line editor sends beside text
    UNFINISHED = re.compile(r"\x1b(?:\[[0-9;?]*)?$")

    def __init__(self, command, seconds):
        self.seconds, self._heard, self._cut = seconds, "", ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._line, theirs = os.openpty()
        modes = termios.tcgetattr(theirs)
        modes[3] &= ~termios.ECHO  # the guest echoes; all else of the terminal is for QEMU to set
        termios.tcsetattr(theirs, termios.TCSANOW, modes)
        termios.tcsetwinsize(theirs, (50, 200))
        try:
            self.process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
                                            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        finally:
            os.close(theirs)
        try:
            self.boot = self.until(PROMPT)
        except BaseException:
            self.close()
            raise

    def send(self, text):
        os.write(self._line, text.encode())

    def until(self, text):
        """The output before the text, without control sequences."""
        end = time.monotonic() + self.seconds
        while text not in self._heard:
            if not self._hear(end):
                raise NoAnswer(text, self._heard)
        before, _, self._heard = self._heard.partition(text)
        return before

    def type(self, line):
        """The output of the line, its echo left out."""
        self.send(line + "\r")
        echo, *output = self.until(PROMPT).split("\n")
        if echo != line:
            raise NoAnswer(line, echo)
        return "\n".join(output)

    def wait_for_end(self):
        """The status of the machine's process, which ends by itself."""
        end = time.monotonic() + self.seconds
        while self._hear(end):
            pass
        return self.process.wait(max(end - time.monotonic(), 1))

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self._line)

    def _hear(self, end):
        """Waits for more output; False: none came up to that moment, or none can come any more."""
        if not select.select([self._line], [], [], max(end - time.monotonic(), 0))[0]:
            return False
        try:
            data = os.read(self._line, 65536)
        except OSError:  # the terminal's other side is closed
            return False
        text = self._cut + self._decoder.decode(data)
        cut = self.UNFINISHED.search(text)
        self._cut = text[cut.start():] if cut else ""
        self._heard += self.CONTROL.sub("", text[:cut.start()] if cut else text)
        return bool(data)
