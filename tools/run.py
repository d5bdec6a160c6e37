#!/usr/bin/python3
"""Runs a stage in QEMU; and the one place that describes MicroK's machine.

`qemu_command` makes the command line for all of these: this script, the web page, the graders and the
benchmarks. So the graded machine is the one that people use.

The processor is a named model with the protections MicroK uses added one by one, not `-cpu max`:
`max` is whatever the installed QEMU can emulate, so the guest would differ from host to host.
Always TCG, never KVM: it is there on every machine, and with -icount it repeats to the instruction.
"""
import os
import sys

import ending

ending.loading("run", __name__)

import argparse  # noqa: E402
import contextlib  # noqa: E402
import fcntl  # noqa: E402
import functools  # noqa: E402
import itertools  # noqa: E402
import select  # noqa: E402
import shutil  # noqa: E402
import signal  # noqa: E402
import subprocess  # noqa: E402
import threading  # noqa: E402
import time  # noqa: E402

import disk  # noqa: E402
import second_terminal  # noqa: E402
import symbolise  # noqa: E402
import values  # noqa: E402
from values import BOOTS  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
QEMU = "qemu-system-x86_64"
CPU = "qemu64,+smep,+smap,+umip,+fsgsbase,+pdpe1gb,+rdrand"
# Not its eim=on: that is for x2APIC, which TCG's processors do not have.
IOMMU = ("-device", "intel-iommu,intremap=on")
# A disk behind that unit, and without the older interface, which reaches memory past it.
DISK = "virtio-blk-pci,disable-legacy=on,iommu_platform=on"
DISK_FROM = 3  # the stage with a driver for it
# The host's random numbers, likewise. Not for tests and graders, whose machines repeat to the instruction.
RNG = ("-object", "rng-builtin,id=rng", "-device", "virtio-rng-pci,rng=rng,disable-legacy=on,iommu_platform=on")
RNG_FROM = 3
TETHER = os.path.join(ROOT, "web", "tether.py")
# Where Debian, Arch and Fedora put the UEFI firmware for QEMU.
UEFI = ("/usr/share/ovmf/OVMF.fd", "/usr/share/edk2/x64/OVMF.4m.fd", "/usr/share/edk2/ovmf/OVMF_CODE.fd")
PROMPT = "MicroK> "  # the shell's (user/shell/main.c)


def build_folder(stage):
    return os.path.join(ROOT, "build", f"stage-{stage}")


def find_firmware(places=UEFI):
    """The first of the places that exists; if none does, the first one, which QEMU then reports as missing."""
    return next(filter(os.path.exists, places), places[0])


@functools.cache
def own_disk(folder):
    """The first disk of the folder that no other process has: disk.img, disk-2.img, …. It stays this process's until that ends."""
    os.makedirs(folder, exist_ok=True)
    for number in itertools.count(1):
        path = os.path.join(folder, f"disk-{number}.img" if number > 1 else "disk.img")
        lock = os.open(path + ".lock", os.O_WRONLY | os.O_CREAT | os.O_NONBLOCK, 0o666)  # and no wait for a pipe's reader
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return path
        except BlockingIOError:
            os.close(lock)


def disk_image(stage, folder=os.path.join(ROOT, "build"), build=None):
    """The disk of the stages that have one, which keeps its content between runs; made (disk.py) if there is none, with the programs that
    the stage as built has for it. Two machines at once have two, because QEMU gives an image to one only. None: the stage has no driver for it."""
    if stage < DISK_FROM:
        return None
    path = own_disk(folder)
    if not os.path.exists(path):
        programs = os.path.join(build or build_folder(stage), "disk.list")
        disk.make(path, add=disk.listed(programs) if os.path.exists(programs) else None)
    return path


def disk_options(path, device=DISK, drive=""):
    """QEMU's options for the image as a disk; `drive` has further ones of -drive."""
    return ["-drive", f"file={spelled(path)},if=none,id=disk,format=raw{drive}", "-device", f"{device},drive=disk"]


