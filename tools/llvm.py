#!/usr/bin/python3
"""llvm.py TOOL: prints the command that is TOOL (clang-format, clang-tidy, clang) of the release this tree is kept with.

Each release of clang-format lays out a little differently, and each of clang-tidy finds something else; so every host uses
one release. 19 is one that Debian 12 and Debian 13 both have, in packages named with the number.
"""
import re
import shutil
import subprocess
import sys

RELEASE = 19


class Missing(Exception):
    """A sentence for a person: the missing tool, and the package to install."""


def release_of(command):
    """The number of the release that a command reports; None if there is no such command."""
    if not shutil.which(command):
        return None
    said = subprocess.run([command, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"version (\d+)", said)
    return int(found[1]) if found else None


def find(tool):
    """The tool's name in RELEASE, with the number in it or without."""
    other = None
    for command in (f"{tool}-{RELEASE}", tool):
        other = release_of(command)
        if other == RELEASE:
            return command
    here = f"only that of release {other}" if other else "none"
    raise Missing(f"this tree is kept with {tool} {RELEASE}, and there is {here} here; "
                  f"Debian's package is {tool}-{RELEASE}")


def find_any(tool):
    """For uses in which the release does not matter: the tool of RELEASE, or else of the release that the system has."""
    try:
        return find(tool)
    except Missing:
        if shutil.which(tool):
            return tool
        raise


if __name__ == "__main__":
    try:
        print(find(sys.argv[1]))
    except Missing as missing:
        sys.exit(f"llvm.py: {missing}")
