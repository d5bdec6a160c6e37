#!/usr/bin/python3
"""Addresses in words: function, file and line, of the kernel and of programs.

    symbolise.py --build build/stage-4 < serial.log     copies a machine's output; lines with an address
                                                         get the function and the place in the source
    symbolise.py --table OUT NAME=ELF...                 boot/symbols: the functions of each program, by which init
                                                         names them in the machine itself (lib/postmortem/symbols.c)

Functions come from the ELF symbol tables, which are read here, so that they are there with any toolchain;
lines from binutils' addr2line. Linux' decode_stacktrace.sh works on a saved log; here `make run` and the grader pipe their
output through this tool, so that it need not be called by hand.
"""
import argparse
import bisect
import functools
import os
import re
import shutil
import struct
import subprocess
import sys

import ending
import whole

KERNEL_BASE = 0xffffffff80000000
SYMTAB, ALLOC_EXEC, FUNC, NOTYPE = 2, 0x6, 2, 0  # gABI, sections and symbols
SUFFIX = re.compile(r"\.(constprop|isra|part|cold|lto_priv)\b.*")  # what gcc adds to a function it made anew


class Elf:
    """The functions of an ELF64 file: names, ascending starts, and where the code ends."""

    def __init__(self, path):
        with open(path, "rb") as f:
            self.data = f.read()
        if self.data[:6] != b"\x7fELF\x02\x01":
            raise ValueError(f"{path} is not a 64-bit little-endian ELF file")
        try:
            self.read()
        except (struct.error, IndexError, OverflowError, ValueError) as error:
            raise ValueError(f"{path} is a damaged ELF file") from error

    def read(self):
        self.sections = self.read_sections()
        self.code = [(s[3], s[3] + s[5]) for s in self.sections if s[2] & ALLOC_EXEC == ALLOC_EXEC and s[5]]
        found = {}
        for start, size, kind, name in self.read_symbols():
            # Of several names for one place a sized function's is the best.
            if self.is_code(start) and name and found.get(start, (-1,))[0] < (rank := (kind == FUNC) + (size > 0)):
                found[start] = (rank, SUFFIX.sub("", name))
        self.starts = sorted(found)
        self.names = [found[s][1] for s in self.starts]

    def read_sections(self):
        offset, = struct.unpack_from("<Q", self.data, 0x28)
        size, count = struct.unpack_from("<HH", self.data, 0x3a)
        # name, type, flags, address, offset, size, link, info, alignment, entry size
        return [struct.unpack_from("<IIQQQQIIQQ", self.data, offset + i * size) for i in range(count)]

    def read_symbols(self):
        for section in self.sections:
            if section[1] != SYMTAB:
                continue
            strings = self.sections[section[6]][4]
            for at in range(section[4], section[4] + section[5], 24):
                name, info, _, index, value, size = struct.unpack_from("<IBBHQQ", self.data, at)
                if info & 15 in (FUNC, NOTYPE) and 0 < index < len(self.sections):
                    end = self.data.index(b"\0", strings + name)
                    yield value, size, info & 15, self.data[strings + name:end].decode("ascii", "replace")

    def is_code(self, address):
        return any(start <= address < end for start, end in self.code)

    def function(self, address):
        """(name, offset), or None."""
        i = bisect.bisect_right(self.starts, address) - 1
        return (self.names[i], address - self.starts[i]) if i >= 0 and self.is_code(address) else None


def find_tool(name):
    here = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "build/toolchain/bin")
    for tool in (os.path.join(here, f"x86_64-elf-{name}"), f"x86_64-elf-{name}", name):
        if shutil.which(tool):
            return tool
    return None


class Symbols:
    """The symbols of one ELF file. A file that is missing or damaged has none."""

    def __init__(self, path, confine=list):
        """`confine` makes the command by which a file is read that another person's build made."""
        self.path, self.confine = path, confine
        self.tool = find_tool("addr2line")

    @functools.cached_property
    def elf(self):
        """The file's contents, or None: read at the first question, and no thread sees half of it."""
        try:
            return Elf(self.path)
        except (OSError, ValueError):
            return None

    def lines(self, addresses):
        """[(function, file:line)] by the debugging information, of inlined functions the innermost; "" for unknown."""
        unknown = [("", "")] * len(addresses)
        if not addresses or not self.tool or not os.path.exists(self.path):
            return unknown
        try:
            out = subprocess.run(self.confine([self.tool, "-f", "-e", self.path, *(f"{a:x}" for a in addresses)]), text=True,
                                 capture_output=True, check=True, timeout=20).stdout.splitlines()
        except (subprocess.SubprocessError, OSError):
            return unknown
        if len(out) != 2 * len(addresses):
            return unknown
        found = []
        for name, place in zip(out[::2], out[1::2]):
            place = place.split(" (disc")[0].removeprefix("./")
            known = not place.startswith("??") and not place.endswith((":0", ":?"))
            found.append(("" if name == "??" else SUFFIX.sub("", name), place if known else ""))
        return found

    def lookup(self, addresses):
        """[(function, file:line)] of addresses; ("0x…", "") where there is none."""
        found = []
        for address, (name, place) in zip(addresses, self.lines(addresses)):
            own = self.elf.function(address) if not name and self.elf else None
            found.append((name or (own[0] if own else f"0x{address:x}"), place))
        return found

    def describe(self, address, is_return=False):
        """("rendezvous_send+0x43", "kernel/ipc/rendezvous.c:61"); "" for a part that is not known. A return address belongs to the
        call before it, which may be its function's last instruction."""
        own = self.elf.function(address - is_return) if self.elf else None
        if not own:
            return "", ""
        return f"{own[0]}+0x{own[1] + is_return:x}", self.lines([address - is_return])[0][1]

    def backtrace(self, addresses, exact=0):
        """Lines "  function (file:line)"; from index `exact` on the addresses are return addresses."""
        found = self.lookup([a - (i >= exact) for i, a in enumerate(addresses)])
        return [f"  {name} ({place})" if place else f"  {name}" for name, place in found]

    def places(self, addresses, most=5):
        """The functions that ran last, the newest first, each once."""
        lines = []
        for address, (name, place) in zip(reversed(addresses), self.lookup(addresses[::-1])):
            if address < KERNEL_BASE and name.startswith("0x"):
                name, place = f"a user program at {name}", ""
            line = f"  {name} ({place})" if place else f"  {name}"
            if line.split(":")[0] not in [seen.split(":")[0] for seen in lines]:
                lines.append(line)
            if len(lines) == most:
                break
        return lines