def qemu_command(stage, *, boot="iso", memory="64M", display=None, serial=("terminal",),
                 append="", extra=(), build=None, iommu=True, disk=None, rng=False):
    """The arguments (argv[0] included) that start QEMU on a built stage.

    boot     "iso": GRUB from the image by BIOS; "uefi": the same image by OVMF; "kernel": QEMU loads
             kernel and boot archive itself, without GRUB, a framebuffer or their half second.
    memory   as QEMU's -m.
    display None: an invisible screen; otherwise QEMU's own -display words, such as "gtk" for a
             window or "vnc=unix:PATH".
    serial   what each serial line in turn is joined to: "terminal" (this one, with QEMU's monitor on Ctrl-A; Ctrl-C is the guest's), or any of QEMU's own -serial words.
    append   kernel command line; only boot="kernel" has one.
    extra    further QEMU arguments, e.g. DEBUG_EXIT.
    build    folder of the built stage, build/stage-N otherwise.
    disk     an image that is its disk, or None.
    rng      whether it has a device of random numbers.
    iommu    whether the machine has a unit that translates its devices' addresses and remaps their interrupts.
    """
    if boot not in BOOTS:
        raise ValueError(f"boot={boot!r}: one of {', '.join(BOOTS)}")
    if append and boot != "kernel":
        raise ValueError("only boot='kernel' can pass a command line")
    build = build or build_folder(stage)
    command = [QEMU, "-name", f"MicroK stage {stage}", "-nodefaults", "-no-user-config",
               "-machine", "q35", "-accel", "tcg", "-cpu", CPU, "-m", memory, "-vga", "std"]
    if iommu:
        command += IOMMU
    if disk:
        command += disk_options(disk)
    if rng:
        command += RNG
    if boot == "kernel":
        command += ["-kernel", os.path.join(build, "kernel.elf"),
                    "-initrd", os.path.join(build, "archive.cpio")]
        if append:
            command += ["-append", append]
    else:
        command += ["-cdrom", os.path.join(build, "microk.iso"), "-boot", "d"]
        if boot == "uefi":
            command += ["-bios", find_firmware()]
    command += ["-display", display or "none"]
    if "terminal" in serial:
        command += ["-chardev", "stdio,id=terminal,mux=on,signal=off",
                    "-mon", "chardev=terminal,mode=readline"]
    for line in serial:
        command += ["-serial", "chardev:terminal" if line == "terminal" else line]
    return command + list(extra)


# A guest that writes V to port 0xf4 ends QEMU with status 2 * V + 1. For tests only: to a person
# a panic must stay on the screen.
DEBUG_EXIT = ("-device", "isa-debug-exit,iobase=0xf4,iosize=0x04")


def exit_status(value):
    """QEMU's status after a guest wrote `value` to that port."""
    return 2 * value + 1


def exit_value(status):
    """The value that a guest wrote to that port, by QEMU's status; None: it did not end QEMU."""
    return status >> 1 if status > 0 and status % 2 == 1 else None


def spelled(path):
    """A path as the value of one of QEMU's options, among which a comma would begin the next."""
    return str(path).replace(",", ",,")


def fail(text):
    print(f"run: {text}", file=sys.stderr)
    sys.exit(1)


def check_built(stage, boot, build):
    names = ["kernel.elf", "archive.cpio"] if boot == "kernel" else ["microk.iso"]
    for name in names:
        if not os.path.exists(os.path.join(build, name)):
            fail(f"stage {stage} has no {name} yet; make stage-{stage} {'' if boot == 'kernel' else 'iso'}")
    if not shutil.which(QEMU):
        fail(f"{QEMU} is missing; tools/setup.sh run installs it")


START_SECONDS = 120  # QEMU needs a tenth of a second, and many on a busy host


