"""Files that are written whole or not at all: another make may want the same file at this moment, and a full disk must leave neither
half a file nor a temporary one."""
import contextlib
import os


def write(path, content):
    """Writes text (UTF-8) or bytes; makes the folder. A link stays and the file that it leads to is written. A device or a pipe cannot
    be written whole, and is written to as it is: as root, a file put in the place of /dev/null would be there for every program. An
    OSError names `path`."""
    path = os.fspath(path)
    content = content if isinstance(content, bytes) else content.encode()
    target = os.path.realpath(path)
    new = f"{target}.{os.getpid()}.new"
    try:
        if os.path.exists(path) and not os.path.isfile(path):
            with open(path, "wb") as f:
                f.write(content)
            return
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(new, "wb") as f:
            f.write(content)
        os.replace(new, target)
    except OSError as error:
        raise OSError(error.errno, error.strerror, path) from error
    finally:
        with contextlib.suppress(OSError):
            os.remove(new)
