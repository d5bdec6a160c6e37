#!/usr/bin/python3
"""make bench: the cost of the kernel's operations, in guest instructions, beside other systems' cost.

The guest (tests/bench) runs each operation many times between two marks. Two independent counters look at the same windows: a QEMU plugin
(tools/measure/markcount.c), which also separates user from kernel and finds the costly instructions, and the guest's own time-stamp counter, which
under
-icount shift=0 goes up by one an instruction. Each adds its own constant, found by an empty window and taken
off. The table shows the plugin's medians; each run checks that the two agree in every row.

Instructions were preferred to time: TCG's time is the host's and unrelated to a processor's, while the
count repeats to the instruction. They are not cycles, so the table shows the costly events beside them.
"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import ending  # noqa: E402

ending.loading("bench", __name__)

import argparse  # noqa: E402
import json  # noqa: E402
import select  # noqa: E402
import socket  # noqa: E402
import statistics  # noqa: E402
import subprocess  # noqa: E402
import tempfile  # noqa: E402
import textwrap  # noqa: E402
import time  # noqa: E402

import whole  # noqa: E402
import run as machine  # noqa: E402  (the one place that knows the machine)
from guest import ALL_PASSED, copy_built, run_to_end, text_of  # noqa: E402
from measure import plugins  # noqa: E402

ROOT = machine.ROOT
KERNEL_HALF = 0xffff800000000000  # kernel/x86/layout.h: PHYS_MAP, the lowest kernel address
BIOS_HANDS_OVER = b"Booting from"  # SeaBIOS writes this to its debug port before it starts GRUB

# name in the guest's report: (description, peers' instructions, goal). Peers: docs/performance.md.
ROWS = {
    "null": ("yield with no other thread ready", {}, 60),
    "refused": ("operation that does not exist", {}, None),
    "call_0": ("call + reply, 0 words", {"seL4": 435}, 250),
    "call_1": ("call + reply, 1 word", {"NOVA": 282}, 250),
    "call_2": ("call + reply, 2 words", {}, 250),
    "call_4": ("call + reply, 4 words", {"seL4": 477}, 250),
    "call_8": ("call + reply, 8 words", {}, 250),
    "call_16": ("call + reply, 16 words", {"seL4": 1769}, 400),
    "call_64": ("call + reply, 64 words", {}, None),
    "call_120": ("call + reply, 120 words", {"seL4": 2809}, 1000),
    "call_cap": ("call + reply, 1 capability", {"seL4": 1393}, 1393),
    "call_fpu_0": ("FPU client, 0 words", {}, 250),
    "call_fpu_8": ("FPU client, 8 words", {}, 250),
    "same_0": ("same space, 0 words", {}, None),
    "same_1": ("same space, 1 word", {}, None),
    "same_4": ("same space, 4 words", {}, None),
    "same_8": ("same space, 8 words", {}, None),
    "same_16": ("same space, 16 words", {}, None),
    "same_120": ("same space, 120 words", {}, None),
    "same_cap": ("same space, 1 capability", {}, None),
    "ipc_0": ("by ipc() of the library, 0 words", {}, None),
    "ipc_4": ("by ipc() of the library, 4 words", {}, None),
    "ipc_8": ("by ipc() of the library, 8 words", {}, None),
    "signal_one_way": ("signal until the waiter runs", {}, 200),
    "signal_and_wait": ("signal + wait by another thread", {}, 600),
    "signal_round_trip": ("two signals, there and back", {}, None),
    "signal_round_trip_apart": ("the same, two address spaces", {}, None),
    "yield": ("yield until another thread runs", {}, None),
    "fault": ("page fault, handler, and back", {}, None),
    "fault_map": ("page fault, handler maps a page", {}, None),
    "retype": ("make an Endpoint of an Untyped", {}, None),
    "mint": ("mint", {}, None),
    "delete": ("delete", {}, None),
    "revoke_1000": ("revoke 1,000 descendants", {}, None),
    "copy_64": ("copy 64 bytes between Frames", {}, None),
    "copy_page": ("copy a page between Frames", {}, None),
}
# The same for operations that are run once, on the largest possible objects (tests/bench/extremes.c).
EXTREMES = {
    "revoke_many": "revoke 100,000 descendants",
    "wake_many": "delete an Endpoint, 10,000 waiting",
    "end_many": "take back the memory of 10,000 threads",
    "unmap_much": "unmap 128 MiB",
    "end_space": "delete a space with 128 MiB mapped",
    "make_frames": "make frames of 16 MiB",
}
GROUPS = {"null": "The kernel's door", "call_0": "Call and reply, two address spaces",
          "same_0": "Call and reply, one address space", "ipc_0": "Two address spaces, general stubs",
          "signal_one_way": "Other ways to another thread", "retype": "Capabilities and memory"}
ELSEWHERE = {"seL4 without its fast path": 1516, "Linux, round trip through pipes": 10560,
             "xv6, round trip through pipes": 27220}
# An instruction that faults is begun twice and ends once: the plugin sees both, the clock one.
FAULTS = {"fault": 1, "fault_map": 1}
MASKED_GOAL = 20000  # instructions with interrupts off
MSR_COUNTERS = ("msr_reads", "msr_writes")


class Failed(Exception):
    """A failure, as a sentence for a person."""


# ---- building ----

def built(stage):
    """Builds the stage, its test archive and its image; returns its folder, relative to the root."""
    folder = f"build/stage-{stage}"
    wanted = [f"{folder}/{name}" for name in ("kernel.elf", "tests.cpio", "microk.iso")]
    got = subprocess.run(["make", f"stage-{stage}", *wanted], cwd=ROOT, text=True, check=False,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if got.returncode:
        raise Failed(f"stage {stage} does not build:\n{got.stdout.rstrip()}")
    return folder


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


# ---- the guest's windows ----

def boot_guest(build, folder, *, words, timeout=600, **more):
    """Boots tests/bench; returns its report. `words`: more of the kernel's command line; `more`: see run_to_end."""
    copy_built(os.path.join(ROOT, build), folder)
    status, said, (console, text) = run_to_end(0, folder, folder, f"root=boot/bench {words}", seconds=timeout, **more)
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
    symbols = symbols_of(os.path.join(ROOT, build, "kernel.elf"))
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


