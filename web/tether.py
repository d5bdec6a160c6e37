"""Run a command that cannot outlive the process that started it.

    tether.py PARENT_PID COMMAND [ARGUMENT...]

A process that is killed with SIGKILL cannot end its children, so the child itself asks the kernel
to be killed when its parent dies (prctl(2), PR_SET_PDEATHSIG; the request survives execve). It is a
program of its own because the request must be made between fork and exec, where Python code is not
safe in a process with threads. "Parent" means the parent's *thread*: start this only from a thread
that lives to the end.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main():
    parent, command = int(sys.argv[1]), sys.argv[2:]
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        sys.exit(f"tether: prctl: {os.strerror(ctypes.get_errno())}")
    # The parent may have died before the request was made; then no process is left to wait for us.
    if os.getppid() != parent:
        sys.exit("tether: the program that started this one is gone")
    try:
        os.execvp(command[0], command)
    except OSError as error:
        sys.exit(f"cannot start {command[0]}: {error.strerror}")


main()
