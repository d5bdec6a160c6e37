"""Files that are written whole or not at all: another make may want the same file at this moment, and a full disk must leave neither
half a file nor a temporary one.

`write` is for files of the tools' own. It takes no other path than its own: a link of that name is replaced and not followed, since a
folder of reports may be one that a submission's author has written to. `output` is for a path that a person names, who may mean a
link's file, a pipe, or /dev/null. Neither ever puts a file in the place of a device, a pipe or a folder: as root, a file at /dev/null
would be there for every program."""
import contextlib
import errno
import os
import re
import stat
import sys


@contextlib.contextmanager
def replacing(path):
    """The path of a new file, made by the caller, which takes the place of `path` at the block's end. A block that fails leaves neither
    that file nor a change of `path`."""
    path = os.fspath(path)
    new = f"{path}.{os.getpid()}.new"
    if path.endswith("/") or not _is_free(path):
        raise OSError(errno.EEXIST, "it names a device, a pipe or a folder, and no file; name a file", path)
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        os.remove(new)  # of a process that was killed; or a link
    try:
        yield new
        os.replace(new, path)
    finally:
        with contextlib.suppress(OSError):
            os.remove(new)


def _is_free(path):
    """Whether a file can take the name: nothing has it, or a file, or a link, but not one of the system's, as /dev/stdout is."""
    try:
        mode = os.lstat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return True
    return stat.S_ISREG(mode) or (stat.S_ISLNK(mode) and os.path.realpath(os.path.dirname(path)) != "/dev")


def write(path, content):
    """Writes text (UTF-8) or bytes; makes the folder. An OSError names `path`."""
    try:
        with replacing(path) as new, open(new, "xb") as f:
            f.write(_bytes(content))
    except OSError as error:
        raise OSError(error.errno, error.strerror, os.fspath(path)) from error


def output(path, content):
    """Likewise, to where the path leads: a device, a pipe and a stream of this process get the content as it is."""
    path, content = os.fspath(path), _bytes(content)
    try:
        stream = _stream(path)
        if stream is not None:
            sys.stdout.flush()
            with open(stream, "wb", closefd=False) as f:
                f.write(content)
        elif _is_special(path):
            with open(os.open(path, os.O_WRONLY), "wb") as f:
                f.write(content)
        elif os.path.islink(os.path.realpath(path)):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)
        else:
            write(os.path.realpath(path) + "/" * path.endswith("/"), content)
    except OSError as error:
        raise OSError(error.errno, error.strerror, path) from error


def remove_output(path):
    """Removes the file that `output` wrote there, if there is one. A device, a pipe and a stream stay."""
    if _stream(os.fspath(path)) is None and os.path.isfile(path):
        os.unlink(os.path.realpath(path))


def _bytes(content):
    return content if isinstance(content, bytes) else content.encode()


def _stream(path):
    """The number of this process's open file that the path names; None: it names none."""
    number = re.fullmatch(r"/dev/fd/(\d+)|/proc/self/fd/(\d+)", {"/dev/stdout": "/dev/fd/1", "/dev/stderr": "/dev/fd/2"}.get(path, path))
    return int(number[1] or number[2]) if number else None


def _is_special(path):
    return os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path)
