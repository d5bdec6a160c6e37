"""How a command that a person started ends: Ctrl-C, a full disk or a read-only tree is a line, not a Python traceback.

Weighed: sys.excepthook, which would also hide the traceback of a mistake in the command itself.
"""
import os
import signal
import sys


def reason(error):
    """The file on which a call of the system failed, and why."""
    return ": ".join(str(part) for part in (error.filename or "a file that this command writes", error.strerror or error))


def loading(name, module):
    """Until run() or loaded(), Ctrl-C ends this process in one line. A command calls it before its other imports, with its __name__:
    in a module that another one imports, this does nothing."""
    def end(number, _):
        os.write(2, f"\n{name}: ended before it began\n".encode())
        os._exit(128 + number)

    if module == "__main__" and signal.getsignal(signal.SIGINT) == signal.default_int_handler:
        signal.signal(signal.SIGINT, end)


def loaded():
    """From now on, Ctrl-C is a KeyboardInterrupt again."""
    if callable(signal.getsignal(signal.SIGINT)):  # else it is ignored, or has its default, from the process's start
        signal.signal(signal.SIGINT, signal.default_int_handler)


def run(name, main, *arguments):
    """Calls main and ends the process with its status (None: 0)."""
    try:
        loaded()
        status = main(*arguments)
    except KeyboardInterrupt:
        print(f"\n{name}: ended before it was done", file=sys.stderr)
        status = 128 + signal.SIGINT
    except BrokenPipeError:  # the program that read the output has ended (make … | head)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # or Python's last flush would fail, too
        status = 128 + signal.SIGPIPE
    except OSError as error:
        print(f"{name}: {reason(error)}", file=sys.stderr)
        status = 2
    sys.exit(status)
