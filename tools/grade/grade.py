#!/usr/bin/python3
"""make stage-N check: grades a stage of this tree (or, for teachers, a submission).

Exit status: 0 at full score, 1 below it, 2 if there is nothing to grade (a wrong name, or a folder that is not a submission), 3 if this
machine could not grade it: then the result does not count, and is not the learner's mistake.
"""
import os
import signal
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]
import ending  # noqa: E402

ending.loading("grade", __name__)

import argparse  # noqa: E402

from engine import ROOT, grade, mistake  # noqa: E402
from listing import Refused  # noqa: E402
from progress import progress_on  # noqa: E402
from report import write_none  # noqa: E402
from sandbox import CannotConfine  # noqa: E402
from seeds import read_secret  # noqa: E402
from submission import grade_submission  # noqa: E402

FULL, BELOW, NOTHING, UNFIT, ENDED = 0, 1, 2, 3, 130


def seed(text):
    """One of the 64 bits that the test programs have for it."""
    value = int(text, 0)
    if not 0 <= value < 1 << 64:
        raise ValueError
    return value


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stage", type=int, required=True)
    parser.add_argument("--seed", type=seed, help="repeat a run: the seed that it printed")
    parser.add_argument("--only", action="append", metavar="1.2", help="only this exercise, and those that it needs")
    parser.add_argument("--submission", metavar="DIR", help="grade this tree (a folder or a zip), with our build rules, programs and checks")
    parser.add_argument("--private", metavar="DIR", help="with --submission: more checks, that learners do not have")
    parser.add_argument("--out", metavar="DIR", help="with --submission: where the reports go (build/grade/submission)")
    parser.add_argument("--secret", metavar="FILE", help="with --submission: derive the seed from this file's text, the name and the files")
    parser.add_argument("--name", default="", help="with --secret: the student's name (default: the submission's)")
    parser.add_argument("--unsafe", action="store_true", help="with --submission: run its code with your rights, without a sandbox")
    options = parser.parse_args()
    if (options.private or options.out or options.unsafe or options.secret) and not options.submission:
        parser.error("--private, --out, --secret and --unsafe go with --submission")
    if options.secret and options.seed is not None:
        parser.error("--seed and --secret exclude each other")
    return options


def run(options):
    """The Report."""
    if not options.submission:
        return grade(ROOT, options.stage, seed=options.seed, only=options.only, progress=progress_on(sys.stderr))
    if not options.unsafe:
        # If something is still missing after that, the place that needs it reports it.
        subprocess.run([os.path.join(ROOT, "tools", "setup.sh"), "submission"], stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False)
    return grade_submission(options.submission, options.stage, private=options.private, seed=options.seed,
                            secret=read_secret(options.secret) if options.secret else None, name=options.name,
                            only=options.only, out=options.out, unsafe=options.unsafe, progress=progress_on(sys.stderr))


def refuse(options, status, reason):
    """Prints the reason; a submission's report files hold it, too, so that a term's roll-up misses none."""
    if options.submission:
        try:
            write_none(options.out or os.path.join(ROOT, "build", "grade", "submission"), options.stage, reason)
        except OSError as error:
            reason += f"\ngrade: {ending.reason(error)}"
    print(f"grade: {reason}", file=sys.stderr)
    sys.exit(status)


def interrupt(*_):
    """SIGTERM ends a grade as Ctrl-C does, with all its processes."""
    raise KeyboardInterrupt


def main():
    options = arguments()
    signal.signal(signal.SIGTERM, interrupt)
    try:
        report = run(options)
    except CannotConfine as error:
        refuse(options, UNFIT, str(error))
    except (Refused, ValueError) as error:
        refuse(options, NOTHING, str(error))
    except OSError as error:
        refuse(options, NOTHING, ending.reason(error))
    except KeyboardInterrupt:
        print("\ngrade: ended before it was done; the reports are still those of the run before", file=sys.stderr)
        sys.exit(ENDED)
    except Exception as error:  # pylint: disable=broad-except
        refuse(options, UNFIT, f"nothing was graded, because the grader itself failed: {mistake(error)}")
    print(report.text(sys.stdout.isatty() and "NO_COLOR" not in os.environ), end="")
    sys.exit(UNFIT if report.unfit else FULL if report.full else BELOW)


if __name__ == "__main__":
    ending.run("grade", main)
