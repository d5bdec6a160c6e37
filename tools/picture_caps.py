#!/usr/bin/python3
"""Draws the derivation tree of a running system: boots a stage, asks its shell, writes docs/images/caps-*.svg.

The shell reads every process's table (`cat /proc/N/caps`), in which each capability names itself and the one it was
derived from, across processes; so the pictures show the kernel's own state, not the intended one. Graphviz could draw them,
but would have to be installed, and its pictures have one colour scheme; here the SVG has its colours twice, for a light and
for a dark page.
"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import ending  # noqa: E402

ending.loading("picture_caps", __name__)

import argparse  # noqa: E402
import glob  # noqa: E402
from dataclasses import dataclass, field  # noqa: E402
from xml.sax.saxutils import escape  # noqa: E402

import whole  # noqa: E402
import run as machine  # noqa: E402  (the one place that knows the machine)
from guest import NoAnswer, Shell  # noqa: E402

FIRST = 4  # the stage that brings the shell
TIMEOUT = 30  # seconds for the boot, and for each command


class Failed(Exception):
    """A failure, as a sentence for a person."""


# ---- the running system ----

class BootedShell(Shell):
    """The shell of a stage that it boots."""

    def __init__(self, stage, build):
        self.doing = "the boot"
        # The machine is tied to this process, so that none is left running however this process ends.
        super().__init__([sys.executable, "-I", "-S", machine.TETHER, str(os.getpid()),
                          *machine.qemu_command(stage, boot="kernel", build=build, serial=("stdio",))], TIMEOUT)

    def type(self, line):
        self.doing = line
        return super().type(line)

    def until(self, text):
        try:
            return super().until(text)
        except NoAnswer as silent:
            last = " / ".join(silent.heard.strip().splitlines()[-3:]) or "none"
            raise Failed(f"no prompt after {self.doing}; the machine's last lines: {last}") from silent


def read_system(shell):
    """{process name: text of its table}."""
    names = {}
    for line in shell.type("ps").splitlines():
        words = line.split()
        if len(words) > 3 and words[0].isdigit():
            names[words[0]] = words[1]
    if not names:
        raise Failed("ps lists no process")
    return {name: shell.type(f"cat /proc/{number}/caps") for number, name in names.items()}


# ---- the tree ----

@dataclass(eq=False)
class Cap:
    holder: str
    slot: int
    type: str
    rights: str
    badge: str
    object: str
    identity: str
    parent: str
    size: str
    name: str
    up: "Cap" = None
    children: list = field(default_factory=list)
    count: int = 1  # how many equal capabilities it stands for


def parse(tables):
    """[Cap] of all processes, linked to a tree; kept in the order of the tables."""
    caps = []
    for holder, text in tables.items():
        for line in text.splitlines():
            words = line.split()
            if len(words) == 9 and words[0].isdigit() and words[1] != "(null)":
                caps.append(Cap(holder, int(words[0]), *words[1:]))
    known = {c.identity: c for c in caps}
    for c in caps:
        c.up = known.get(c.parent)
        if c.up:
            c.up.children.append(c)
    return caps


def pruned(roots, keep):
    """Copies of the trees with only the capabilities that `keep` accepts, and those above them."""
    found = []
    for c in roots:
        below = pruned(c.children, keep)
        if below or keep(c):
            found.append(Cap(c.holder, c.slot, c.type, c.rights, c.badge, c.object, c.identity, c.parent, c.size, c.name,
                             c.up, below))
    return found


def folded(caps):
    """Siblings of one name, without children, as one: a process has dozens of frames."""
    found, seen = [], {}
    for c in caps:
        c.children = folded(c.children)
        key = (c.holder, c.type, c.name)
        if c.children or c.type not in ("Frame", "PageTable"):
            found.append(c)
        elif key in seen:
            seen[key].count += 1
            seen[key].size = str(int(seen[key].size) + int(c.size))
        else:
            seen[key] = c
            found.append(c)
    return found


# ---- drawing ----

BOX, HIGH, ACROSS, DOWN, EDGE = 206, 54, 28, 8, 14
HUES = ("init", "vfs", "console", "shell")

STYLE = """
	svg { --paper: #ffffff; --ink: #1c2430; --soft: #56616f; --line: #8894a3; --other: #f0f2f5;
		--init: #e4ebf5; --vfs: #e2f1ea; --console: #f9efdc; --shell: #f3e5f1; }
	@media (prefers-color-scheme: dark) {
		svg { --paper: #10151b; --ink: #e3e9f0; --soft: #a3afbc; --line: #66737f; --other: #20272f;
			--init: #1c2b40; --vfs: #15342a; --console: #3b301a; --shell: #382238; }
	}
	.paper { fill: var(--paper); }
	.link { fill: none; stroke: var(--line); stroke-width: 1.3; }
	rect.cap { stroke: var(--line); stroke-width: 1; }
	text { fill: var(--ink); }
	.type { font-weight: 600; font-size: 13px; }
	.who { font-size: 12px; }
	.soft { fill: var(--soft); font-size: 11.5px; }"""


def rights_text(c):
    kernel, _, protocol = c.rights.partition(":")
    words = kernel.replace("-", "")
    numbers = protocol.replace("-", "")
    if c.type == "Endpoint" and numbers:
        words += f" : {numbers[0]}-{numbers[-1]}" if len(numbers) == 8 else f" : {numbers}"
    return words or "no rights"


def size_text(c):
    if c.type in ("Untyped", "Frame"):
        return f"{int(c.size) * 4:,} KiB"
    if c.type == "CNode":
        return f"{int(c.size):,} slots"
    if c.type in ("Irq", "IoPort"):
        first = int(c.object, 16)
        last = first + int(c.size) - 1
        return f"{first:#x}-{last:#x}" if c.type == "IoPort" else f"{first}-{last}" if last > first else f"line {first}"
    return ""


def details(c):
    """The capability's rights, and its distinguishing marks."""
    words = [rights_text(c) if c.count == 1 else "", size_text(c)]
    if c.type in ("Endpoint", "Notification") and c.badge != "0":
        words.append(f"badge {c.badge}")
    return " · ".join(w for w in words if w)


def place(caps, depth, row):
    """Gives each capability its column and row; returns the next free row. A parent stands beside its first child."""
    for c in caps:
        c.column, c.row = depth, row
        row = max(place(c.children, depth + 1, row), row + 1)
    return row


def walk(caps):
    for c in caps:
        yield c
        yield from walk(c.children)


def corner(c):
    return EDGE + c.column * (BOX + ACROSS), EDGE + c.row * (HIGH + DOWN)


def box(c):
    x, y = corner(c)
    hue = c.holder if c.holder in HUES else "other"
    where = f"{c.holder} {c.slot}" if c.count == 1 else c.holder
    what = c.type if c.count == 1 else f"{c.count} {c.type}s"
    lines = [line for line in (c.name if c.name != "-" else "", details(c)) if line]
    return [f'<rect class="cap" x="{x}" y="{y}" width="{BOX}" height="{HIGH}" rx="5" style="fill: var(--{hue})"/>',
            f'<text class="type" x="{x + 8}" y="{y + 16}">{escape(what)}</text>',
            f'<text class="who" x="{x + BOX - 8}" y="{y + 16}" text-anchor="end">{escape(where)}</text>',
            *(f'<text class="soft" x="{x + 8}" y="{y + at}">{escape(line)}</text>' for at, line in zip((31, 46), lines))]


def links(c):
    x, y = corner(c)
    middle = x + BOX + ACROSS // 2
    for child in c.children:
        left, top = corner(child)
        yield f'<path class="link" d="M{x + BOX} {y + HIGH // 2}H{middle}V{top + HIGH // 2}H{left}"/>'


def draw(roots, title, about):
    """The SVG of some trees."""
    rows = place(roots, 0, 0)
    columns = 1 + max(c.column for c in walk(roots))
    width = 2 * EDGE + columns * (BOX + ACROSS) - ACROSS
    height = 2 * EDGE + rows * (HIGH + DOWN) - DOWN
    parts = [part for c in walk(roots) for part in links(c)] + [part for c in walk(roots) for part in box(c)]
    font = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif"
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" role="img"',
        f'\taria-labelledby="title about" font-family="{font}">',
        f'<title id="title">{escape(title)}</title>', f'<desc id="about">{escape(about)}</desc>',
        f"<style>{STYLE}\n</style>", f'<rect class="paper" width="{width}" height="{height}" rx="10"/>', *parts,
        "</svg>", ""])


