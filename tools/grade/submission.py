"""A submission: a learner's tree, graded with our own build rules, programs and checks.

It is data until a compiler reads it: it is walked once (listing.py), its sources are copied and the grader's files laid over them (laid.py), and
its changes outside the exercises are listed (changes.py). From then on (sandbox.py):

- The compilers see the tree, but no private check while they read one of the submission's files, and write in the tree's build/ or in a unit's folder only.
- The programs that they made run without any of it: a unit sees its own program, the emulator what it boots, and neither can write where the grader reads,
  except the emulator into the folder of its own run.
- All that decides (checks, seed, expected answers, reports) lies outside the sandbox, and is read before the submission's code runs.
"""
import os
import shutil
import tempfile
from dataclasses import dataclass, replace

import engine  # first: it knows where tools/lab is
import changes
import handed_in
import helpers
import laid
import listing
import seeds
from listing import LEFT_OUT, Refused, shown
from report import TRUST
from sandbox import Sandbox, unconfined
from source import read_stage  # tools/lab/source.py, on the path of engine

UNSAFE = "WITHOUT a sandbox, as --unsafe asks: its code had your rights to your files, and to the network"
PRIVATE = os.path.join("labs", "private")


@dataclass
class Confined:
    """How a submission is graded. `out`: one of the grader's folders, outside of the tree. `private`: folders of the tree that
    its code must not see. `tests`: programs of private checks. `headers`: the grader's kernel headers, as a tree."""
    sandbox: object
    out: str
    private: tuple = ()
    tests: tuple = ()
    headers: str = ""


def top_of(theirs):
    """The folder, if it is a tree of MicroK; else raises Refused."""
    theirs = os.path.abspath(theirs)
    if not os.path.isdir(os.path.join(theirs, "kernel")):
        raise Refused(f"{shown(theirs)} is not a tree of MicroK: it has no kernel/")
    return theirs


def add_private(folder, tree):
    """A teacher's own checks: folder/checks.py (CHECKS, TITLES), with guest/ (a program folder) and host/ if they need
    them. Returns the module's checks and titles."""
    if not os.path.exists(os.path.join(folder, "checks.py")):
        raise Refused(f"{folder} has no checks.py")
    dest = os.path.join(tree, PRIVATE)
    shutil.copytree(folder, dest, ignore=shutil.ignore_patterns(*LEFT_OUT))
    module = engine.load(os.path.join(folder, "checks.py"))
    return [replace(x, home=dest, again=False) for x in module.CHECKS], getattr(module, "TITLES", {})


def grade_submission(handed, stage, *, secret=None, name="", seed=None, **more):
    """Grades a submission as it was handed in: a folder or a zip. With a `secret`, the seed is derived from it, the student's
    name and the files (seeds.py). Raises Refused, CannotConfine."""
    try:
        with handed_in.unpacked(handed) as (theirs, left_out):
            theirs = listing.walk(top_of(theirs))
            if seed is None and secret is not None:
                listing.refuse_large(sum(map(theirs.size, theirs.files)))  # before all of it is read
                seed = seeds.seed_for(secret, name or os.path.basename(os.path.abspath(handed)), stage, theirs.top, theirs.files)
            return grade_tree(theirs, stage, seed=seed, left_out=left_out, **more)
    except handed_in.NotASubmission as error:
        raise Refused(shown(str(error))) from error  # a zip's name is the learner's


def stage_of_tree(theirs, stage):
    """The stage whose sources the tree has. Raises Refused if it is one before the stage that is graded."""
    handed = read_stage(theirs.text("STAGE")) if "STAGE" in theirs else None
    if handed and handed["stage"] < stage:
        raise Refused(f"{shown(theirs.top)} is the tree of {handed['kind']} {handed['stage']}: it has no stage {stage} to grade")
    return handed["stage"] if handed else stage


def grade_tree(theirs, stage, *, private=None, seed=None, only=None, out=None, ours=engine.ROOT, unsafe=False, left_out=(),
               progress=None):
    """Grades a tree, given by its Listing; the Report's notes list the changes and how it was run."""
    root, ours = ours, listing.walk(ours)
    wanted = laid.expected(ours, stage_of_tree(theirs, stage))
    absent = laid.not_sent(theirs, ours, wanted)
    taken = {p for p in wanted if p.split("/")[0] in absent}
    box = unconfined if unsafe else Sandbox()
    with engine.one_check(out or os.path.join(root, "build", "grade", "submission")) as folder, tempfile.TemporaryDirectory(prefix="microk-submission-") as top:
        tree, own, headers = (os.path.join(top, name) for name in ("tree", "grader", "headers"))
        laid.lay(theirs, ours, tree, taken)
        added, not_built = helpers.added(theirs, ours)
        helpers.lay(added, tree)
        laid.lay_headers(ours, headers)
        extra, titles = add_private(os.path.abspath(private), tree) if private else ([], {})
        for made in (os.path.join(tree, "build"), own, os.path.join(own, "unit")):
            os.mkdir(made)
        laid.open_up(top)
        tests = [p for p in (os.path.join(PRIVATE, "guest"),) if os.path.exists(os.path.join(tree, p, "build.mk"))]
        report = engine.grade(tree, stage, seed=seed, only=only, checks_root=tree, extra=extra, titles=titles, progress=progress,
                              confined=Confined(box, own, (PRIVATE,) if private else (), tests, headers))
        changes.note(report, theirs, ours, wanted - taken, left_out)
        if added:
            report.notes.append("Built, too, as the submission's manifests ask: "
                                f"{', '.join(shown(source) for files in added.values() for _, source in files)}.")
        if not_built:
            report.notes.append(f"{helpers.NOT_BUILT} {', '.join(shown(source) for source in not_built)}.")
        if absent:
            report.notes.append(f"Not sent, and so taken from this tree: {', '.join(f'{f}/' for f in absent)}.")
        report.notes += [f"Built and run {UNSAFE if unsafe else box.words}.", TRUST]
        report.write(folder)
    return report
