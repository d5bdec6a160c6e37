#!/usr/bin/python3
"""Checks the variables that a person gives to make, before anything is installed or built for them.

    variables.py "GOALS" [command|environment NAME=VALUE]...

Prints the first that is wrong, in one line; nothing if all are right. A variable on the command line must belong to one of the
goals: `make web MEMORY=128M` would otherwise do without a word what was not asked for. Those that happen to be in the
environment count for their own goals only. The commands check their arguments themselves, too (tools/values.py).

GNU's configure warns of options that no package takes; Linux's make ignores unknown variables.
"""
import sys

sys.dont_write_bytecode = True
import ending  # noqa: E402

ending.loading("make", __name__)

import values  # noqa: E402


def any_text(text):
    return text


# goal: {variable: its check}
TAKES = {
    "run": {"BOOT": values.one_of(values.BOOTS), "MEMORY": values.memory, "APPEND": any_text},
    "web": {"PORT": values.port, "LISTEN": values.address, "ALLOW_HOST": any_text},
    "gdb": {"PROGRAM": any_text},
    "check-debian": {"SUITE": values.suite, "FORM": values.one_of(values.FORMS), "AS": values.one_of(values.USERS), "MIRROR": values.url},
    "bench": {"LINUX": values.linux},
    "next": {"FILL": values.one_of(["1"])},
    "fuzz": {"SECONDS": values.seconds},
    "course": {"UPTO": any_text, "DEST": any_text},
}
# goal: (the sentence if one is missing, the variables that it needs)
NEEDED = {"check-debian": ("Say which Debian: make check-debian SUITE=trixie", "SUITE"),
          "course": ("Say how far and where to: make course UPTO=1 DEST=../course", "UPTO", "DEST")}


def problem(goals, given):
    """The first mistake, in a line; None if there is none. `given`: {name: (origin, value)}."""
    takes = {name: check for goal in goals for name, check in TAKES.get(goal, {}).items()}
    for name, (origin, value) in given.items():
        if name not in takes:
            if origin == "command":
                own = ", ".join(goal for goal in TAKES if name in TAKES[goal])
                some = f"; it takes {', '.join(takes)}" if takes else ""
                return f"{name}={value}: that is for make {own}, and make {' '.join(goals)} does not use it{some}"
            continue
        try:
            if value:
                takes[name](value)
        except values.Wrong as wrong:
            return f"{name}={value}: {wrong}"
    for goal in goals:
        sentence, *needed = NEEDED.get(goal, ("",))
        if not all(given.get(name, ("", ""))[1] for name in needed):
            return sentence
    if given.get("APPEND", ("", ""))[1] and "run" in goals and given.get("BOOT", ("", ""))[1] != "kernel":
        return "APPEND: a command line needs BOOT=kernel, because GRUB's is fixed in the image"
    return None


def main(goals, *words):
    given = {}
    for origin, word in zip(words[::2], words[1::2]):
        name, _, value = word.partition("=")
        given[name] = (origin, value)
    said = problem(goals.split(), given)
    if said:
        print(" ".join(said.split()))


if __name__ == "__main__":
    main(*sys.argv[1:])
