#!/usr/bin/python3
"""make stage-N check: grades a stage of this tree (or, for teachers, a submission). Exit status 0 only at full score."""
import os
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]
import ending  # noqa: E402

ending.loading("grade", __name__)

import argparse  # noqa: E402

from engine import ROOT, grade, mistake  # noqa: E402
from submission import Refused, grade_submission  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stage", type=int, required=True)
    parser.add_argument("--seed", type=lambda s: int(s, 0), help="repeat a run: the seed that it printed")
    parser.add_argument("--only", action="append", metavar="1.2", help="only this exercise, and those that it needs")
    parser.add_argument("--submission", metavar="DIR", help="grade this tree, with our build rules, programs and checks laid over")
    parser.add_argument("--private", metavar="DIR", help="with --submission: more checks, that learners do not have")
    parser.add_argument("--out", metavar="DIR", help="with --submission: where the reports go (build/grade/submission)")
    options = parser.parse_args()
    if (options.private or options.out) and not options.submission:
        parser.error("--private and --out go with --submission")
    try:
        if options.submission:
            report = grade_submission(options.submission, options.stage, private=options.private, seed=options.seed,
                                      only=options.only, out=options.out)
        else:
            report = grade(ROOT, options.stage, seed=options.seed, only=options.only)
    except (Refused, ValueError) as error:
        print(f"grade: {error}", file=sys.stderr)
        sys.exit(2)
    except OSError as error:
        print(f"grade: {ending.reason(error)}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("\ngrade: ended before it was done; the reports are still those of the run before", file=sys.stderr)
        sys.exit(130)
    except Exception as error:  # pylint: disable=broad-except
        print(f"grade: nothing was graded, because the grader itself failed: {mistake(error)}", file=sys.stderr)
        sys.exit(2)
    print(report.text(sys.stdout.isatty() and "NO_COLOR" not in os.environ), end="")
    sys.exit(0 if report.full else 1)


if __name__ == "__main__":
    ending.run("grade", main)
