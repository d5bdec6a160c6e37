"""A seed for each submission, derived from the teacher's secret.

A term with one seed for all would give every student the same expected answers, and each report prints its seed. This one
depends on the student's name and on what was handed in: the same submission is graded alike again, and another one, by
the same student or another, is not, so nothing that a report printed serves a second time.
"""
import hashlib
import hmac
import os

BITS = 48
LEAST = 16  # bytes of a secret


def read_secret(path):
    with open(path, "rb") as f:
        secret = f.read().strip()
    if len(secret) < LEAST:
        raise ValueError(f"{path} holds {len(secret)} bytes, which can be guessed. Remedy: head -c 32 /dev/urandom | base64 > {path}")
    return secret


def seed_for(secret, name, stage, top, files):
    """The seed of student `name`'s submission: the files (relative paths) of the folder `top`."""
    digest = hashlib.sha256()
    for path in sorted(files):
        with open(os.path.join(top, path), "rb") as f:
            body = f.read()
        digest.update(b"%d %d " % (len(os.fsencode(path)), len(body)) + os.fsencode(path) + body)
    mac = hmac.new(secret, b"%d %s " % (stage, os.fsencode(name)) + digest.digest(), hashlib.sha256).digest()
    return int.from_bytes(mac[:BITS // 8], "little")