class Annotator:
    """Copies a machine's serial line and adds to the ends of lines. Bytes pass as they come, so that a prompt appears at
    once."""

    ADDRESS = re.compile(r"\b(at|from) 0x([0-9a-f]{1,16})\b( [^\s,]+\+0x[0-9a-f]+)?")
    PROGRAM = re.compile(r' in boot/([\w.-]+)|thread "([\w.-]+)"')
    FAULT = re.compile(r"^\[fault\] (?:service )?([\w.-]+)")
    ESCAPE = re.compile(r"\x1b(?:\[[0-9;?]*[A-Za-z]|[78])")
    LONGEST = 1000  # a line that is longer is not part of a report

    def __init__(self, build):
        self.build = build
        self.files = {}
        self.line = b""
        self.held = b""
        self.exact = False     # the next address of the kernel is where it was, not where it was to return to
        self.faulted = None    # the thread that the kernel's last report of a fault names

    def symbols(self, name):
        path = os.path.join(self.build, "kernel.elf" if name is None else f"bin/{name}")
        if name not in self.files:
            self.files[name] = Symbols(path)
        return self.files[name]

    def note(self, line):
        """The text to add to this line."""
        fault = self.FAULT.match(line)
        if fault:
            self.faulted = fault.group(1)
        found = self.ADDRESS.search(line)
        exact, self.exact = self.exact, line.startswith("cr2 ")
        if not found:
            return ""
        address, program = int(found.group(2), 16), self.PROGRAM.search(line)
        if address >= KERNEL_BASE:
            name, place = self.symbols(None).describe(address, is_return=not exact)
        else:
            name = (program.group(1) or program.group(2)) if program else self.faulted
            if not name:
                return ""
            name, place = self.symbols(name).describe(address, is_return=found.group(1) == "from")
        name = "" if found.group(3) else name  # the machine has named it itself
        return (f" {name}" if name else "") + (f" ({place})" if place else "")

    def feed(self, data):
        out, data, self.held = [], self.held + data, b""
        if data.endswith(b"\r") and self.ADDRESS.search((self.line + data).decode("utf-8", "replace")):
            data, self.held = data[:-1], b"\r"  # a line's end in two parts: the addition goes before it
        for piece in re.split(rb"(\r?\n)", data):
            if piece in (b"\n", b"\r\n"):
                text = self.ESCAPE.sub("", self.line.decode("utf-8", "replace")).strip("\r")
                out += [self.note(text).encode(), piece]
                self.line = b""
            else:
                out.append(piece)
                self.line = (self.line + piece)[:self.LONGEST]
        return b"".join(out)


def write_table(out, programs):
    lines = []
    for argument in programs:
        name, equals, path = argument.partition("=")
        if not equals or not name:
            sys.exit(f"symbolise.py: {argument}: expected NAME=ELF")
        try:
            elf = Elf(path)
        except (OSError, ValueError) as error:
            sys.exit(f"symbolise.py: {error}")
        lines.append(f"program {name}")
        lines += [f"{start:x} {function}" for start, function in zip(elf.starts, elf.names)]
        lines += [f"{end:x} -" for end in [max((end for _, end in elf.code), default=0)] if end]
    whole.write(out, "\n".join(lines) + "\n")


def main():
    parser = argparse.ArgumentParser(description="Name the addresses in a machine's output.")
    parser.add_argument("--build", default="build/stage-4", help="folder of the built stage that was run")
    parser.add_argument("--table", metavar="OUT", help="write a table of functions instead")
    parser.add_argument("files", nargs="*", help="logs (standard input); with --table NAME=ELF")
    options = parser.parse_args()
    if options.table:
        write_table(options.table, options.files)
        return
    annotator = Annotator(options.build)
    for path in options.files or ["-"]:
        try:
            with (sys.stdin.buffer if path == "-" else open(path, "rb")) as f:
                while data := f.read1(65536):
                    sys.stdout.buffer.write(annotator.feed(data))
                    sys.stdout.buffer.flush()
        except OSError as error:
            sys.exit(f"symbolise.py: {path}: {error.strerror}")


if __name__ == "__main__":
    ending.run("symbolise.py", main)