# ---- the pictures ----

def only(caps, what, **wanted):
    for c in caps:
        if all(getattr(c, k) == v for k, v in wanted.items()):
            return c
    raise Failed(f"no process holds {what}: the system has changed; change this script, too")


def pictures(caps):
    """{file name: SVG}."""
    roots = [c for c in caps if not c.up]
    held = pruned(roots, lambda c: c.holder == "shell")
    served = only(caps, "the console's endpoint", holder="console", name="console", type="Endpoint")
    reached = pruned(roots, lambda c: c.type == "Endpoint" and c.object == served.object)
    memory = only(caps, "the shell's memory", holder="shell", name="memory").up
    above = memory.up
    if not above:
        raise Failed("the shell's memory is derived from nothing: the system has changed; change this script, too")
    processes = [c for c in above.children if c.type == "Untyped"]
    mine = set(map(id, walk([memory])))
    tree = pruned([above], lambda c: c in processes or id(c) in mine)
    return {
        "caps-shell.svg": draw(folded(held), "The shell's capabilities, and the capabilities that they were derived from",
                               "Trees from left to right: at the left what the kernel gave init, at the right the shell's slots."),
        "caps-console.svg": draw(reached, "The holders of capabilities to the console, with their rights",
                                 "The console's Endpoint: init's master, below it the console's own and each client's."),
        "caps-memory.svg": draw(folded(tree), "The shell's memory",
                                "All processes' Untypeds below init's; and the objects of the shell's instance, below its own."),
    }


def needed(stage):
    """Only a stage with a shell can be asked."""
    if stage < FIRST or not glob.glob(os.path.join(machine.ROOT, "stages", f"{FIRST}-*")):
        raise Failed(f"the pictures are drawn from the shell's output, and stage {stage} has no shell; name stage {FIRST} or a later one")


def main():
    parser = argparse.ArgumentParser(description="Draw docs/images/caps-*.svg from a running system.")
    parser.add_argument("--stage", type=int, default=4)
    parser.add_argument("--build", help="folder of the built stage (build/stage-N)")
    parser.add_argument("--to", default=os.path.join(machine.ROOT, "docs", "images"), help="where the pictures go")
    options = parser.parse_args()
    try:
        needed(options.stage)
        shell = BootedShell(options.stage, options.build)
        try:
            tables = read_system(shell)
        finally:
            shell.close()
        for name, svg in pictures(parse(tables)).items():
            whole.write(os.path.join(options.to, name), svg)
            print(os.path.relpath(os.path.join(options.to, name)))
    except (Failed, NoAnswer) as e:
        print(f"picture_caps: {e}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    ending.run("picture_caps", main)
