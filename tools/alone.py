"""One process at a time in a folder: two that build or unpack there would each read the other's half-made files."""
import contextlib
import fcntl
import os
import sys


@contextlib.contextmanager
def alone(folder, waits=""):
    """Holds the folder's lock. The kernel releases it when the process ends, however that happens. `waits`: printed if another has it."""
    os.makedirs(folder, exist_ok=True)
    # Where --out lies in a submission, a link of its author's may have this name.
    with open(os.open(os.path.join(folder, "lock"), os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o666), "w", encoding="utf-8") as f:
        try:
            fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if waits:
                print(waits, file=sys.stderr, flush=True)
            fcntl.flock(f, fcntl.LOCK_EX)
        yield folder
