"""Checks of the values that a person gives to a command, for make (tools/variables.py) and for the commands themselves.

Each function takes the text, and returns the value or raises Wrong, a sentence about the values that are allowed.
"""
import argparse
import os
import re
import socket

BOOTS = ("iso", "uefi", "kernel")
FORMS = ("short", "full")
USERS = ("root", "user", "both")
LEAST_MEMORY = 16 << 20  # with less, stage 4 does not reach its prompt (docs/machines.md)
UNITS = {"": 20, "K": 10, "M": 20, "G": 30}  # as QEMU's -m takes them


class Wrong(argparse.ArgumentTypeError):
    """A value that is not allowed, as a sentence about it."""


def one_of(allowed):
    def check(text):
        if text not in allowed:
            raise Wrong(f"it is one of {', '.join(allowed)}")
        return text
    return check


def number(text, least, most, what):
    if not re.fullmatch(r"[0-9]{1,9}", text) or not least <= int(text) <= most:
        raise Wrong(f"{what} is a whole number from {least} to {most}")
    return int(text)


def port(text):
    return number(text, 0, 65535, "a port")


def seconds(text):
    return number(text, 1, 1000000, "it")


def memory(text):
    """An amount as QEMU's -m takes it."""
    amount = re.fullmatch(r"([1-9][0-9]{0,8})([KMG]?)", text.upper())
    if not amount:
        raise Wrong("an amount of memory is a whole number with K, M or G after it, such as 64M")
    if int(amount[1]) << UNITS[amount[2]] < LEAST_MEMORY:
        raise Wrong(f"the system needs {LEAST_MEMORY >> 20}M to boot")
    return text


def address(text):
    try:
        socket.getaddrinfo(text, None)
    except OSError as error:
        raise Wrong(f"no address of this machine, such as 127.0.0.1 or 0.0.0.0: {error.strerror}") from error
    return text


def suite(text):
    if not re.fullmatch(r"[a-z][a-z0-9.-]*", text):
        raise Wrong("it is not the name of a suite, such as bookworm, trixie or sid")
    return text


def url(text):
    if not re.fullmatch(r"(https?|ftp|file)://?\S+", text):
        raise Wrong("a mirror is an address such as https://deb.debian.org/debian")
    return text


def linux(text):
    if not os.access(os.path.join(text, "run.sh"), os.X_OK):
        raise Wrong("a folder with a program run.sh that measures a Linux guest (docs/performance.md)")
    return text
