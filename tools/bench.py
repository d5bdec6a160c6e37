#!/usr/bin/python3
"""make bench: the cost of the kernel's operations, in guest instructions, beside other systems' cost.

The guest (tests/bench) runs each operation (measure/rows.py) many times between two marks. Two independent counters look at the
same windows (measure/windows.py): a QEMU plugin (measure/markcount.c), which also separates user from kernel and finds the costly
instructions, and the guest's own time-stamp counter, which under -icount shift=0 goes up by one an instruction. Each adds its
own constant, found by an empty window and taken off. The table (measure/table.py) shows the plugin's medians; each run checks
that the two agree in every row. Operations on files (measure/files.py) wait for a disk, and the plugin alone counts them.

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
import subprocess  # noqa: E402
import tempfile  # noqa: E402

import values  # noqa: E402
import whole  # noqa: E402
import run as machine  # noqa: E402  (the one place that knows the machine)
from measure import compiling, files, processes, race  # noqa: E402
from measure.image import measure_image  # noqa: E402
from measure.rows import ELSEWHERE, EXTREMES, FILES_FROM, PROCESSES_FROM, MASKED_GOAL, ROWS  # noqa: E402
from measure.table import report  # noqa: E402
from measure.windows import Failed, compile_plugin, disagreements, kernel_seconds, measure_windows  # noqa: E402

ROOT = machine.ROOT


def built(stage):
    """Builds the stage, its test archive and its image; returns its folder, relative to the root."""
    folder = f"build/stage-{stage}"
    wanted = [f"{folder}/{name}" for name in ("kernel.elf", "archive.cpio", "tests.cpio", "disk.list", *(["microk.iso"] if stage > 1 else []))]
    got = subprocess.run(["make", f"stage-{stage}", *wanted], cwd=ROOT, text=True, check=False,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if got.returncode:
        raise Failed(f"stage {stage} does not build:\n{got.stdout.rstrip()}")
    return folder


def measure(options):
    build = built(options.stage)
    rounds, warm, size = (50, 20, 5) if options.quick else (1000, 100, 100)
    with tempfile.TemporaryDirectory(prefix="microk-bench-") as folder:
        plugin = compile_plugin(folder)
        rows, boot, masked = measure_windows(build, plugin, rounds, warm, size)
        on_files = files.measure_files(build, options.stage, plugin, size) if options.stage >= FILES_FROM else None
    of_processes = processes.measure_processes(build, options.stage) if options.stage >= PROCESSES_FROM else None
    of_compiler = compiling.measure_compiling(build, options.stage) if options.stage >= PROCESSES_FROM else None
    if on_files and options.linux:
        files.compare(on_files, files.measure_linux(options.linux))
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
        "files": on_files and {"share_percent": size, "linux": "measured" if options.linux else "kept", "rows": on_files},
        "processes": of_processes, "compiling": of_compiler,
        "boot": {"instructions": boot, "kernel_seconds": kernel_seconds(build), "grub_to_prompt_seconds": seconds},
        "idle_percent": idle, "masked": masked, "masked_goal": MASKED_GOAL,
    }


def main():
    parser = argparse.ArgumentParser(description="Measure MicroK; prints a table and writes build/bench.json.")
    parser.add_argument("--stage", type=int, default=4)
    parser.add_argument("--quick", action="store_true", help="few rounds, no image boots: for tests")
    parser.add_argument("--linux", metavar="FOLDER", type=values.linux, help="with a run.sh that measures a Linux guest: half an hour")
    parser.add_argument("--out", default=os.path.join(ROOT, "build", "bench.json"), help="where the figures go")
    options = parser.parse_args()
    try:
        if options.stage == 1:
            # It has no memory to make threads of. Its own program measures a call, for the leader board of lab 1.
            print("\n".join(race.board(race.count(built(1)))))
            return
        result = measure(options)
    except Failed as e:
        print(f"bench: {e}", file=sys.stderr)
        sys.exit(1)
    whole.output(options.out, json.dumps(result, indent=1) + "\n")
    print("\n".join(report(result, os.get_terminal_size(1).columns if os.isatty(1) else None)))
    sys.exit(0 if result["agree"] else 1)


if __name__ == "__main__":
    ending.run("bench", main)
