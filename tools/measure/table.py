"""The table of `make bench`, for a terminal or a file."""
import os
import sys
import textwrap

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from measure.rows import ELSEWHERE, FILE_ROWS, GROUPS, MASKED_GOAL, MSR_COUNTERS, ROWS  # noqa: E402

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


FILE_WIDTHS = (34, 12, 15, 9, 12, 13, 7)


def files_table(rows, share):
    """Lines about the operations on files; bytes a second in MiB."""
    def line(*words):
        first, *rest = words
        return (first.ljust(FILE_WIDTHS[0]) + "".join(w.rjust(n) for w, n in zip(rest, FILE_WIDTHS[1:]))).rstrip()

    part = "" if share == 100 else f" ({share}% of each, so not to be compared)"
    lines = ["", f"Files, on a disk{part}", line("", "instructions", "goal", "MiB/s", "us", "Linux", "ratio")]
    for name in FILE_ROWS:
        row = rows[name]
        count, goal, rate = row["instructions"], row["goal"], row["bytes_per_second"]
        mark = "" if goal is None else f"{'<' if count <= goal else '!'} {goal:,}"
        linux = row["peers"].get("Linux")
        lines.append(line(f"  {row['text']}", f"{count:,}", mark, f"{rate / (1 << 20):,.1f}" if rate else "", f"{row['microseconds']:,.1f}",
                          f"{linux:,}" if linux else "", f"{linux / count:.2f}" if linux else ""))
    return lines


def processes_table(rows):
    """Lines about the operations of processes."""
    lines = ["", "Processes, by the C library", f"{'':<34}{'instructions':>12}{'goal':>15}{'Linux':>13}{'ratio':>7}"]
    for row in rows.values():
        count, goal, linux = row["instructions"], row["goal"], row["peers"]["Linux"]
        mark = f"{'<' if count <= goal else '!'} {goal:,}"
        lines.append(f"  {row['text']:<32}{count:12,}{mark:>15}{linux:13,}{linux / count:7.2f}")
    return lines


def compiling_table(rows):
    """Lines about a compiler."""
    return ["", "A compiler, in a process", *(f"  {row['text']:<32}{row['instructions']:12,}" for row in rows.values())]


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
    if result["files"]:
        lines += files_table(result["files"]["rows"], result["files"]["share_percent"])
    if result["processes"]:
        lines += processes_table(result["processes"])
    if result["compiling"]:
        lines += compiling_table(result["compiling"])
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
