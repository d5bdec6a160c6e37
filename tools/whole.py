"""Files that are written whole or not at all: another make may want the same file at this moment, and a full disk must leave neither
half a file nor a temporary one."""
import contextlib
import os


def write(path, content):
    """Writes text (UTF-8) or bytes; makes the folder. An OSError names `path`."""
    new = f"{path}.{os.getpid()}.new"
    try:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        with open(new, "wb") as f:
            f.write(content if isinstance(content, bytes) else content.encode())
        os.replace(new, path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, os.fspath(path)) from error
    finally:
        with contextlib.suppress(OSError):
            os.remove(new)
