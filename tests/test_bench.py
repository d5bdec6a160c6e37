"""make bench: the table and the JSON file are complete, the counts repeat, and two ways of counting agree.

Nothing here looks at a clock. Assertions about figures hold on every host: they are instructions.
"""
import copy
import json
import os
import re
import subprocess
import sys

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tools"))
from measure import files, image, rows as bench_rows, windows  # noqa: E402

STAGE = len([d for d in os.listdir(os.path.join(ROOT, "stages")) if re.match(r"\d+-", d)])


def quick(out):
    got = subprocess.run([sys.executable, "tools/bench.py", "--stage", str(STAGE), "--quick", "--out", str(out)],
                         cwd=ROOT, text=True, timeout=300, check=False, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    assert got.returncode == 0, got.stdout + got.stderr
    return got.stdout, json.loads(out.read_text())


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """(the table, the JSON file's content)"""
    return quick(tmp_path_factory.mktemp("bench") / "bench.json")


def test_table(measured):
    text, result = measured
    for name, (what, peers, _) in bench_rows.ROWS.items():
        line = next(line for line in text.splitlines() if line.startswith(f"  {what} "))
        assert f" {result['rows'][name]['instructions']:,} " in line
        for peer, count in peers.items():
            assert f"{peer} {count:,}" in line and line.endswith(f"{count / result['rows'][name]['instructions']:.2f}")
    for what in [*bench_rows.EXTREMES.values(), *bench_rows.ELSEWHERE, "longest with interrupts off", "kernel's entry to init"]:
        assert f"\n  {what} " in text
    assert "agrees in every row" in text


@pytest.mark.skipif(STAGE < bench_rows.FILES_FROM, reason="the benchmark of files comes with a later stage")
def test_files(measured):
    """A part of each row. Every row moved the bytes that it names, or did its operations: the guest has checked each of them."""
    text, result = measured
    done = result["files"]
    assert done["share_percent"] == result["size_percent"] == 5 and set(done["rows"]) == set(bench_rows.FILE_ROWS)
    for name, (what, linux, _, _, goal) in bench_rows.FILE_ROWS.items():
        row = done["rows"][name]
        line = next(line for line in text.splitlines() if line.startswith(f"  {what} "))
        assert f" {row['instructions']:,} " in line and (not linux or f" {linux:,} " in line)
        assert row["instructions"] > 0 and row["goal"] == goal and row["columns"] == sorted(row["columns"])
    rows = done["rows"]
    assert [rows[name]["operations"] for name in ("file_read_cold", "file_stat", "file_random_cold", "file_create")] == [1, 50, 100, 500]
    # No row waits for the disk whose file is in the cache.
    assert all(rows[name]["halts"][1] == 0 for name in ("file_stat", "file_read_4k", "file_read_1", "file_open_close"))


@pytest.mark.skipif(STAGE < bench_rows.PROCESSES_FROM, reason="processes come with a later stage")
def test_processes(measured):
    text, result = measured
    assert set(result["processes"]) == set(bench_rows.PROCESS_ROWS)
    for name, (what, linux, goal) in bench_rows.PROCESS_ROWS.items():
        row = result["processes"][name]
        line = next(line for line in text.splitlines() if line.startswith(f"  {what} "))
        assert f" {row['instructions']:,} " in line and f" {linux:,} " in line and 0 < row["instructions"] and row["goal"] == goal


@pytest.mark.skipif(STAGE < bench_rows.PROCESSES_FROM, reason="processes come with a later stage")
def test_compiling(measured):
    text, result = measured
    rows = result["compiling"]
    assert set(rows) == set(bench_rows.COMPILING_ROWS) and 10_000_000 < rows["compile"]["instructions"] < rows["compile_link"]["instructions"]
    for name, what in bench_rows.COMPILING_ROWS.items():
        assert f" {rows[name]['instructions']:,}" in next(line for line in text.splitlines() if line.startswith(f"  {what} "))


def test_a_linux_guest_that_was_measured_takes_the_place_of_the_kept_figures(tmp_path):
    (tmp_path / "run.sh").write_text('#!/bin/sh -e\nmkdir "$1/results"\ncp "$0.json" "$1/results/figures.json"\n')
    (tmp_path / "run.sh").chmod(0o755)
    found = {row: {"counted": {"instructions": {"median": 7.0}}} for _, _, _, row, _ in bench_rows.FILE_ROWS.values() if row}
    found["stat"] = {"instructions": {"median": 8}, **found["stat"]}
    (tmp_path / "run.sh.json").write_text(json.dumps({"files": found}))
    got = files.measure_linux(str(tmp_path))
    assert got["file_stat"] == 8 and got["file_read_cold"] == 7 and "disk_read_4" not in got
    rows = {name: {"peers": {"Linux": 1}} for name in bench_rows.FILE_ROWS}
    files.compare(rows, got)
    assert rows["file_stat"]["peers"] == {"Linux": 8} and rows["disk_read_4"]["peers"] == {"Linux": 1}
    (tmp_path / "run.sh.json").write_text("{}")
    with pytest.raises(windows.Failed, match="did not measure a Linux guest"):
        files.measure_linux(str(tmp_path))


def test_json_is_complete(measured):
    result = measured[1]
    assert set(result["rows"]) == set(bench_rows.ROWS) and set(result["extremes"]) == set(bench_rows.EXTREMES)
    for name, row in result["rows"].items():
        counters = row["counters"]
        assert row["rounds"] in (1, result["rounds"]), name
        assert all(least <= median <= most for least, median, most in [*counters.values(), row["tsc"]]), name
        assert counters["instructions"][1] == row["instructions"] > 0, name
        assert counters["user"][1] + counters["kernel"][1] == row["instructions"], name
        assert counters["kernel"][1] > counters["masked"][1] > 0, name
    assert result["boot"]["instructions"] > 0 and result["boot"]["kernel_seconds"] > 0
    assert result["masked"] and all(m["symbol"].isidentifier() for m in result["masked"])


def test_counters_see_what_happens(measured):
    """Events that must occur in every version of the path."""
    rows = {name: {c: v[1] for c, v in row["counters"].items()} for name, row in measured[1]["rows"].items()}
    assert (rows["null"]["syscall"], rows["null"]["sysret"]) == (1, 1)
    for name in rows:
        if re.match("call_|same_|ipc_", name):
            assert rows[name]["syscall"] == rows[name]["sysret"] == 2, name
            assert rows[name]["cr3_writes"] == (0 if name.startswith("same_") else 2), name
    # Each word more that is sent in a register is loaded twice; nothing else of the path may depend on it.
    assert rows["call_8"]["kernel"] - rows["call_0"]["kernel"] < 32
    # Each word more in a buffer is read and written, on both ways; and both buffers are touched.
    assert rows["call_120"]["loads"] - rows["call_64"]["loads"] >= 2 * 56
    assert rows["call_120"]["data_lines"] - rows["call_64"]["data_lines"] >= 2 * 7
    assert rows["revoke_1000"]["data_lines"] >= 1000


def test_two_ways_of_counting_agree(measured):
    result = measured[1]
    assert result["agree"] and not result["disagreements"]
    rows = copy.deepcopy(result["rows"])
    rows["call_4"]["tsc"][1] += 1
    assert [text.split(":")[0] for text in windows.disagreements(rows)] == ["call_4"]


def test_counts_repeat(measured, tmp_path):
    again = quick(tmp_path / "bench.json")[1]
    for part in ("rows", "extremes", "masked"):
        assert again[part] == measured[1][part]
    assert again["boot"]["instructions"] == measured[1]["boot"]["instructions"]


@pytest.mark.skipif(STAGE < 3, reason="the fast path comes with stage 3")
def test_calls_keep_their_goals(measured):
    missed = [f"{row['text']}: {row['instructions']} instructions, at most {row['goal']}"
              for name, row in measured[1]["rows"].items() if name.startswith("call_") and row["goal"]
              and row["instructions"] > row["goal"]]
    assert not missed, "\n".join(missed)


def test_guest_that_does_not_finish_is_told(tmp_path):
    build = os.path.relpath(tmp_path, ROOT)
    (tmp_path / "kernel.elf").write_bytes(open(f"{ROOT}/build/stage-{STAGE}/kernel.elf", "rb").read())
    (tmp_path / "tests.cpio").write_bytes(b"")
    run = tmp_path / "run"
    run.mkdir()
    with pytest.raises(windows.Failed, match="did not run to its end"):
        windows.boot_guest(build, str(run), words="", timeout=20)


@pytest.mark.skipif(STAGE < 4, reason="there is no prompt before stage 4")
def test_image_boots_to_the_prompt(measured, tmp_path):
    guest = image.Booted(STAGE, str(tmp_path))
    try:
        assert guest.start < guest.moments["bios"] < guest.moments["serial"]
        assert guest.idle_percent(0.2) >= 0
    finally:
        guest.end()


def test_stage_1_is_measured_for_its_board_alone():
    """Without the fast path's rows there is no table and no file of figures."""
    got = subprocess.run([sys.executable, "tools/bench.py", "--stage", "1"], cwd=ROOT, text=True, check=False,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
    assert got.returncode == 0, got.stderr
    assert re.search(r"^ +\d+ +435  seL4$", got.stdout, re.M) and re.search(r"^  > +\d+ +[\d,]+  yours$", got.stdout, re.M), got.stdout
    assert "bench.json" not in got.stdout
