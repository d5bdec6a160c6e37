"""One boot of a machine, and how it ended.

Limits are in guest instructions (tools/measure/limit.c), so that a slow host never fails a correct kernel; the
wall clock only ends what the host itself holds up. `-icount shift=3`: an instruction lasts 8 ns of the guest's time
and a run repeats to the instruction. (shift=0 would make the guest's 10 ms of timer calibration 10 million
instructions: 1.4 s a boot where shift=3 takes 0.4 s.)

tools/guest.py, by which tests and tools boot and type, does not serve here: a learner's machine runs confined (`sandbox`), its output
may be endless (`MOST`), and each wait for its prompt ends by guest instructions or by the plugin's sign of idleness.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field

import bounded
import symbols
from build import explain
from sandbox import unconfined

TOOLS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, TOOLS)
from measure import plugins  # noqa: E402
import run as runner  # noqa: E402  tools/run.py: the machine that is used is the machine that is graded

ICOUNT = ("-icount", "shift=3,sleep=off")
# A disk answers by the host's clock. A guest whose own went on at once while it waits would see each time limit pass.
ICOUNT_DISK = ("-icount", "shift=3,sleep=on")
DISK_BYTES = 16 << 20
IDLE_DISK_MS = 5000
LIMIT = 60_000_000    # instructions; a boot is 10 to 16 million, most of them the firmware's
TRIAL = 100_000       # instructions of the firmware, to try the emulator
IDLE_MS = 400         # of the host's time: a halted guest's next timer fires at once (sleep=off)
QUIET = 5             # stretches of IDLE_MS without a sign of life after which no answer will come any more
BACKSTOP = 40.0       # seconds of the host; a boot takes 0.4 to 1.5, so this is 20 times the reference and more
COMPUTED = f"it computed for {BACKSTOP:.0f} s of the host's time"
PANIC, NOTHING_LEFT = 0x7f, 0x10
STATUS_LIMIT, STATUS_IDLE = 124, 126
OVERDONE = "overdone"  # in the place of a status: ended by a limit of its own, and not because the host was busy
MOST = 1 << 20        # bytes kept of a machine's output


@dataclass
class Outcome:
    """How a machine ended. `kind`: exit (by the debug-exit device, with `code`), off (switched off), idle (every
    task waits), panic, triple, hang (the instruction limit), halted (interrupts off), stalled (the host), nostart."""
    kind: str
    code: int | None = None
    console: str = ""
    report: str = ""
    instructions: int = 0
    words: str = ""                             # one line for people
    detail: list[str] = field(default_factory=list)


def compile_plugin(folder):
    """The plugin, made when it is first needed. Returns its path."""
    try:
        return plugins.compile_plugin("limit", folder)
    except plugins.CannotCompile as error:
        raise explain(str(error)) from error


def read(path):
    try:
        # The machine's own folder: a link in it is not followed.
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as f:
            return f.read(MOST).decode("utf-8", "replace").replace("\r\n", "\n")
    except OSError:
        return ""


def started(run):
    """(Outcome, ...) of a machine's run. An emulator that ended without the plugin's report is started once more: no kernel ends it so,
    and an act of the host (a signal from outside, no memory for a moment) must not cost points. A kernel that found a way would gain
    time alone: the second machine begins with the same files, and with none that the first has written."""
    got = run()
    return run() if got[0].kind == "nostart" else got


def notes_of(path):
    """The plugin's report: {word: rest of the line}."""
    return dict((line.split(" ", 1) + [""])[:2] for line in read(path).splitlines())


