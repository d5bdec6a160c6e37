#!/usr/bin/python3
"""image_chroot.py [--file DOCKERFILE] FOLDER [COMMAND...]: a Dockerfile's steps in a chroot, without a container engine.

Makes FOLDER by debootstrap from the suite that FROM names, does each COPY and RUN in it, puts a copy of this tree at WORKDIR, and runs COMMAND
(else CMD) there. As root; the mounts are made in a namespace of their own and go with it.
A FOLDER that was finished before has a mark and is used as it is, for the command alone; any other folder with
something in it is refused. So the image can be tested on a machine that has no engine, in CI too; an engine's layers and
cache are left to engines.

After debootstrap, everything is written from within the chroot, by the image's own programs: a link in FOLDER then leads
to a place in FOLDER, as it does in a container, and never to a file of this machine.
"""
import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MARK = ".microk-image"  # in FOLDER when all steps were done; contains the Dockerfile that they were
TREE = "/mnt"  # where a COPY finds this tree

# $1: FOLDER, $2: this tree where the step needs it, the rest: the command for the chroot. Descriptor 3 is this machine's
# name servers.
ENTER = """
set -e
cd "$1"
for name in proc dev mnt; do
	[ -d "$name" ] && [ ! -h "$name" ] || { echo "image_chroot: $1/$name is not a folder, so nothing is mounted on it" >&2; exit 1; }
done
mount -t proc proc proc
mount --rbind /dev dev
[ -z "$2" ] || mount --bind -o ro "$2" mnt
names=/etc/resolv.conf
[ -r $names ] || names=/dev/null
exec 3<$names
shift 2
exec chroot . /usr/bin/env -i HOME=/root TERM=dumb DEBIAN_FRONTEND=noninteractive \
	PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
"""
# In the chroot. $1: the working directory, the rest: the command.
WITHIN = """
rm -f /etc/resolv.conf && cat <&3 >/etc/resolv.conf
exec 3<&-
cd "$1" && shift && exec "$@"
"""


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
            target = os.path.join(place, target)
            sources = [os.path.join(TREE, source) for source in sources]
            script = f"mkdir -p {shlex.quote(os.path.dirname(target))} && cp -a {shlex.join([*sources, target])}"
            commands.append(inside(folder, "/", ["/bin/sh", "-c", script], ROOT))
        elif instruction == "RUN":
            commands.append(inside(folder, place, ["/bin/sh", "-c", rest]))
        elif instruction == "WORKDIR":
            place = rest
            commands.append(inside(folder, "/", ["mkdir", "-p", place]))
        elif instruction == "CMD":
            command = json.loads(rest)
        else:
            fail(f"this script has no instruction {instruction}; its head lists those that it has")
    return commands, place, command


def inside(folder, place, command, tree=""):
    """A command in the chroot, with /proc, /dev and the network's names, in a mount namespace of its own."""
    return ["unshare", "--mount", "/bin/sh", "-c", ENTER, "sh", folder, tree, "/bin/sh", "-c", WITHIN, "sh", place, *command]


def copy_tree(folder, place):
    """The tree's tracked files, as they stand here, the property of the chroot's root."""
    names = subprocess.run(["git", "-c", f"safe.directory={ROOT}", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"], check=True,
                           stdout=subprocess.PIPE).stdout
    with tempfile.TemporaryFile() as packed:
        subprocess.run(["tar", "-C", ROOT, "--null", "-T", "-", "-c", "--ignore-failed-read"], input=names, stdout=packed, check=True)
        packed.seek(0)
        if subprocess.call(inside(folder, place, ["tar", "-x", "--no-same-owner", "-f", "-"]), stdin=packed):
            fail(f"this tree could not be copied to {place} in {folder}")


def is_finished(folder, dockerfile):
    """Whether FOLDER is such an image already; anything else that is in the way ends this."""
    if not os.path.exists(folder):
        return False
    if not os.path.isdir(folder):
        fail(f"{folder} is not a folder; name one that is empty, or that does not exist yet")
    if not os.listdir(folder):
        return False
    try:
        with open(os.open(os.path.join(folder, MARK), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), encoding="utf-8") as f:
            if f.read() == dockerfile:
                return True
        fail(f"{folder} was made from another Dockerfile than today's; remove it, and it is made anew")
    except OSError:
        fail(f"{folder} is not finished: a step failed or was ended, or it is something else; remove it, and it is made anew")


def make_image(folder, commands, dockerfile):
    for words in commands:
        print("+", shlex.join(words)[-200:].rpartition("\n")[2], flush=True)
        if subprocess.call(words, stdin=subprocess.DEVNULL):
            fail(f"this step failed: {shlex.join(words)}")
    with open(os.open(os.path.join(folder, MARK), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), "w", encoding="utf-8") as f:
        f.write(dockerfile)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--plan", action="store_true", help="print the commands, run nothing")
    parser.add_argument("--file", default="Dockerfile", help="another of this tree's Dockerfiles")
    parser.add_argument("folder")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    folder = os.path.realpath(options.folder)
    with open(os.path.join(ROOT, options.file), encoding="utf-8") as f:
        dockerfile = f.read()
    commands, place, command = plan(parse(dockerfile), folder)
    command = options.command or command
    if options.plan:
        for words in [*commands, inside(folder, place, command)]:
            print(shlex.join(words))
        return
    if os.getuid() != 0:
        fail("debootstrap and chroot need root")
    if not is_finished(folder, dockerfile):
        make_image(folder, commands, dockerfile)
    copy_tree(folder, place)
    sys.exit(subprocess.call(inside(folder, place, command)))


if __name__ == "__main__":
    main()
