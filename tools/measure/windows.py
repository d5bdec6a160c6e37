"""The guest's windows: boots tests/bench, and reads both counters' figures of each row.

An empty window shows each counter's own constant, which is taken off the other rows.
"""
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import run as machine  # noqa: E402  (the one place that knows the machine)
from guest import ALL_PASSED, copy_built, run_to_end, text_of  # noqa: E402
from measure import plugins  # noqa: E402
from measure.rows import EXTREMES, FAULTS, ROWS  # noqa: E402

KERNEL_HALF = 0xffff800000000000  # kernel/x86/layout.h: PHYS_MAP, the lowest kernel address


class Failed(Exception):
    """A failure, as a sentence for a person."""


def compile_plugin(folder):
    try:
        return plugins.compile_plugin("markcount", folder)
    except plugins.CannotCompile as error:
        raise Failed(f"tools/measure/markcount.c does not compile:\n{error}") from error


def symbols_of(elf):
    """[(address, name)] of the kernel's functions, by address; without the suffixes that the compiler adds to a name (.cold,
    .lto_priv.0)."""
    text = subprocess.run(["nm", "-n", elf], text=True, check=True, stdout=subprocess.PIPE).stdout
    rows = (line.split() for line in text.splitlines())
    return [(int(r[0], 16), r[2].split(".")[0]) for r in rows if len(r) == 3 and r[1] in "tT"]


def symbol_at(symbols, address):
    name = f"{address:#x}"
    for start, text in symbols:
        if start > address:
            break
        name = text
    return name


def boot_guest(build, folder, *, words, timeout=600, **more):
    """Boots tests/bench; returns its report. `words`: more of the kernel's command line; `more`: see run_to_end."""
    copy_built(os.path.join(machine.ROOT, build), folder)
    status, said, (console, text) = run_to_end(0, folder, folder, f"root=boot/bench {words}", seconds=timeout, iommu=True, **more)
    if status != ALL_PASSED or "DONE 0 failed" not in text:
        lines = (console + text).splitlines()
        last = "\n".join([line for line in lines[:-15] if line.startswith("FAIL")] + lines[-15:])
        raise Failed(f"the benchmark did not run to its end (QEMU's status: {status}). {said}\n"
                     f"The end of the machine's output:\n{last}")
    return text


def parse_guest(text):
    """{name: (mark, rounds, [minimum, median, maximum])} and the words of the BOOT line."""
    rows, boot = {}, None
    for line in text.splitlines():
        words = line.split()
        if words[:1] == ["ROW"]:
            rows[words[2]] = (int(words[1]), int(words[3]), [int(w) for w in words[4:7]])
        elif words[:1] == ["BOOT"]:
            boot = [int(w) for w in words[1:3]]
    return rows, boot


def parse_plugin(text):
    """{mark: {counter: [minimum, median, maximum]}}, instructions of the boot, [(length, inside, mark)]."""
    windows, boot, masked = {}, None, []
    for line in text.splitlines():
        what, *words = line.split()
        if what == "window":
            windows.setdefault(int(words[0]), {})[words[1]] = [int(w) for w in words[2:5]]
        elif what == "boot":
            boot = int(words[0])
        elif what == "masked":
            masked.append((int(words[0]), int(words[1], 16), int(words[2])))
    return windows, boot, masked


def measure_windows(build, plugin, rounds, warm, size):
    """Both counters' figures of every row, the boot's instructions and the longest masked stretches."""
    symbols = symbols_of(os.path.join(machine.ROOT, build, "kernel.elf"))
    addresses = {name: address for address, name in symbols}
    entry, point = addresses["pvh_entry"], addresses.get("preempt_look", 0)
    with tempfile.TemporaryDirectory(prefix="microk-bench-") as folder:
        out = os.path.join(folder, "counted")
        words = f"out={machine.spelled(out)},kernel={KERNEL_HALF:#x},entry={entry:#x},point={point:#x},warm={warm},lines=on"
        text = boot_guest(build, folder, words=f"rounds={rounds} warm={warm} size={size}",
                          extra=["-no-reboot", "-plugin", f"{plugin},{words}"])
        guest, _ = parse_guest(text)
        windows, boot, masked = parse_plugin(text_of(out))
    rows = merge(guest, windows)
    names = {mark: name for name, (mark, _, _) in guest.items()}
    stretches = {}
    for length, inside, mark in sorted(masked, reverse=True):
        stretches.setdefault(symbol_at(symbols, inside), (length, names.get(mark, "start")))
    return rows, boot, [{"instructions": n, "symbol": s, "at_or_after": r} for s, (n, r) in stretches.items()]


def merge(guest, windows):
    empty_mark, _, empty_tsc = guest["empty"]
    empty = windows[empty_mark]
    rows = {}
    for name, (mark, rounds, tsc) in guest.items():
        if name == "empty":
            continue
        if mark not in windows:
            raise Failed(f"the plugin saw no window of {name} (mark {mark})")
        # The window's own instructions are the same each time: their median is taken off.
        counters = {c: [v - empty[c][1] for v in values] for c, values in windows[mark].items()}
        rows[name] = {"rounds": rounds, "instructions": counters["instructions"][1], "counters": counters,
                      "tsc": [v - empty_tsc[1] for v in tsc]}
    rows_missing = [name for name in [*ROWS, *EXTREMES] if name not in rows]
    if rows_missing:
        raise Failed(f"the guest did not report {', '.join(rows_missing)}")
    return rows


def disagreements(rows):
    """Rows with two counts that differ by more than the faults in them, as sentences."""
    return [f"{name}: the plugin counts {row['counters']['instructions']}, the time-stamp counter {row['tsc']}"
            for name, row in rows.items()
            if row["counters"]["instructions"] != [t + FAULTS.get(name, 0) for t in row["tsc"]]]


def kernel_seconds(build):
    """Wall seconds from the kernel's first C code to init's first, by the guest's clock without -icount."""
    with tempfile.TemporaryDirectory(prefix="microk-bench-") as folder:
        _, boot = parse_guest(boot_guest(build, folder, words="only=nothing", timeout=60, extra=["-no-reboot"], clock=()))
    return boot[0] / boot[1]
