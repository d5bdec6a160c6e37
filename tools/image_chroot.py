#!/usr/bin/python3
"""image_chroot.py FOLDER [COMMAND...]: the Dockerfile's steps in a chroot, without a container engine.

Makes FOLDER by debootstrap from the suite that FROM names, does each COPY and RUN in it, puts a copy of this tree where
WORKDIR says, and runs COMMAND (else CMD) there. As root; the mounts are made in a namespace of their own and go with it.
A FOLDER that is there already is used as it is, for the command alone. So the image can be tested on a machine that has
no engine, in CI too; an engine's layers and cache are left to engines.
"""
import argparse
import json
import os
import shlex
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def fail(text):
    sys.exit(f"image_chroot: {text}")


def parse(text):
    """[(instruction, rest)], continued lines joined, comments left out."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ").splitlines()
    return [(line.split(None, 1)[0].upper(), line.split(None, 1)[1].strip()) for line in joined]


def plan(steps, folder):
    """The commands that make the image in `folder`, then its working directory and what it runs."""
    commands, place, command = [], "/", None
    for instruction, rest in steps:
        if instruction == "FROM":
            name, _, suite = rest.partition(":")
            if name != "debian" or not suite:
                fail(f"FROM {rest}: only debian:SUITE can be made by debootstrap")
            commands.append(["debootstrap", "--variant=minbase", suite, folder])
        elif instruction == "COPY":
            *sources, target = shlex.split(rest)
            target = os.path.join(folder, os.path.join(place, target).lstrip("/"))
            commands += [["mkdir", "-p", os.path.dirname(target)],
                         ["cp", "-a", *[os.path.join(ROOT, source) for source in sources], target]]
        elif instruction == "RUN":
            commands.append(inside(folder, place, ["/bin/sh", "-c", rest]))
        elif instruction == "WORKDIR":
            place = rest
            commands.append(["mkdir", "-p", os.path.join(folder, place.lstrip("/"))])
        elif instruction == "CMD":
            command = json.loads(rest)
        else:
            fail(f"{instruction} is no instruction that this script knows; see its head")
    return commands, place, command


def inside(folder, place, command):
    """A command in the chroot, with /proc, /dev and the network's names, in a mount namespace of its own."""
    folder, words = shlex.quote(folder), " ".join(map(shlex.quote, command))
    setup = (f"set -e; mount -t proc proc {folder}/proc; mount --rbind /dev {folder}/dev; "
             f"cp /etc/resolv.conf {folder}/etc/resolv.conf 2>/dev/null || :; exec chroot {folder} /usr/bin/env -i HOME=/root "
             f"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb DEBIAN_FRONTEND=noninteractive "
             f"/bin/sh -c {shlex.quote(f'cd {shlex.quote(place)} && exec {words}')}")
    return ["unshare", "--mount", "/bin/sh", "-c", setup]


def copy_tree(target):
    """What git knows of the tree, as it stands here."""
    names = subprocess.run(["git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"], check=True,
                           stdout=subprocess.PIPE).stdout
    subprocess.run(["tar", "-C", ROOT, "--null", "-T", "-", "-cf", f"{target}.tar", "--ignore-failed-read"], input=names,
                   check=True)
    os.makedirs(target, exist_ok=True)
    subprocess.run(["tar", "-C", target, "-xf", f"{target}.tar"], check=True)
    os.unlink(f"{target}.tar")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--plan", action="store_true", help="print the commands, run nothing")
    parser.add_argument("folder")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    folder = os.path.abspath(options.folder)
    with open(os.path.join(ROOT, "Dockerfile"), encoding="utf-8") as f:
        commands, place, command = plan(parse(f.read()), folder)
    command = options.command or command
    if options.plan:
        for words in [*commands, inside(folder, place, command)]:
            print(shlex.join(words))
        return
    if os.getuid() != 0:
        fail("debootstrap and chroot need root")
    for words in [] if os.path.exists(folder) else commands:
        print("+", shlex.join(words)[:200], flush=True)
        if subprocess.call(words, stdin=subprocess.DEVNULL):
            fail(f"this step failed: {shlex.join(words)}")
    copy_tree(os.path.join(folder, place.lstrip("/")))
    sys.exit(subprocess.call(inside(folder, place, command)))


if __name__ == "__main__":
    main()
