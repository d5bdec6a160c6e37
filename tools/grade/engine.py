"""Grading a tree: build it, run each check as soon as its needs have passed, and report the results.

    report = grade(tree, stage)            # tree: a folder; nothing but its build/ is written
    report.points, report.total, report.full
    report.exercises                       # {"1.2": "PASS" | "FAIL" | "MISSING" | "BLOCKED"}
    report.result("1.2.d").status
"""
import contextlib
import importlib.util
import os
import re
import secrets
import struct
import sys
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
for folder in (HERE, os.path.join(ROOT, "tools"), os.path.join(ROOT, "tools", "image"), os.path.join(ROOT, "tools", "lab")):
    if folder not in sys.path:
        sys.path.insert(0, folder)

from alone import alone  # noqa: E402  tools/alone.py
import archive  # noqa: E402  tools/image/archive.py
import blame  # noqa: E402
import bounded  # noqa: E402
import check as c  # noqa: E402
import disk  # noqa: E402  tools/disk.py
import fitness  # noqa: E402
import exercise as marks  # noqa: E402  tools/lab/exercise.py
import machine  # noqa: E402
from build import BuildError, make, objects_in  # noqa: E402
from kinds import Again, Present  # noqa: E402
from report import Report  # noqa: E402
from sandbox import unconfined  # noqa: E402
from source import read_stage  # noqa: E402  tools/lab/source.py
from unit import Units  # noqa: E402

ARGUMENTS_MAGIC = b"MICROK-GRADE-01\0"   # as in the labs' programs (labs/1-ipc/checks/guest/main.c)
AGAIN_POINTS = 20                        # of a stage's 100, for the checks of the stages before


def labs_in(root):
    """{number: folder} of the labs that have checks."""
    found = {}
    top = os.path.join(root, "labs")
    for name in sorted(os.listdir(top)) if os.path.isdir(top) else []:
        if name.split("-")[0].isdigit() and os.path.exists(os.path.join(top, name, "checks", "checks.py")):
            found[int(name.split("-")[0])] = os.path.join(top, name)
    return found


def stage_name(root, stage):
    for name in os.listdir(os.path.join(root, "stages")):
        if name.startswith(f"{stage}-"):
            return name.split("-", 1)[1]
    return ""


def after(tree, stage):
    """The learner's next step when a stage is at full score: only in the tree of that stage's lab."""
    try:
        with open(os.path.join(tree, "STAGE"), encoding="utf-8") as f:
            said = read_stage(f.read())
    except OSError:
        return ""
    if not said or (said["kind"], said["stage"]) != ("lab", stage):
        return ""
    return f"All of stage {stage} holds. Commit your work; then make next takes you on from here."


def one_check(folder):
    """Holds the folder while a check uses it; another one waits, and prints that it does."""
    return alone(folder, f"grade: another check uses {folder}; this one waits until it has ended")


class Unsound(ValueError):
    """Checks that cannot be used."""


def mistake(error, path=""):
    """An exception in one line: its text, and its place in the file (else the place where it was raised)."""
    where = traceback.extract_tb(error.__traceback__)
    frame = next((f for f in reversed(where) if os.path.abspath(f.filename) == os.path.abspath(path)), where[-1] if where else None)
    at = error.lineno if isinstance(error, SyntaxError) else frame and frame.lineno
    name = os.path.basename(error.filename if isinstance(error, SyntaxError) and error.filename else frame.filename if frame else path)
    return f"{type(error).__name__}: {error.msg if isinstance(error, SyntaxError) else error} ({name}:{at})"


def load(path):
    """A lab's checks.py: CHECKS, TITLES."""
    spec = importlib.util.spec_from_file_location("checks_" + path.replace("/", "_").replace("-", "_"), path)
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        for check in module.CHECKS:
            if not isinstance(check, c.Check):
                raise TypeError(f"CHECKS holds {check!r}, which is not a check")
    except Exception as error:  # pylint: disable=broad-except
        raise Unsound(f"{path} has a mistake: {mistake(error, path)}") from error
    return module


