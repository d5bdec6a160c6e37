#!/usr/bin/python3
"""make stage-N check: grades a stage of this tree (or, for teachers, a submission). Exit status 0 only at full score."""
import argparse
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from engine import ROOT, grade  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stage", type=int, required=True)
    parser.add_argument("--seed", type=lambda s: int(s, 0), help="repeat a run: the seed that it printed")
    parser.add_argument("--only", action="append", metavar="1.2", help="only this exercise, and what it needs")
    options = parser.parse_args()
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    report = grade(ROOT, options.stage, seed=options.seed, only=options.only)
    print(report.text(colour), end="")
    sys.exit(0 if report.full else 1)


if __name__ == "__main__":
    main()