# ---- time ----

def kernel_seconds(build):
    """Wall seconds from the kernel's first C code to init's first, by the guest's clock without -icount."""
    with tempfile.TemporaryDirectory(prefix="microk-bench-") as folder:
        _, boot = parse_guest(boot_guest(build, folder, words="only=nothing", timeout=60, extra=["-no-reboot"], clock=()))
    return boot[0] / boot[1]


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


# ---- the table ----

HEADER = ("", "median", "max", "user", "kernel", "goal", "CR3", "MSR", "swapgs", "data", "code", "peer", "ratio")
WIDTHS = (34, 8, 8, 6, 8, 9, 5, 5, 8, 6, 6, 14, 7)


NARROW = 6  # columns of the table that fit a terminal of 80 columns; build/bench.json has all


def cells(words, columns):
    first, *rest = (str(w) for w in words[:columns])
    return (first.ljust(WIDTHS[0]) + "".join(w.rjust(n) for w, n in zip(rest, WIDTHS[1:]))).rstrip()


def table(rows, width):
    columns = len(HEADER) if width >= sum(WIDTHS) else NARROW
    lines = [cells(HEADER, columns)]
    for name, (text, peers, goal) in ROWS.items():
        if name in GROUPS:
            lines += ["", GROUPS[name]]
        row = {c: v[1] for c, v in rows[name]["counters"].items()}
        mark = "" if goal is None else f"{'<' if row['instructions'] <= goal else '!'} {goal:,}"
        peer, count = next(iter(peers.items()), ("", 0))
        lines.append(cells([f"  {text}", f"{row['instructions']:,}",
                            f"{rows[name]['counters']['instructions'][2]:,}", f"{row['user']:,}",
                            f"{row['kernel']:,}", mark, row["cr3_writes"] or "-", sum(row[c] for c in MSR_COUNTERS) or "-",
                            row["swapgs"] or "-", row["data_lines"], row["code_lines"],
                            f"{peer} {count:,}" if peer else "",
                            f"{count / row['instructions']:.2f}" if peer else ""], columns))
    if columns == NARROW:
        lines += ["", "The costly instructions of each row, and the peers: a wider terminal shows them; so does build/bench.json"]
    return lines