class Machine:
    """Runs built kernels; one object serves many boots, also at the same time."""

    def __init__(self, stage, build, plugin, sandbox=unconfined):
        self.stage, self.build, self.plugin, self.sandbox = stage, build, plugin, sandbox
        kernel = os.path.join(build, "kernel.elf")
        self.names = symbols.Symbols(kernel, lambda command: sandbox(command, read=[kernel]))

    def command(self, folder, archive, append, serial, *, limit=LIMIT, idle=IDLE_MS, memory="64M", typed=False, disk=None):
        plugin = f"{self.plugin.replace(',', ',,')},limit={limit},idle={idle},out={runner.spelled(folder)}/notes"
        if typed:
            plugin += f",quiet={runner.spelled(folder)}/quiet"
        command = runner.qemu_command(
            self.stage, boot="kernel", memory=memory, append=append, build=self.build, serial=serial, disk=disk,
            extra=[*runner.DEBUG_EXIT, "-no-reboot", *(ICOUNT_DISK if disk else ICOUNT), "-plugin", plugin, "-d", "cpu_reset", "-D", f"{folder}/resets"],
            # The kernel's test programs find memory by its physical address, which no program gets where a unit translates.
            iommu="root=boot/t_" not in append)
        if archive:
            command[command.index("-initrd") + 1] = archive
        else:
            for option in {"-kernel", "-initrd", "-append"} & set(command):
                at = command.index(option)
                del command[at:at + 2]
        # The disk is the grader's copy, and its user inside of the sandbox writes to it.
        return self.sandbox(command, read=[self.plugin, *([self.build, archive] if archive else [])], write=[folder, *([disk] if disk else [])])

    def fails(self):
        """Why the emulator itself does not run here, or "": without a kernel it runs its firmware up to a limit."""
        with tempfile.TemporaryDirectory(prefix="microk-grade-") as folder:
            command = self.command(folder, None, "", (f"file:{folder}/console", f"file:{folder}/report"), limit=TRIAL)
            try:
                status, out, err = bounded.run(command, timeout=BACKSTOP)
            except (OSError, subprocess.TimeoutExpired) as error:
                return f"the emulator does not run here: {error}"
            if "why" in notes_of(f"{folder}/notes"):
                return ""
            return "the emulator does not run here: " + ((err + out).strip().splitlines() or [f"it ended with status {status}"])[-1]

    def boot(self, archive, append, *, limit=LIMIT, idle=IDLE_MS, disk=None):
        """The Outcome. `disk`: an image. The machine gets a copy of it."""
        return started(lambda: (self.boot_once(archive, append, limit, idle, disk),))[0]

    def boot_once(self, archive, append, limit, idle, disk):
        with tempfile.TemporaryDirectory(prefix="microk-grade-") as folder:
            if disk:
                disk = shutil.copyfile(disk, f"{folder}/disk.img")
                idle = IDLE_DISK_MS
            command = self.command(folder, archive, append, (f"file:{folder}/console", f"file:{folder}/report"),
                                   limit=limit, idle=idle, disk=disk)
            try:
                status, out, err = bounded.run(command, timeout=BACKSTOP)
                said = out + err
            except bounded.UsedUp as error:
                status, said = OVERDONE, str(error)
            except bounded.TooLate as late:
                status, said = OVERDONE if late.busy else None, COMPUTED
            except OSError as error:
                status, said = -1, f"{command[0]}: {error.strerror}"
            return self.judge(folder, status, said)

    def converse(self, archive, append, prompt, lines, *, limit=LIMIT):
        """Types the lines at the console, each at its prompt. Returns (Outcome, what came up to each prompt, in order:
        first the boot, then each line's answer)."""
        return started(lambda: self.converse_once(archive, append, prompt, lines, limit))

    def converse_once(self, archive, append, prompt, lines, limit):
        with tempfile.TemporaryDirectory(prefix="microk-grade-") as folder:
            command = self.command(folder, archive, append, ("stdio", f"file:{folder}/report"), limit=limit, typed=True)
            talk = Conversation(command, folder, prompt)
            answers = []
            try:
                for line in [None, *lines]:
                    if line is not None:
                        talk.type(line)
                    answers.append(talk.until_prompt())
                    if talk.over:
                        break
            finally:
                status = talk.end()
            said = COMPUTED if status == OVERDONE else talk.all + read(f"{folder}/errors")
            out = self.judge(folder, status, said, console=talk.all)
            if talk.over == "quiet":
                out.kind, out.words, out.detail = "idle", "the machine waits, and its prompt did not come", []
                self.judge_panic(out) if "KERNEL PANIC:" in out.console else None
            return out, answers

    def judge(self, folder, status, said, console=None):
        """The Outcome of a QEMU that ended with this status (None: it was ended by the backstop)."""
        notes = notes_of(f"{folder}/notes")
        out = Outcome("exit", console=read(f"{folder}/console") if console is None else console,
                      report=read(f"{folder}/report"), instructions=int(notes.get("instructions") or 0))
        recent = [int(a, 16) for a in notes.get("recent", "").split()]
        if status == OVERDONE:
            out.kind = "hang"
            out.words = f"the machine was ended before it had used up its instructions: {said}"
        elif status is None:
            out.kind = "stalled"
            out.words = (f"the host held the machine up: it was ended after {BACKSTOP:.0f} s of the host's time, "
                         "before it had used up its instructions. Run it again when the host is less busy")
        elif "why" not in notes or not out.instructions:
            # Without an instruction no guest ended it: QEMU's own status of a failure, 1, is also that of a guest's 0.
            out.kind = "nostart"
            out.words = "the machine did not start: " + (said.strip().splitlines() or [f"QEMU ended with {status}"])[-1]
        elif status == STATUS_LIMIT:
            out.kind = "hang"
            out.words = f"the machine was still running after {out.instructions:,} instructions"
            out.detail = ["it was last in"] + self.names.places(recent)
        elif status == STATUS_IDLE and notes["why"] == "asleep":
            out.kind = "halted"
            out.words = "the machine was put to sleep, or stopped: it runs no more instructions"
            out.detail = ["it was last in"] + self.names.places(recent)
        elif status == STATUS_IDLE and notes.get("interrupts") == "off":
            out.kind = "halted"
            out.words = "the processor halted with interrupts off: nothing can wake it"
            out.detail = ["it was last in"] + self.names.places(recent)
        elif status == STATUS_IDLE:
            out.kind = "idle"
            out.words = "the machine idles: every task waits for something that never comes"
        elif status == 0:
            out.kind = "off"
            out.words = "the machine was switched off"
            if "Triple fault" in read(f"{folder}/resets"):
                out.kind = "triple"
                out.words = ("triple fault: the processor met an exception while it could not even report one, "
                             "and reset itself")
                out.detail = ["it was last in"] + self.names.places(recent)
        elif (code := runner.exit_value(status)) is not None:
            out.code = code
            out.words = f"the machine ended with code {out.code}"
            if out.code == NOTHING_LEFT:
                out.kind = "idle"
                out.words = "the machine idles: every task waits for something that never comes"
        else:
            out.kind = "nostart"
            out.words = f"QEMU ended with {status}: " + (said.strip().splitlines() or ["no message"])[-1]
        if out.code == PANIC or (out.kind in ("halted", "idle", "hang") and "KERNEL PANIC:" in out.console):
            self.judge_panic(out)
        return out

    def judge_panic(self, out):
        out.kind = "panic"
        text = out.console[out.console.rfind("KERNEL PANIC:"):]
        out.words = "the kernel panicked: " + text.splitlines()[0][len("KERNEL PANIC: "):] if text else \
            "the machine ended with a panic's code, but there is no panic on the console"
        addresses = [int(a, 16) for a in re.findall(r"^  at (?:0x)?([0-9a-f]+)$", text, re.M)]
        # All but the first of an exception are return addresses, so the call lies just before them.
        exact = 1 if "(vector " in text else 0
        out.detail = self.names.backtrace(addresses, exact)
        out.detail += [line for line in text.splitlines() if line.startswith("while the kernel worked")]