class Context:
    """The environment of checks. Each boot and each unit runs once, for the first check that asks."""

    def __init__(self, tree, stage, labs, seed, confined=None):
        self.tree, self.stage, self.labs, self.seed = tree, stage, labs, seed
        self.confined, self.sandbox = confined, confined.sandbox if confined else unconfined
        self.build = os.path.join(tree, "build", f"stage-{stage}")
        self.out = confined.out if confined else os.path.join(tree, "build", "grade")
        self.machine = None
        self.built, self.building, self.error = False, threading.Lock(), None
        self.private_mistake = ""
        self.lab_tests = None  # the archive of tests without the private ones, where there are any
        self.units = Units(tree, os.path.join(self.out, "unit"), self.sandbox,
                           (*confined.private, "build") if confined else (), confined.headers if confined else None, seed)
        self.boots, self.locks, self.lock = {}, {}, threading.Lock()
        self.earlier = blame.Earlier(self, labs, load)

    @property
    def build_error(self):
        """None, or why kernel and programs do not build. They are built for the first check that asks."""
        with self.building:
            if not self.built:
                self.prepare()
                self.built = True
            return self.error

    def prepare(self):
        """Builds kernel and programs. A failed build is reported by the checks that need it."""
        kernel, archive, tests = (f"build/stage-{self.stage}/{f}" for f in ("kernel.elf", "archive.cpio", "tests.cpio"))
        goal = f"stage-{self.stage}"
        try:
            # A submission's plugin lies where its sandbox can read it.
            plugin = machine.compile_plugin(self.out if self.confined else os.path.join(ROOT, "build", "grade"))
            self.machine = machine.Machine(self.stage, self.build, plugin, self.sandbox)
            if not self.confined:
                make(self.tree, [goal, kernel, archive, tests])
                return
            # A submission may come without its file STAGE, and is still a lab's tree. Its own files are compiled first, while the
            # private checks cannot be seen.
            options = [goal, "LAB_TREE=lab", "DRY_RUN=1"]
            make(self.tree, [*options, kernel, archive, tests], self.sandbox, self.confined.private)
            if self.confined.tests:
                self.lab_tests = read_built(os.path.join(self.tree, tests))
        except BuildError as error:
            self.error = error
            return
        try:
            if self.confined.tests:
                made = objects_in(self.build)
                make(self.tree, [*options, tests, f"TESTS_TOO={' '.join(self.confined.tests)}"], self.sandbox)
                self.error = self.find_made_again(made)
        except BuildError as error:
            self.error = error
            self.private_mistake = f"the programs of the private checks do not build: {error.words}"

    def find_made_again(self, made):
        """A BuildError if an object that was there was made anew: it may hold private checks, which could be seen meanwhile."""
        again = [path for path, when in sorted(objects_in(self.build).items()) if made.get(path, when) != when]
        return BuildError(f"{again[0]} was made a second time: its source includes a file that the build makes; include none of build/") if again else None

    def unit(self, check):
        home = check.home or os.path.join(self.labs[int(check.exercise.split(".")[0])], "checks")
        return self.units.run(os.path.join(home, "host"), check.unit, check.parts)

    def boot(self, boot):
        with self.lock:
            lock = self.locks.setdefault(boot.key, threading.Lock())
        with lock:
            if boot.key not in self.boots:
                self.boots[boot.key] = self.start(boot)
            return self.boots[boot.key]

    def converse(self, boot):
        return self.boot(boot)

    def start(self, boot):
        append = f"{'exit=debug ' if boot.watched else ''}{boot.append}".strip()
        path = self.archive_of(boot)
        if boot.files:
            files = members(read_built(path))
            path = self.write_archive(boot, {**files, **boot.files(self.seed, files, self.tree)})
        if boot.tasks:
            files = {}
            program = read_built(os.path.join(self.build, "boot", boot.program))
            for name, role, _ in boot.tasks:
                files[f"boot/{name}"] = with_arguments(program, role, self.seed)
            append += " tasks=" + ",".join(f"boot/{name}:{letters}" for name, _, letters in boot.tasks)
            if self.stage > 1:
                files["boot/t_tasks"] = read_built(os.path.join(self.build, "boot", "t_tasks"))
                append += " root=boot/t_tasks"
            path = self.write_archive(boot, files)
        if boot.prompt:
            # A machine as people use it, without a test's exit device.
            return self.machine.converse(path, boot.append, boot.prompt, boot.lines, limit=boot.limit or machine.LIMIT)
        image = self.write_disk(boot) if boot.disk else None
        return self.machine_with(boot.patch).boot(path, append, limit=boot.limit or machine.LIMIT, disk=image)

    def machine_with(self, patch):
        """The machine of the built kernel; with a patch, of another one, which is built for the first boot that asks."""
        if not patch:
            return self.machine
        folder = f"build/patched/stage-{self.stage}"
        goals = [f"stage-{self.stage}", f"PATCHED={patch}", f"{folder}/kernel.elf"]
        if self.confined:
            make(self.tree, [*goals, "LAB_TREE=lab", "DRY_RUN=1"], self.sandbox, self.confined.private)
        else:
            make(self.tree, goals)
        return machine.Machine(self.stage, os.path.join(self.tree, folder), self.machine.plugin, self.sandbox)

    def archive_of(self, boot):
        """The built archive. Private programs are in it only if the boot names one: a kernel can print all that it is given."""
        path = os.path.join(self.build, boot.archive)
        if self.lab_tests is None or boot.archive != "tests.cpio":
            return path
        files = members(self.lab_tests)
        private = {os.path.basename(name) for name in set(members(read_built(path))) - set(files)}
        return path if private & set(re.split(r"[\s=,:/]+", f"{boot.append} {boot.program}")) else self.write_archive(boot, files)

    def write_archive(self, boot, files):
        os.makedirs(os.path.join(self.out, "archives"), exist_ok=True)
        path = os.path.join(self.out, "archives", f"stage-{self.stage}-{boot.key}.cpio")
        with open(path, "wb") as f:
            f.write(archive.build(files))
        return path


    def write_disk(self, boot):
        """The image of a disk with blocks of 1 KiB, so that small files have indirect ones."""
        os.makedirs(os.path.join(self.out, "disks"), exist_ok=True)
        path = os.path.join(self.out, "disks", f"stage-{self.stage}-{boot.key}.img")
        disk.make(path, self.stage, machine.DISK_BYTES, add=lambda folder: disk.write(folder, boot.disk(self.seed)), block=1024)
        return path