def await_socket(machine, path):
    """Returns when QEMU has made the socket; ends this program if QEMU has ended, or hangs."""
    end = time.monotonic() + START_SECONDS
    while not os.path.exists(path):
        if machine.poll() is not None:
            fail("QEMU did not start (its message is above)")
        if time.monotonic() > end:
            fail(f"QEMU runs, but has not made its socket for gdb in {START_SECONDS} s; "
                 "the host may be too busy for it: end what else runs, and try again")
        time.sleep(0.05)


def run_gdb(command, stage, build, program=None, script=()):
    """QEMU in the background, stopped at its first instruction; gdb in front, on the kernel, and on a program
    where one is named. `script`: gdb commands to run in its batch mode, instead of a person's."""
    if not shutil.which("gdb"):
        fail("gdb is missing; tools/setup.sh gdb installs it")
    with second_terminal.socket_folder() as folder, second_terminal.offered(folder, build) as line:
        port = os.path.join(folder, "gdb")
        command += ["-S", "-chardev", f"socket,id=gdb,path={spelled(port)},server=on,wait=off",
                    "-gdb", "chardev:gdb", *line]
        # A session of its own: Ctrl-C in gdb must stop the guest, not end QEMU. It is also tied to this process, so that
        # closing the terminal does not leave it running.
        machine = subprocess.Popen([sys.executable, "-I", "-S", TETHER, str(os.getpid()), *command],
                                   stdin=subprocess.DEVNULL, start_new_session=True)
        # Ctrl-C is for gdb, and stops the guest. (This is a handler because gdb would inherit "ignore".)
        signal.signal(signal.SIGINT, lambda *_: None)
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda which, _: sys.exit(128 + which))
        print("'continue' starts the kernel, 'quit' ends gdb and the machine.")
        try:
            await_socket(machine, port)
            if not script:
                second_terminal.announce(stage, build)
            # Sources are named from the root of the tree, generated ones as if all builds lay in build/.
            words = [f'directory "{ROOT}"', f'set substitute-path build/gen "{os.path.abspath(build)}/gen"',
                     f"target remote {port}", *([f"microk-program {program}"] if program else []), *script]
            return subprocess.call(["gdb", "-q", *(["-nx"] if script else []), os.path.join(build, "kernel.elf"),
                                    # QEMU may take long to answer on a busy host; gdb's own limit is 2 s.
                                    "-iex", "set confirm off", "-iex", "set remotetimeout 300", "-x", os.path.join(ROOT, "tools/gdb/microk.py"),
                                    *(["-batch"] if script else []), *(w for word in words for w in ("-ex", word))])
        finally:
            machine.kill()
            machine.wait()


def write_all(fd, data):
    """QEMU makes the terminal it reads from non-blocking, and that is ours too."""
    while data:
        try:
            data = data[os.write(fd, data):]
        except BlockingIOError:
            select.select([], [fd], [])


class PipedInput:
    """Input that is piped into this script, for the guest, once it listens. Earlier input is lost: a serial line keeps no
    more than 16 bytes, and drops them when a driver sets it up. The shell's prompt shows that it listens; for a guest
    without a prompt, input is sent after a silence."""

    SILENCE_SECONDS = 5

    def __init__(self, pipe):
        self.pipe, self.end, self.heard = pipe, b"", time.monotonic()
        self.prompted = threading.Event()
        threading.Thread(target=self.copy, daemon=True).start()

    def listen(self, data):
        """The guest's output so far."""
        self.heard = time.monotonic()
        self.end = (self.end + data)[-4096:]
        if PROMPT.encode() in self.end:
            self.prompted.set()

    def copy(self):
        while not self.prompted.wait(0.1) and time.monotonic() - self.heard < self.SILENCE_SECONDS:
            pass
        with contextlib.suppress(OSError), self.pipe:  # the machine is gone
            while data := os.read(0, 4096):
                write_all(self.pipe.fileno(), data)


