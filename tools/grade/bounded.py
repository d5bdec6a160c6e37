"""Running other people's programs, which may write without end."""
import subprocess
import tempfile

MOST = 1 << 20  # bytes of each stream that are read


def run(command, *, timeout, **more):
    """(status, output, errors): as much as a person would read of them. Raises TimeoutExpired.

    Into files, not pipes: there the sandbox's limit on the size of files holds, and we are not to hold it in memory.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, timeout=timeout, check=False, **more)
        for stream in (out, err):
            stream.seek(0)
        return done.returncode, out.read(MOST).decode(errors="replace"), err.read(MOST).decode(errors="replace")