def read_built(path):
    """The bytes of a file that the build made. A link in its place is not followed."""
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as f:
            return f.read()
    except OSError as error:
        raise BuildError(f"the build did not make {os.path.basename(path)}: {error.strerror}") from None


def members(data):
    """{name: bytes} of the files in a boot archive, as tools/image/archive.py makes them."""
    files, at = {}, 0
    while data[at:at + 6] == b"070701":
        fields = [int(data[at + 6 + 8 * i:at + 14 + 8 * i], 16) for i in range(13)]
        mode, size, name_size = fields[1], fields[6], fields[11]
        name = data[at + 110:at + 110 + name_size - 1].decode()
        body = at + (110 + name_size + 3) // 4 * 4
        if name == "TRAILER!!!":
            break
        if mode & 0o170000 == 0o100000:
            files[name] = data[body:body + size]
        at = body + (size + 3) // 4 * 4
    return files


def with_arguments(program, role, seed):
    """The program, with its role and the seed written into it where it looks for them. Only the kernel that loads
    the program could alter them on the way."""
    if program.count(ARGUMENTS_MAGIC) != 1:
        raise BuildError("the test program does not hold its arguments' magic just once")
    at = program.index(ARGUMENTS_MAGIC) + len(ARGUMENTS_MAGIC)
    body = struct.pack("<Q24s", seed, role.encode())
    return program[:at] + body + program[at + len(body):]