class SizeQuestions:
    """Takes the console's questions for the terminal's size (drivers/console/remote.c) out of the guest's output.
    Where input is piped in, nothing can answer them: a terminal that shows the output would type its answer to
    the next program that reads from it."""

    QUESTION = b"\x1b7\x1b[999;999H\x1b[6n\x1b8"

    def __init__(self):
        self.held = b""

    def feed(self, data):
        data = (self.held + data).replace(self.QUESTION, b"")
        start = data.rfind(b"\x1b7")  # the only place where an unfinished one can begin, except for a last byte
        if start < 0 or not self.QUESTION.startswith(data[start:]):
            start = len(data) - data.endswith(b"\x1b")
        self.held = data[start:]
        return data[:start]


def run_named(command, build):
    """QEMU, on this terminal, and its output with the addresses in it named (tools/symbolise.py)."""
    # QEMU sets the terminal by its standard input, which stays this one; only its output passes through here.
    piped = not os.isatty(0)
    machine = subprocess.Popen(command, stdin=subprocess.PIPE if piped else None, stdout=subprocess.PIPE, bufsize=0)
    listener = PipedInput(machine.stdin) if piped else None
    questions = SizeQuestions() if piped else None
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: machine.terminate())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # on a terminal that is not raw QEMU gets the signal itself
    annotator = symbolise.Annotator(build)
    try:
        while data := os.read(machine.stdout.fileno(), 65536):
            if listener:
                listener.listen(data)
                data = questions.feed(data)
            write_all(sys.stdout.fileno(), annotator.feed(data))
        if questions:
            write_all(sys.stdout.fileno(), questions.held)
    except BrokenPipeError:
        machine.terminate()
    return machine.wait()


def main():
    parser = argparse.ArgumentParser(description="Run a built stage of MicroK in QEMU.")
    parser.add_argument("--stage", type=int, required=True)
    parser.add_argument("--build", help="folder of the built stage (build/stage-N)")
    parser.add_argument("--boot", choices=BOOTS, default="iso")
    parser.add_argument("--memory", default="64M", help="as QEMU's -m (64M)")
    parser.add_argument("--append", default="", help="kernel command line, with --boot kernel")
    parser.add_argument("--gdb", action="store_true", help="debug the kernel with gdb")
    parser.add_argument("--program", help="with --gdb: the program to load symbols of, beside the kernel's")
    parser.add_argument("--script", action="append", default=[], metavar="COMMAND",
                        help="with --gdb: run this gdb command (several: in order), then end")
    parser.add_argument("--terminal", action="store_true", help="be the terminal of the machine that --gdb debugs")
    parser.add_argument("--print", action="store_true", dest="show", help="print the command, run nothing")
    options = parser.parse_args()
    build = options.build or build_folder(options.stage)
    try:
        values.memory(options.memory)
    except values.Wrong as wrong:
        fail(f"memory {options.memory}: {wrong}")
    if options.append and options.boot != "kernel":
        fail("a command line (APPEND) needs BOOT=kernel: GRUB's is fixed in the image")
    if options.terminal:
        sys.exit(second_terminal.run(build))
    serial = ["chardev:serial"] if options.gdb else ["terminal"]
    command = qemu_command(options.stage, boot=options.boot, memory=options.memory,
                           display="gtk" if os.environ.get("DISPLAY_WINDOW") == "1" else None,
                           serial=serial, append=options.append, build=build, disk=disk_image(options.stage, build=build),
                           rng=options.stage >= RNG_FROM)
    if options.show:
        print(" ".join(command))
        return
    check_built(options.stage, options.boot, build)
    if options.gdb:
        if options.program and not os.path.exists(os.path.join(build, "bin", options.program)):
            fail(f"there is no program {options.program!r}; stage {options.stage} has: "
                 + ", ".join(sorted(os.listdir(os.path.join(build, "bin")))))
        sys.exit(run_gdb(command, options.stage, build, options.program, options.script))
    print(f"MicroK stage {options.stage}: Ctrl-C goes to the guest, Ctrl-A X ends QEMU.", flush=True)
    sys.exit(run_named(command, build))


if __name__ == "__main__":
    ending.run("run", main)
