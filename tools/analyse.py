#!/usr/bin/python3
"""make analyse: runs clang-tidy, cppcheck and gcc's -fanalyzer over the C sources, and fails if they find anything.

An exception is marked at its place in the source, with its reason:
    // NOLINTNEXTLINE(check): why        /* cppcheck-suppress id ; why */
A file without findings is not analysed again until it or a file that it includes changes (build/analyse holds their hashes),
so a second run takes a second. Linux runs its analysers separately (smatch, sparse, coccinelle); people are more likely to
run a single command.
"""
import os
import sys

import ending

ending.loading("analyse", __name__)

import argparse  # noqa: E402
import concurrent.futures  # noqa: E402
import glob  # noqa: E402
import hashlib  # noqa: E402
import json  # noqa: E402
import re  # noqa: E402
import shlex  # noqa: E402
import subprocess  # noqa: E402

import llvm  # noqa: E402
import whole  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CACHE = os.path.join(ROOT, "build", "analyse")
SOURCES = ["kernel/**/*.c", "lib/**/*.c", "user/**/*.c", "servers/**/*.c", "drivers/**/*.c"]
# Of the compiler's flags, those that clang does not know or that would stop it at the first warning.
NOT_CLANGS = re.compile(r"-Werror|-Wno-error|--param|-flto|-ffile-prefix-map|-g$|-O\d$")
# Programs for POSIX compute with floating-point numbers, and are looked at with the host's headers.
NOT_POSIX = ("-mgeneral-regs-only", "-ffreestanding")
# Uninitialised variables are found by clang's and gcc's analysers, through loops and calls; newer releases of cppcheck
# report arrays that a callee or a loop fills as uninitialised.
CPPCHECK = ["cppcheck", "--quiet", "--std=c11", "--platform=unix64", "--enable=warning,performance,portability",
            "--inline-suppr", "--suppress=uninitvar", "--template={file}:{line}:{column}: {severity}: {message} [{id}]", "--error-exitcode=0"]
# Each starter of a lab brings this header, so that a file with two open exercises still builds when one is solved.
TWICE = re.compile(r"^(\S+?):(\d+):\d+: warning: duplicate include \[readability-duplicate-include")
OF_STARTERS = '#include "lib/exercise.h"'
FINDING = re.compile(r"^\S+:\d+:\d+: (warning|error|style|performance|portability): ")


def commands(tidy, source, flags):
    includes = [f for f in flags if f.startswith("-I")]
    clang = [f for f in flags if not NOT_CLANGS.match(f)]
    gcc = [f for f in flags if f != "-Werror" and not f.startswith("-flto")]
    return [[tidy, "--quiet", source, "--", *clang],
            [*CPPCHECK, *includes, source],
            ["gcc", *gcc, "-fanalyzer", "-fdiagnostics-plain-output", "-c", source, "-o", "/dev/null"]]


def family(source):
    """The flags by which the file is compiled."""
    return "kernel" if source.startswith("kernel/") else "posix" if source.startswith("user/posix/") else "user"


def digest(paths, also):
    """One hash of all these files and of the way they are analysed; None if one of them does not exist."""
    state = hashlib.sha256(json.dumps(also).encode())
    for path in paths:
        try:
            with open(os.path.join(ROOT, path), "rb") as f:
                state.update(path.encode() + b"\0" + hashlib.sha256(f.read()).digest())
        except OSError:
            return None
    return state.hexdigest()


def included(source, flags):
    """The file and all it includes, as the compiler finds them."""
    made = subprocess.run(["gcc", *flags, "-MM", source], cwd=ROOT, text=True, check=False, capture_output=True)
    return sorted(set(made.stdout.replace("\\\n", " ").split(":", 1)[-1].split())) or [source]


def of_starters(line):
    """A finding that is only the header of a second starter."""
    twice = TWICE.match(line)
    if not twice:
        return False
    with open(os.path.join(ROOT, twice[1]), encoding="utf-8") as f:
        return f.read().splitlines()[int(twice[2]) - 1] == OF_STARTERS


def analyse(tidy, source, flags, versions):
    """(source, findings, whether it was analysed now)."""
    note = os.path.join(CACHE, source.replace("/", "_") + ".json")
    how = [flags, versions]
    try:
        with open(note, encoding="utf-8") as f:
            known = json.load(f)
        if known["digest"] == digest(known["files"], how):
            return source, [], False
    except (OSError, ValueError, KeyError):
        pass
    files, found = included(source, flags), []
    before = digest(files, how)
    for command in commands(tidy, source, flags):
        done = subprocess.run(command, cwd=ROOT, text=True, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        lines = [line.replace(ROOT + "/", "") for line in done.stdout.splitlines() if FINDING.match(line)]
        tool = command[0].removesuffix(f"-{llvm.RELEASE}")
        found += [f"{line} ({tool})" for line in lines if not of_starters(line)]
        if done.returncode and not lines:
            found.append(f"{source}: {command[0]} failed with status {done.returncode}:\n{done.stdout[-800:]}")
    if not found and before:
        whole.write(note, json.dumps({"digest": before, "files": files}))
    return source, found, True


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kernel", required=True, help="compiler flags of the kernel")
    parser.add_argument("--user", required=True, help="compiler flags of programs")
    parser.add_argument("files", nargs="*", help="only these")
    options = parser.parse_args()
    try:
        tidy = llvm.find("clang-tidy")
    except llvm.Missing as missing:
        sys.exit(f"analyse: {missing}")
    os.makedirs(CACHE, exist_ok=True)
    versions = [subprocess.run([tool, "--version"], capture_output=True, text=True, check=True).stdout
                for tool in (tidy, "cppcheck", "gcc")]
    for own in (".clang-tidy", "tools/analyse.py"):
        with open(os.path.join(ROOT, own), encoding="utf-8") as f:
            versions.append(f.read())
    sources = options.files or sorted(s for pattern in SOURCES for s in glob.glob(pattern, root_dir=ROOT, recursive=True))
    user = shlex.split(options.user)
    flags = {"kernel": shlex.split(options.kernel), "user": user, "posix": [f for f in user if f not in NOT_POSIX]}
    found, anew = set(), 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for _, lines, looked in pool.map(lambda s: analyse(tidy, s, flags[family(s)], versions), sources):
            found |= set(lines)
            anew += looked
    for line in sorted(found):
        print(line)
    print(f"analyse: {len(sources)} files, {anew} analysed now: {len(found) or 'no'} findings")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    ending.run("analyse", main)