def again_checks(labs, stage):
    """One check for each exercise of the earlier stages, each with a share of the points."""
    rows, titles = [], {}
    for number, lab in labs.items():
        if number >= stage:
            continue
        module = load(os.path.join(lab, "checks", "checks.py"))
        for exercise, title in module.TITLES.items():
            checks = [x for x in module.CHECKS if x.exercise == exercise and x.level == "system" and x.again]
            if checks:
                rows.append(Again(f"{number}/{exercise}", title, 0, "again", checks=checks))
    for i, row in enumerate(rows):
        row.points = AGAIN_POINTS * (i + 1) // len(rows) - AGAIN_POINTS * i // len(rows)
    if rows:
        titles["again"] = "Earlier stages' checks, in this composition"
    return rows, titles


def run(check, context):
    """The check's Result, whatever happens: a report is written even if the grader itself fails."""
    try:
        return check.run(context)
    except BuildError as error:
        return c.Result(check, c.BUILD, "the check's program can be built", error.words, detail=error.lines)
    except Exception as error:  # pylint: disable=broad-except
        where = traceback.extract_tb(error.__traceback__)[-1]
        return c.Result(check, c.NOSTART, "the check can be run",
                        f"{fitness.STUMBLED}: {type(error).__name__}: {error}",
                        detail=[f"{os.path.basename(where.filename)}:{where.lineno}"])


@contextlib.contextmanager
def ended_at_once(pool):
    """At Ctrl-C no further check begins, and the processes of those that run are ended: a check may have minutes left."""
    try:
        yield
    except KeyboardInterrupt:
        pool.shutdown(wait=False, cancel_futures=True)
        bounded.GROUPS.end_all()
        raise


def decide(checks, context, jobs, progress=None):
    """{id: Result}: each check as soon as what it needs is decided; a failed need blocks. `progress` has a line for each (progress.py)."""
    needs, results = c.expand_needs(checks), {}

    def run_one(check):
        result = run(check, context)
        if progress:
            progress.add(check.id, result.status)
        return result

    with ThreadPoolExecutor(jobs) as pool, ended_at_once(pool):
        while len(results) < len(checks):
            ready = [x for x in checks if x.id not in results and all(n in results for n in needs[x.id])]
            if not ready:
                raise ValueError("checks need each other in a circle: " + ", ".join(x.id for x in checks if x.id not in results))
            running = {}
            for check in ready:
                failed = next((n for n in needs[check.id] if not results[n].passed), None)
                if failed is None:
                    running[check.id] = pool.submit(run_one, check)
                    continue
                # If a need is blocked itself, its own cause is named.
                behind = results[failed]
                exercise = behind.check.exercise
                by = behind.cause if behind.status == c.BLOCKED else exercise if exercise[:1].isdigit() else behind.check.id
                results[check.id] = c.Result(check, c.BLOCKED, cause=by)
                if progress:
                    progress.add(check.id, c.BLOCKED)
            for check_id, future in running.items():
                results[check_id] = future.result()
    return [results[x.id] for x in checks]