class Conversation:
    """A machine whose serial line is a terminal of this process. Only the backstop ends a wait by the host's clock.
    Otherwise, a machine that computes is waited for until its instructions are used up, and a machine that stays halted
    counts as one that will not answer."""
    ANSI = re.compile(r"\x1b(?:\[[0-9;?]*[A-Za-z]|[78])")

    def __init__(self, command, folder, prompt):
        import pexpect  # only typing needs it
        self.pexpect, self.prompt, self.folder = pexpect, prompt, folder
        self.all, self.over, self.busy = "", "", False
        self.end_at = time.monotonic() + BACKSTOP
        self.child = bounded.GROUPS.begin(lambda: pexpect.spawn(
            command[0], command[1:], timeout=None, encoding="utf-8", codec_errors="replace", echo=False, dimensions=(50, 200),
            preexec_fn=self._keep_errors_apart))
        self.child.delaybeforesend = None

    def _keep_errors_apart(self):
        """In the child: QEMU's own warnings are not the guest's output."""
        os.dup2(os.open(f"{self.folder}/errors", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), 2)

    def type(self, line):
        self.child.send(line + "\r")

    def quiet(self):
        try:
            return os.path.getsize(f"{self.folder}/quiet")
        except OSError:
            return 0

    def until_prompt(self):
        text, start = "", self.quiet()
        while True:
            which = self.child.expect_exact([self.prompt, self.pexpect.EOF, self.pexpect.TIMEOUT], timeout=0.1)
            if which < 2:
                text = self.child.before or ""
                self.over = "" if which == 0 else "end"
                break
            if self.quiet() - start >= QUIET:
                text, self.over = self.child.before or "", "quiet"
                break
            if time.monotonic() > self.end_at:
                text, self.over = self.child.before or "", "backstop"
                self.busy = bounded.used(self.child.pid)[1] > BACKSTOP / 2
                break
        text = self.ANSI.sub("", text).replace("\r\n", "\n").replace("\r", "")
        self.all += text + (self.prompt if not self.over else "")
        return text

    def end(self):
        """QEMU's status; None if it was ended here because of the clock, or OVERDONE if it had computed for most of the time."""
        bounded.GROUPS.over(self.child.pid)
        if self.over != "end":
            self.child.terminate(force=True)
            self.child.wait() if self.child.isalive() else None
            return OVERDONE if self.busy else None
        self.child.wait()
        return self.child.exitstatus if self.child.exitstatus is not None else -1
