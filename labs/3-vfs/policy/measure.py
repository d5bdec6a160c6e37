#!/usr/bin/python3
"""measure.py [SEED]: the board of exercise 3.7: hits of servers/vfs/cache/policy.c, beside FIFO, a dice, LRU and the best that is possible.

It runs on the host: a cache of 256 pages and 60,000 accesses for each workload (labs/3-vfs/checks/host/workload.h).
"""
import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
FLAGS = ["-std=gnu17", "-O2", "-w", "-fno-strict-aliasing", "-I.", "-Ikernel/include"]


def main():
    with tempfile.TemporaryDirectory() as folder:
        program = os.path.join(folder, "measure")
        subprocess.run(["gcc", *FLAGS, "labs/3-vfs/policy/measure.c", "servers/vfs/cache/policy.c", "-o", program], cwd=ROOT, check=True)
        return subprocess.run([program, *sys.argv[1:2]], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