def report(result, width=None):
    """The lines for a terminal of `width` columns; in a file no column is left out."""
    width = width or sum(WIDTHS)
    rows = result["rows"]
    base = rows["call_0"]["instructions"]
    lines = [f"MicroK stage {result['stage']}: guest instructions, medians of {result['rounds']:,} rounds, "
             "stubs included", "", *table(rows, width), "", "Beside a call of no words, elsewhere"]
    lines += [f"  {text:<40}{count:10,}{count / base:9.1f} times as many"
              for text, count in ELSEWHERE.items()]
    share = "" if result["size_percent"] == 100 else f" (of {result['size_percent']}% of that)"
    lines += ["", f"As much as there may be, once{share}; and the most of it with interrupts off"]
    lines += [f"  {row['text']:<40}{row['instructions']:10,}{row['masked']:9,}"
              for row in result["extremes"].values()]
    longest, boot = result["masked"][0], result["boot"]
    mark = "within" if longest["instructions"] <= MASKED_GOAL else "over"
    lines += ["", "Time",
              f"  kernel's entry to init          {boot['instructions']:,} instructions, {boot['kernel_seconds']:.3f} s",
              f"  GRUB to the prompt              {show_seconds(boot['grub_to_prompt_seconds'])}",
              f"  idle at the prompt              {show_percent(result['idle_percent'])}",
              f"  longest with interrupts off     {longest['instructions']:,} instructions, in {longest['symbol']} "
              f"(at or after {longest['at_or_after']}); {mark} the goal of {MASKED_GOAL:,}",
              "",
              "Shown: the plugin's count, less what the marks add. The time-stamp counter under -icount "
              + ("agrees in every row." if result["agree"] else "differs:")]
    lines += [f"  {text}" for text in result["disagreements"]]
    lines += ["goal: < kept, ! missed. CR3, MSR: writes and accesses. data, code: distinct 64-byte lines touched. "
              "ratio: the peer's instructions for one of MicroK's.", "The peers, and how all this is measured: docs/performance.md"]
    return [part for line in lines for part in textwrap.wrap(line, width, subsequent_indent="    ", drop_whitespace=True) or [""]]


def show_seconds(value):
    return "not measured" if value is None else f"{value:.2f} s"


def show_percent(value):
    return "not measured" if value is None else f"{value:.1f}% of a host processor"


def measure(options):
    build = built(options.stage)
    rounds, warm, size = (50, 20, 5) if options.quick else (1000, 100, 100)
    with tempfile.TemporaryDirectory(prefix="microk-bench-") as folder:
        rows, boot, masked = measure_windows(build, compile_plugin(folder), rounds, warm, size)
    seconds, idle = (None, None) if options.quick or options.stage < 4 else measure_image(options.stage, 3, 5)
    wrong = disagreements(rows)
    return {
        "stage": options.stage, "rounds": rounds, "warm": warm, "size_percent": size, "processor": machine.CPU,
        "shown": "plugin", "agree": not wrong, "disagreements": wrong,
        "columns": ["minimum", "median", "maximum"],
        "rows": {name: {"text": ROWS[name][0], **rows[name], "peers": ROWS[name][1], "goal": ROWS[name][2]}
                 for name in ROWS},
        "extremes": {name: {"text": text, "instructions": rows[name]["instructions"],
                            "masked": rows[name]["counters"]["masked"][2]} for name, text in EXTREMES.items()},
        "elsewhere": ELSEWHERE,
        "boot": {"instructions": boot, "kernel_seconds": kernel_seconds(build), "grub_to_prompt_seconds": seconds},
        "idle_percent": idle, "masked": masked, "masked_goal": MASKED_GOAL,
    }


def main():
    parser = argparse.ArgumentParser(description="Measure MicroK; prints a table and writes build/bench.json.")
    parser.add_argument("--stage", type=int, default=4)
    parser.add_argument("--quick", action="store_true", help="few rounds, no image boots: for tests")
    parser.add_argument("--out", default=os.path.join(ROOT, "build", "bench.json"), help="where the figures go")
    options = parser.parse_args()
    if options.stage < 2:
        parser.error("stage 1 has no memory to make threads of: measure a stage from 2 on")
    try:
        result = measure(options)
    except Failed as e:
        print(f"bench: {e}", file=sys.stderr)
        sys.exit(1)
    whole.write(options.out, json.dumps(result, indent=1) + "\n")
    print("\n".join(report(result, os.get_terminal_size(1).columns if os.isatty(1) else None)))
    sys.exit(0 if result["agree"] else 1)


if __name__ == "__main__":
    ending.run("bench", main)
