"""A table of machines (machines.toml): each boots to the prompt or prints why not, where a person would see it.

Two machines run at the same time. A machine without output is ended after a number of guest instructions, so that a slow
host fails none; the host's clock only ends a machine that the host itself holds up.
"""
import concurrent.futures
import os
import pathlib
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [os.path.join(ROOT, "tools", "grade"), os.path.join(ROOT, "tools")]
import machine as graded  # noqa: E402  (tools/grade/machine.py: makes the plugin that counts)
import run as runner  # noqa: E402
import guest_boot  # noqa: E402
import screen_text  # noqa: E402

with open(os.path.join(ROOT, "tests", "machines.toml"), "rb") as table:
    MACHINES = tomllib.load(table)["machine"]
PROMPT = runner.PROMPT
LIMITS = {"kernel": 1_500_000_000, "iso": 6_000_000_000, "stick": 6_000_000_000, "disk": 6_000_000_000,
          "uefi": 20_000_000_000, "nvme": 20_000_000_000}
BACKSTOP = 300  # seconds of the host
TEXT_SIZE = (720, 400)
TSC = re.compile(r"apic: TSC (\d+\.\d+) MHz")
BUSY_BOOTS, BUSY_LOOPS, BUSY_OFF = 12, 2, 0.02


@pytest.fixture(scope="module")
def built(copy_stage_4):
    """With archives that lack something."""
    folder = copy_stage_4(["stage-4", "iso"], ["kernel.elf", "archive.cpio", "microk.iso"])
    whole = (folder / "archive.cpio").read_bytes()
    (folder / "cut.cpio").write_bytes(whole[:len(whole) // 200])
    before, name, after = whole.rpartition(b"boot/system.conf")  # init's own text of it comes earlier
    assert name
    (folder / "noconf.cpio").write_bytes(before + b"boot/system.gone" + after)
    graded.compile_plugin(str(folder))
    entry = guest_boot.symbols(folder)["pvh_entry"]
    for name, hole in ("cut", 0), ("hole", 4096):
        subprocess.run(["gcc", "-m32", "-std=c17", "-O1", "-ffreestanding", "-fno-pie", "-fno-stack-protector", "-mgeneral-regs-only",
                        "-nostdlib", "-static", "-no-pie", "-Wl,-N,--build-id=none,--no-warn-rwx-segments,-Ttext-segment=0x94000",
                        f"-DHOLE={hole}", f'-DKERNEL_ENTRY="{entry:#x}"', "-o", f"{folder}/{name}.elf",
                        f"{ROOT}/tests/host/boot/cut_map.c"], check=True)
    return folder


def image_of(row, built, folder):
    """The image that this row boots: with another list of screen modes, if it asks for one."""
    if "mode" not in row:
        return f"{built}/microk.iso"
    image = (built / "microk.iso").read_bytes()
    found = re.search(rb'set modes="([^"]*)"', image)
    modes = row["mode"].encode().ljust(len(found[1]), b";")
    path = os.path.join(folder, "microk.iso")
    with open(path, "wb") as f:
        f.write(image[:found.start(1)] + modes + image[found.end(1):])
    return path


class Guest:
    """A running machine, and its visible outputs."""

    def __init__(self, row, built, folder):
        self.row, self.folder, self.places = row, folder, row.get("on", ["serial"])
        self.child = subprocess.Popen(self.command(built), cwd=folder, stdin=subprocess.DEVNULL,
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.monitor = None

    def command(self, built):
        row, boot = self.row, self.row.get("boot", "kernel")
        args = row["args"].split()
        command = [runner.QEMU, "-accel", "tcg", "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
                   "-monitor", "unix:monitor,server=on,wait=off",
                   "-plugin", f"{built}/limit.so,limit={LIMITS[boot]},idle=100,quiet=quiet,out=notes"]
        if "-m" not in args:
            args += ["-m", "64M"]
        if "-vga" not in args and "microvm" not in row["args"]:
            args += ["-vga", "std"]
        if "keys" in row:
            command += ["-S"]  # until the monitor answers
        command += args + ["-serial", "file:serial" if "serial" in self.places else "none"]
        if "debug" in self.places:
            command += ["-debugcon", "file:debug"]
        iso = image_of(row, built, self.folder)
        image = f"file={iso},format=raw,readonly=on,if=none,id=image"
        writable = image.replace("readonly=on", "snapshot=on")  # NVMe's driver in newer firmware gives up where it may not write
        archive = {"none": None, None: "archive"}.get(row.get("archive"), row.get("archive"))
        command += {
            "kernel": [*(["-kernel", f"{built}/{row['map']}.elf", "-device", f"loader,file={built}/kernel.elf"] if "map" in row
                         else ["-kernel", f"{built}/kernel.elf"]), "-append", "verbose",
                       *(["-initrd", f"{built}/{archive}.cpio"] if archive else [])],
            "iso": ["-cdrom", iso, "-boot", "d"],
            "stick": ["-drive", image, "-device", "qemu-xhci", "-device", "usb-storage,drive=image"],
            "disk": ["-drive", writable, "-device", "ide-hd,drive=image"],
            "uefi": ["-bios", runner.find_firmware(), "-cdrom", iso],
            "nvme": ["-bios", runner.find_firmware(), "-drive", writable, "-device", "nvme,drive=image,serial=1"],
        }[boot]
        return command

    def ask(self, command):
        """The monitor does it; its answer."""
        if not self.monitor:
            self.monitor = self.connect()
            self.answer()
        self.monitor.sendall(command.encode() + b"\n")
        return self.answer()

    def connect(self):
        """Connects to the monitor, whose socket exists a moment before QEMU listens."""
        end = time.monotonic() + BACKSTOP
        while True:
            monitor = socket.socket(socket.AF_UNIX)
            monitor.settimeout(BACKSTOP)
            try:
                monitor.connect(os.path.join(self.folder, "monitor"))
                return monitor
            except (ConnectionRefusedError, FileNotFoundError):
                monitor.close()
                if self.child.poll() is not None or time.monotonic() > end:
                    raise ConnectionError from None
                time.sleep(0.02)

    def answer(self):
        text = b""
        while not text.endswith(b"(qemu) "):
            part = self.monitor.recv(65536)
            if not part:
                raise ConnectionError
            text += part
        return text.decode(errors="replace")

    def read_screen(self):
        picture = os.path.join(self.folder, "picture")
        self.ask(f"screendump {picture}")
        with open(picture, "rb") as f:
            shown = screen_text.Picture(f.read())
        if (shown.width, shown.height) == TEXT_SIZE:
            self.ask(f'pmemsave 0xb8000 4000 "{picture}"')  # unquoted it would be divided by
            with open(picture, "rb") as f:
                return screen_text.read_memory(f.read())
        if self.row.get("screen") == "text":
            return []
        return screen_text.read_kernel(shown) + screen_text.read_console(shown, pathlib.Path(ROOT, "build/font"))

    def text(self, place):
        if place == "screen":
            return "\n".join(self.read_screen())
        return graded.read(os.path.join(self.folder, place))

    def quiet(self):
        """How often the processor was halted for a tenth of a second."""
        try:
            return os.path.getsize(os.path.join(self.folder, "quiet"))
        except OSError:
            return 0

    def wait_for(self, text, places, keys=None):
        """{place: the text there} of those where the expected text did not appear."""
        missing, end = {place: "" for place in places}, time.monotonic() + BACKSTOP
        flat = "".join(text.split())
        while missing and time.monotonic() < end:
            quiet, over = self.quiet(), self.child.poll() is not None
            for place in list(missing):
                if over and place == "screen":
                    continue
                missing[place] = self.text(place)
                if flat in "".join(missing[place].split()):  # lines may be broken anywhere
                    del missing[place]
            if over or (missing and quiet > 50 and not keys):  # five seconds of idling: it waits for input
                break
            if keys and missing and self.row.get("during", "") in self.text("screen"):
                self.ask(f"sendkey {keys}")
            time.sleep(0.05)
        return missing

    def run(self):
        """The expected texts that are missing: {place: the text there}."""
        says, monitor = self.row.get("says", PROMPT.strip()), self.row.get("monitor")
        if monitor:
            missing = self.wait_for(PROMPT.strip(), self.places[:1])
            if missing:
                return missing
            self.ask(monitor)
        if "keys" in self.row:
            self.ask("cont")
        return self.wait_for(says, self.places, self.row.get("keys"))

    def close(self):
        self.child.kill()
        said = self.child.communicate()[0].decode(errors="replace")
        if self.monitor:
            self.monitor.close()
        return said + graded.read(os.path.join(self.folder, "notes"))


def try_machine(row, built):
    """(the missing text and its place, serial line, seconds)"""
    with tempfile.TemporaryDirectory(prefix="microk-machine-") as folder:
        start, guest = time.monotonic(), Guest(row, built, folder)
        missing, said = {"machine": "it did not start"}, ""
        try:
            missing = guest.run()
        except ConnectionError:
            missing = {"machine": "QEMU ended"}
        finally:
            said = guest.close()
        if missing:
            missing["qemu"] = said
        return missing, graded.read(os.path.join(folder, "serial")), time.monotonic() - start


@pytest.fixture(scope="module")
def tried(built, request):
    """{name: the result of try_machine} of the rows that are to be tested."""
    rows = [item.callspec.params["row"] for item in request.session.items
            if hasattr(item, "callspec") and "row" in item.callspec.params]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return dict(zip((row["name"] for row in rows), pool.map(lambda row: try_machine(row, built), rows)))


def test_the_table_is_long_enough():
    assert len(MACHINES) >= 40 and len({row["name"] for row in MACHINES}) == len(MACHINES)


@pytest.mark.parametrize("row", MACHINES, ids=lambda row: row["name"])
def test_machine(row, tried):
    missing, _, seconds = tried[row["name"]]
    print(f"{seconds:.1f} s")
    assert not missing, "\n".join(f"{row.get('says', PROMPT)!r} is not to be seen on: {place}\n{text}"
                                  for place, text in missing.items())


def frequencies(logs):
    return [float(found[1]) for found in map(TSC.search, logs) if found]


def test_every_machine_knows_its_clock(tried):
    """All machines run on one host, and have its TSC."""
    known = frequencies(log for _, log, _ in tried.values())
    assert known
    middle = statistics.median(known)
    assert all(abs(mhz - middle) < middle * BUSY_OFF for mhz in known), known


def test_the_clock_is_right_on_a_busy_host(built):
    row = {"name": "busy", "args": f"-machine q35 -cpu {runner.CPU}"}
    idle = frequencies([try_machine(row, built)[1]])
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(BUSY_LOOPS)]
    try:
        busy = frequencies([try_machine(row, built)[1] for _ in range(BUSY_BOOTS)])
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()
    assert len(idle) == 1 and len(busy) == BUSY_BOOTS
    assert all(abs(mhz - idle[0]) < idle[0] * BUSY_OFF for mhz in busy), (idle, busy)