def grade(tree=ROOT, stage=1, *, seed=None, checks_root=ROOT, jobs=2, only=None, confined=None, extra=(), titles=None,
          progress=None):
    """Grades stage `stage` of a tree. `only`: exercises ("1.2") to run, with their needs. `checks_root`: the tree of the checks.
    `extra`: more checks, private ones. `confined`: how a submission is graded (submission.py). `progress`: of progress.py. Always returns a Report; its JSON
    and JUnit are written here for a tree that its author grades, and by the caller for a submission."""
    tree, started = os.path.abspath(tree), time.monotonic()
    seed = secrets.randbits(48) if seed is None else seed
    labs = labs_in(checks_root)
    report = Report(stage, stage_name(tree, stage), seed, going_on=after(tree, stage))
    if stage not in labs:
        raise ValueError(f"there are no checks for stage {stage}; there are for {', '.join(map(str, labs))}")
    module = load(os.path.join(labs[stage], "checks", "checks.py"))
    earlier, report.titles = again_checks(labs, stage)
    # A lab may name the exercise that is the likely cause if they fail.
    earlier = [getattr(module, "again", lambda row: row)(row) for row in earlier]
    for row in earlier:
        row.needs = tuple(x.id for x in module.CHECKS if isinstance(x, Present))
    report.titles = {**module.TITLES, **report.titles, **(titles or {})}
    checks = [replace(x) for x in module.CHECKS] + earlier + list(extra)
    if only:
        checks, report.asked_for = chosen(checks, only)
    context = Context(tree, stage, labs, seed, confined)
    handout = os.path.join("labs", os.path.basename(labs[stage]), "handout.md")
    report.handout = handout if os.path.exists(os.path.join(tree, handout)) else ""
    with contextlib.nullcontext() if confined else one_check(context.out):  # a submission has a tree of its own
        if progress:
            progress.begin(len(checks))
        try:
            report.results = decide(checks, context, jobs, progress)
        finally:
            if progress:
                progress.end()
        report.build_error = context.error.words if context.error else ""
        for r in report.results:
            anchor = r.check.read or getattr(module, "ANCHORS", {}).get(r.check.exercise, "")
            if report.handout and not r.passed and r.status != c.STALLED and r.check.exercise != "again":
                r.read = report.handout + (f"#{anchor}" if anchor else "")
            if r.status == c.BUILD and not anchor:
                r.read = section_of(tree, labs, context.error.place if context.error else r.came) or r.read
        fitness.judge(report, context)
        report.seconds = time.monotonic() - started
        if not confined:
            report.write(context.out)
    return report


def section_of(tree, labs, words):
    """The handout's section about the exercise that a compiler's error ("file:line: …") lies in, or ""."""
    found = re.match(r"(?:\./)?([^\s\0]+?):(\d{1,9}): ", words)
    # A submission's #line may name any file of the host.
    path = os.path.realpath(os.path.join(tree, found[1])) if found else ""
    if not path.startswith(os.path.realpath(tree) + os.sep) or not os.path.isfile(path):
        return ""
    with open(os.path.join(tree, found[1]), encoding="utf-8", errors="replace") as f:
        regions = marks.regions_of(found[1], f.read())[0]
    inside = [r for r in regions if r.first < int(found[2]) <= r.end] or regions
    if len({r.id for r in inside}) != 1 or inside[0].lab not in labs:
        return ""
    lab = labs[inside[0].lab]
    return blame.section(tree, lab, getattr(load(os.path.join(lab, "checks", "checks.py")), "ANCHORS", {}).get(inside[0].id))


def chosen(checks, only):
    """(the checks that are asked for and what they need, the exercises and checks that are asked for). In a later stage an
    earlier one's exercise is one check: there "1.6" is 1/1.6."""
    needs, asked = c.expand_needs(checks), set()
    for name in only:
        meant = [x for x in checks if name in (x.exercise, x.id) or x.exercise == "again" and x.id.endswith(f"/{name}")]
        if not meant:
            there = dict.fromkeys(x.id if x.exercise == "again" else x.exercise for x in checks)
            raise ValueError(f"there is no exercise {name} here; there are " + ", ".join(there))
        asked |= {x.exercise if x.exercise == name else x.id for x in meant}
    wanted = {x.id for x in checks if x.exercise in asked or x.id in asked}
    while True:
        more = {n for w in wanted for n in needs[w]} - wanted
        if not more:
            return [x for x in checks if x.id in wanted], tuple(asked)
        wanted |= more
