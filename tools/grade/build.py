"""Building the graded tree, and the compiler's report if that fails."""
import os
import re
import subprocess

import bounded
from sandbox import CPU, FILE, unconfined

# Variables that an outer make would pass on, which would disturb this one.
MAKE_VARIABLES = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "B", "V", "STAGE", "TESTS", "PATCHED")
ERROR = re.compile(r"^(?:\./)?(?P<file>[^\s:]+):(?P<line>\d{1,9}):(?:\d+:)? (?:fatal )?(?:error|Error): (?P<text>.*)$")
LINK = re.compile(r"undefined reference to [`'](?P<name>[^'`]+)'|multiple definition of [`'](?P<twice>[^'`]+)'")
# Before it, where the object has the lines of its source: `ld: ./kernel/a.c:12: undefined …`.
LINK_PLACE = re.compile(r"(?:^|\s)(?:\./)?(?P<file>[^\s:]+):(?P<line>\d{1,9}):(?:\([^\s()]+\):)? (?:undefined|multiple) ")
GONE = re.compile(r"^stage \d+: a manifest names an object of (?P<named>\S+), but|No rule to make target [`'](?P<name>[^']+)'")
# A signal in the words of gcc about a program of its own, of its linker's part, and of make about a command.
SIGNALS = [re.compile(pattern) for pattern in (
    r"^[\w./+-]+: (?:fatal|internal compiler) error: (?P<signal>[A-Z][\w ]+) signal terminated program (?P<program>\S+)$",
    r"^collect2: (?:fatal )?error: (?P<program>\S+) terminated with signal \d+ \[(?P<signal>[\w ]+)\]",
    r"^make(?:\[\d+\])?: \*\*\* \[(?P<program>.*)\] (?P<signal>CPU time limit exceeded|File size limit exceeded|Killed)\b")]
GROWS = "look for a macro, an include or a table in the changed files that grows without end"
ENDS = {"CPU time limit exceeded": f"used more than {CPU} s of the processor's time: {GROWS}",
        "File size limit exceeded": f"wrote a file of more than {FILE >> 20} MiB: {GROWS}",
        "Killed": "was ended by the host, which may have no memory left: end other programs there, and grade again"}
TIMEOUT = 600


class BuildError(Exception):
    """`words`: the first error in a line. `lines`: the compiler's output below it. `path`, `at`: file and line, where known."""

    def __init__(self, words, lines=(), path="", at=0):
        super().__init__(words)
        self.words, self.lines, self.path, self.at = words, list(lines), path, at

    @property
    def place(self):
        """As a compiler's message begins, or "" where it is not known."""
        return f"{self.path}:{self.at}: " if self.path else ""


def environment():
    return {k: v for k, v in os.environ.items() if k not in MAKE_VARIABLES}


def explain(output):
    """The BuildError of what make and the compiler printed."""
    # A quoted line of a source may hold a form feed or U+2028, at which splitlines() would begin a line that reads as its own.
    lines = output.replace("\r\n", "\n").removesuffix("\n").split("\n")
    for at, line in enumerate(lines):
        found = ERROR.match(line)
        if found:
            return BuildError(f"{found['file']}:{found['line']}: {found['text']}", lines[at + 1:at + 4], found["file"], int(found["line"]))
    for at, line in enumerate(lines):
        found = LINK.search(line)
        if found:
            said = f"nothing defines {found['name']}" if found["name"] else f"{found['twice']} is defined twice"
            place = LINK_PLACE.search(line)
            return BuildError(f"linking: {said}", lines[max(0, at - 1):at + 1], *((place["file"], int(place["line"])) if place else ()))
    # After these: a file's name by #line is printed with its line ends, and could be any of the compiler's own lines.
    for line in lines:
        found = next(filter(None, (pattern.match(line) for pattern in SIGNALS)), None)
        if found:
            ended = ENDS.get(found["signal"], f"ended by a signal: {found['signal']}")
            return BuildError(f"the compiler was ended: {found['program']} {ended}", [line])
    for line in lines:
        found = GONE.search(line)
        if found:
            return BuildError(f"there is no file {found['named'] or found['name']}", [line])
    if len(output.encode()) >= bounded.MOST:  # bounded.run has cut it there: its last lines are not the reason
        return BuildError(f"the compiler printed more than {bounded.MOST >> 10:,} KiB of messages, and no error among the first of them: "
                          "look for a file that includes itself", lines[:3])
    last = [line for line in lines if line.strip()][-3:]
    return BuildError(last[0] if last else "make failed without a message", last[1:])


def objects_in(folder):
    """{object: when it was made}, of all below the folder."""
    paths = [os.path.join(top, name) for top, _, names in os.walk(folder) for name in names if name.endswith(".o")]
    return {os.path.relpath(path, folder): os.stat(path).st_mtime_ns for path in paths}


def make(tree, goals, sandbox=unconfined, hide=()):
    """Builds in the tree, and writes only in its build/; raises BuildError. `hide`: folders that the compiler must not see."""
    command = sandbox(["make", "-C", tree, "-f", "Makefile", *goals], read=[tree], write=[os.path.join(tree, "build")], hide=[os.path.join(tree, p) for p in hide])
    try:
        status, out, err = bounded.run(command, env=environment(), timeout=TIMEOUT, folders=[os.path.join(tree, "build")] if sandbox is not unconfined else [])
    except bounded.UsedUp as error:
        raise BuildError(f"make was ended: {error}") from None
    except subprocess.TimeoutExpired:
        raise BuildError(f"make was not done after {TIMEOUT} s of the host's time") from None
    if status:
        raise explain(err + out)
