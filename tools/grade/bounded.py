"""Running other people's programs, which may write without end."""
import subprocess
import tempfile

MOST = 1 << 20  # bytes of each stream that are read


def run(command, *, timeout, **more):
    """(status, output, errors), the latter two cut to a length that a person would read. Raises TimeoutExpired.

    The output goes to files, not pipes, so that the sandbox's limit on the size of files applies and no memory is used for
    it.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, timeout=timeout, check=False, **more)
        for stream in (out, err):
            stream.seek(0)
        return done.returncode, out.read(MOST).decode(errors="replace"), err.read(MOST).decode(errors="replace")
