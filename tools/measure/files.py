"""The cost of operations on files: a system with a disk runs tests/guest/file_bench in place of its shell, beside a Linux guest.

The rows are those of the Linux guest's program, in the same sizes. Most wait for the disk, so the plugin counts them without
-icount, under which the clock leaps while the guest is idle; the bytes a second are of a second boot, without the plugin.
"""
import json
import os
import re
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import disk  # noqa: E402
import run as machine  # noqa: E402  (the one place that knows the machine)
from guest import WELL, run_to_end, text_of  # noqa: E402
from measure.rows import FILE_ROWS  # noqa: E402
from measure.windows import KERNEL_HALF, Failed, parse_plugin  # noqa: E402

PAGE = 4096
LARGE = 64 << 20
IMAGE = 256 << 20
MEMORY = "256M"
# The Linux guest's disk has these sizes, too, and its memory holds the file of 64 MiB.
CONFIGURATION = (
    ("program boot/shell", "program boot/file_bench\n\tuses disk read\n\tring disk 4M\n\tnotification wake\n\targuments {share}"),
    ("\tuses pipe make grant\n", "\tuses pipe read write make\n"),
    ("ring disk 8M", "ring disk 68M"),
    ("frames cache 256K", "frames cache 2M"),
    ("program boot/vfs\n\tpriority 30\n\tmemory 2M", "program boot/vfs\n\tpriority 30\n\tmemory 8M"),
)


def configuration(stage, share):
    """The stage's system.conf, with a large page cache and the benchmark in place of the shell."""
    [path] = [os.path.join(machine.ROOT, "stages", name, "system.conf") for name in os.listdir(os.path.join(machine.ROOT, "stages"))
              if name.startswith(f"{stage}-")]
    with open(path, encoding="utf-8") as f:
        text = f.read()
    for old, new in CONFIGURATION:
        if old not in text:
            raise Failed(f"{os.path.relpath(path, machine.ROOT)} has no lines {old!r}; tools/measure/files.py replaces them")
        text = text.replace(old, new.format(share=share), 1)
    return text


def add_files(folder):
    """Each page of the large files begins with its number, which the guest checks."""
    at = os.path.join(folder, "bench")
    os.mkdir(at)
    for name in ("big", "other"):
        with open(os.path.join(at, name), "wb") as f:
            for page in range(LARGE // PAGE):
                f.write(struct.pack("<Q", page) * (PAGE // 8))
    with open(os.path.join(at, "small"), "wb") as f:
        f.write(b"small file\n".ljust(PAGE, b"."))


def make_archive(build, stage, share, folder):
    """The stage's boot archive with the benchmark and its configuration."""
    programs = os.path.join(machine.ROOT, build, "boot")
    conf, text = os.path.join(folder, "system.conf"), configuration(stage, share)
    with open(conf, "w", encoding="utf-8") as f:
        f.write(text)
    names = set(re.findall(r"program boot/(\w+)", text)) | {"init"}
    words = [f"boot/{name}={os.path.join(programs, name)}" for name in sorted(names)]
    got = subprocess.run([sys.executable, os.path.join(machine.ROOT, "tools", "image", "archive.py"), os.path.join(folder, "archive.cpio"),
                          f"boot/system.conf={conf}", *words], check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if got.returncode:
        raise Failed(f"the archive of the benchmark could not be made:\n{got.stdout.rstrip()}")


def boot(build, stage, folder, extra=()):
    """The guest's rows: {name: (mark, operations, bytes, ticks, ticks a second)}. Each boot has an image as it was made."""
    image = os.path.join(folder, "disk.img")
    disk.make(image, stage, IMAGE, add_files)
    # The image is in the host's page cache either way; a sync does not wait for the host's disk.
    status, said, (console, text) = run_to_end(stage, folder, folder, "report", memory=MEMORY, seconds=600, clock=(),
                                               extra=[*machine.disk_options(image, drive=",cache=unsafe"), *extra], iommu=True)
    if status != WELL or "DONE 0 failed" not in text:
        last = "\n".join([*console.splitlines()[-15:], *text.splitlines()[-15:]])
        raise Failed(f"the benchmark of files did not run to its end (QEMU's status: {status}). {said}\n"
                     f"The end of the machine's output:\n{last}")
    return {words[2]: (int(words[1]), *map(int, words[3:7])) for words in map(str.split, text.splitlines()) if words[:1] == ["ROW"]}


def measure_files(build, stage, plugin, share):
    """{row: its figures}: instructions of one operation (the mean, and least, middle and most), bytes a second. `share`: how much of each
    row is done, in percent; at less than 100 the large files' rows are not those of 64 MiB."""
    with tempfile.TemporaryDirectory(prefix="microk-bench-") as folder:
        os.symlink(os.path.join(machine.ROOT, build, "kernel.elf"), os.path.join(folder, "kernel.elf"))
        make_archive(build, stage, share, folder)
        out = os.path.join(folder, "counted")
        guest = boot(build, stage, folder, ["-plugin", f"{plugin},out={machine.spelled(out)},kernel={KERNEL_HALF:#x},warm=0"])
        text = text_of(out)
        windows, means = parse_plugin(text)[0], parse_means(text)
        timed = boot(build, stage, folder)
    return {name: figures(name, windows[guest[name][0]], means[guest[name][0]], timed[name]) for name in FILE_ROWS}


def parse_means(text):
    """{mark: the mean of its windows' instructions}: a few of ten thousand do the work of many, as a commit of the journal."""
    return {int(words[1]): int(words[2]) for words in map(str.split, text.splitlines()) if words[:1] == ["mean"]}


def figures(name, counters, mean, timed):
    text, linux, middle, _, goal = FILE_ROWS[name]
    _, operations, moved, ticks, hz = timed
    count = counters["instructions"][1] if middle else mean
    return {"text": text, "operations": operations, "instructions": count, "mean": mean, "columns": counters["instructions"],
            "user": counters["user"][1], "kernel": counters["kernel"][1], "halts": counters["halts"],
            "bytes_per_second": moved * hz // ticks if moved else None, "microseconds": ticks * 1000000 / hz / operations,
            "peers": {"Linux": linux} if linux else {}, "goal": goal}


def compare(rows, linux):
    """Puts figures of a Linux guest that was measured now, {row: instructions}, in place of the kept ones."""
    for name, count in linux.items():
        rows[name]["peers"] = {"Linux": count}


def measure_linux(scripts):
    """{row: instructions}: SCRIPTS/run.sh makes a Linux guest in a folder, measures it, and leaves its figures there."""
    with tempfile.TemporaryDirectory(prefix="microk-linux-") as folder:
        try:
            subprocess.run([os.path.join(scripts, "run.sh"), folder, "files"], check=True, stdout=sys.stderr)
            with open(os.path.join(folder, "results", "figures.json"), encoding="utf-8") as f:
                found = json.load(f)["files"]
            return {name: round((found[row].get("instructions") or found[row]["counted"]["instructions"])["median"])
                    for name, (_, _, _, row, _) in FILE_ROWS.items() if row}
        except (OSError, KeyError, ValueError, subprocess.CalledProcessError) as error:
            raise Failed(f"LINUX={scripts}: its run.sh did not measure a Linux guest: {error!r}") from error
