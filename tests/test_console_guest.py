"""The console in the machine: a long text, a paste, and another keyboard layout."""
import os
import re
import socket
import subprocess
import sys
import threading
import time

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tools"))
import guest  # noqa: E402
from guest import machine  # noqa: E402

SECONDS = 400  # of the host, against a hang
LINES, LINE = 2000, "echo {0:05} " + "x" * 39  # 100,000 characters with their ends
MIB_INSTRUCTIONS = 1_000_000_000  # a second of TCG on a slow host
# Debian has e2fsprogs there, and the PATH of a user who is not root lacks it.
os.environ["PATH"] += ":/usr/sbin:/sbin"


@pytest.fixture(scope="module")
def built(copy_stage_4):
    return copy_stage_4(["stage-4", "iso"], ["kernel.elf", "archive.cpio", "microk.iso"])


@pytest.fixture
def start(built, tmp_path):
    """Starts a machine with a screen and a disk whose file /text has 1 MiB of lines."""
    running = []

    def boot(*extra):
        image, text = str(tmp_path / "disk.img"), tmp_path / "text"
        machine.disk.make(image, 4)
        text.write_text("".join(f"{i:07} {'the quick brown fox jumps over the lazy dog'[:20 + i % 24]}\n" for i in range(40000))[:1 << 20])
        subprocess.run(["debugfs", "-w", "-R", f"write {text} /text", image], capture_output=True, check=True)
        command = machine.qemu_command(4, build=str(built), disk=image, serial=["stdio"],
                                       extra=["-monitor", f"unix:{tmp_path}/monitor,server=on,wait=off", *extra])
        running.append(guest.Shell(command, SECONDS))
        return running[-1]

    yield boot
    for shell in running:
        shell.close()


def output_of(shell, *lines):
    """The output of these lines, their echo and the prompts among it: the prompt is drawn again whenever several keys come at once."""
    mark = f"mark {time.monotonic_ns()}"
    shell.send("".join(line + "\r" for line in (*lines, f"echo {mark}")))
    return shell.until(f"\n{mark}\n")


def tenths(shell):
    """Tenths of a second since the boot."""
    minutes, seconds = re.search(r"up (?:(\d+) min )?(\d+\.\d) s", output_of(shell, "uptime")).groups()
    return int(minutes or 0) * 600 + round(float(seconds) * 10)


def test_a_long_text_is_shown_fast(start):
    """To the screen, with the copy on the serial line. The guest's clock counts instructions: a tenth of a second is 100 million."""
    shell = start(*guest.BY_INSTRUCTIONS)
    output_of(shell, "cat /text")  # it is in the cache from here on
    before = tenths(shell)
    output_of(shell, "cat /text /text")
    instructions = (tenths(shell) - before) * 100_000_000 // 2
    print(f"1 MiB of text: {instructions} instructions")
    assert instructions <= MIB_INSTRUCTIONS


def test_a_paste_of_many_lines_loses_none(start):
    """100,000 characters at once, into the serial line. The shell runs each line meanwhile, so the reader is slower than the line."""
    shell = start()
    text = "".join(LINE.format(i) + "\r" for i in range(LINES)) + "echo the end\r"
    assert len(text) > 100_000
    paste = threading.Thread(target=shell.send, args=(text,), daemon=True)
    paste.start()
    output = shell.until("\nthe end\n")
    paste.join(SECONDS)
    shown = [line for line in output.split("\n") if re.fullmatch(r"\d{5} x+", line)]
    assert shown == [f"{i:05} " + "x" * 39 for i in range(LINES)] and "dropped" not in output and "lost" not in output


def monitor(path, commands):
    """QEMU's monitor does these."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(SECONDS)
        connection.connect(str(path))
        for command in ("", *commands):
            connection.sendall(command.encode() + b"\n" if command else b"")
            text = b""
            while not text.endswith(b"(qemu) "):
                text += connection.recv(65536)
            time.sleep(0.2 if command else 0)  # sendkey releases the key a tenth of a second later


def test_keys_are_those_of_the_layout(start, tmp_path):
    """A German keyboard: z and y, an umlaut, a dead key and AltGr. The line that is edited is the same on both terminals."""
    shell = start()
    assert re.search(r"^\* us +US English$", output_of(shell, "loadkeys"), re.M)
    after = output_of(shell, "loadkeys de", "loadkeys xx", "loadkeys")
    assert re.search(r"^\* de +German$", after, re.M) and "no such layout" in after
    keys = ["e", "c", "h", "o", "spc", "y", "z", "bracket_left", "equal", "e", "alt_r-q", "ret"]
    monitor(tmp_path / "monitor", [f"sendkey {key}" for key in keys])
    assert shell.until("\nzy\u00fc\u00e9@\n").endswith("zy\u00fc\u00e9@")
