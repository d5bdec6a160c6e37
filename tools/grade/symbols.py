"""Addresses of a kernel image in words: function, file and line, by binutils' addr2line."""
import os
import shutil
import subprocess

KERNEL_BASE = 0xffffffff80000000


class Symbols:
    def __init__(self, elf):
        self.elf = elf
        self.tool = next((t for t in ("x86_64-elf-addr2line", "addr2line") if shutil.which(t)), None)

    def lookup(self, addresses):
        """[(function, file:line)] of addresses; ("0x…", "") where there is none."""
        plain = [(f"0x{a:x}", "") for a in addresses]
        if not addresses or not self.tool or not os.path.exists(self.elf):
            return plain
        try:
            out = subprocess.run([self.tool, "-f", "-e", self.elf, *(f"{a:x}" for a in addresses)], text=True,
                                 capture_output=True, check=True, timeout=20).stdout.splitlines()
        except (subprocess.SubprocessError, OSError):
            return plain
        found = []
        for i, address in enumerate(addresses):
            name, place = out[2 * i], out[2 * i + 1].split(" (disc")[0]
            place = place[2:] if place.startswith("./") else place
            found.append((name if name != "??" else f"0x{address:x}", "" if place.startswith("??") else place))
        return found

    def backtrace(self, addresses, exact=0):
        """Lines "  function (file:line)"; from index `exact` on the addresses are return addresses."""
        found = self.lookup([a - (i >= exact) for i, a in enumerate(addresses)])
        return [f"  {name} ({place})" if place else f"  {name}" for name, place in found]

    def places(self, addresses, most=5):
        """Where it has been lately, the newest first, each function once."""
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
