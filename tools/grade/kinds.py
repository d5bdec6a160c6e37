"""The kinds of checks that labs are made of."""
import os
import re
from dataclasses import dataclass, field

import compare
from check import (BLOCKED, BUILD, CRASH, FAIL, HANG, KINDS, MISSING, NOSTART, NOTHING_MORE, PASS, STALLED, Check, Result, likely_cause, shown_by)

OPEN = re.compile(r"\bexercise \d+\.\d+ is missing\b")  # in the output of a person's session


@dataclass
class Present(Check):
    """The kernel and its programs build."""

    def run(self, context):
        error = context.build_error
        if not error:
            return Result(self, PASS)
        return Result(self, BUILD, "every file compiles and the kernel links", error.words, detail=error.lines,
                      cause=likely_cause(self, error.words, BUILD))


@dataclass
class Unit(Check):
    """One check of a unit: labs/N-name/checks/host/UNIT.c asks the learner's files."""
    level: str = "unit"
    unit: str = ""
    parts: dict = field(default_factory=dict)   # its parts: a lab's UNITS

    def run(self, context):
        said = context.unit(self)
        if said.error:
            return Result(self, BUILD, "the file of the exercise compiles by itself", said.error.words,
                          detail=said.error.lines)
        found = said.results.get(self.id)
        if not found and said.held_up:
            return Result(self, STALLED, "the unit's checks come to their ends", said.words, likely_cause(self, said.words, STALLED))
        if not found:
            return Result(self, NOSTART, came=said.words or "the unit's judge ended before it came to this check")
        status = {"PASS": PASS, "FAIL": FAIL, "MISSING": MISSING, "CRASH": CRASH, "HANG": HANG, "STALLED": STALLED}[found[0]]
        expected, came, cause, detail = (found[1:] + ["", "", "", ""])[:4]
        return Result(self, status, expected, came, likely_cause(self, f"{came}\n{detail}", STALLED if status == STALLED else "") or cause,
                      detail=detail.strip("\n").split("\n") if detail else [])


@dataclass(frozen=True)
class Boot:
    """One boot, which several checks may read. tasks: ((name, role, letters), …) of the lab's test program; else
    `archive` is a file of the build and `append` its command line."""
    key: str
    tasks: tuple = ()
    archive: str = "archive.cpio"
    append: str = ""
    limit: int = 0
    program: str = "t_lab1"
    files: object = None           # files(seed, those of the archive, tree) -> {name: bytes} to put into the archive
    watched: bool = True           # a kernel that has nothing left to do ends the machine
    disk: object = None            # disk(seed) -> {name: bytes, or a link's target as str}: the files on its disk; else it has none
    prompt: str = ""               # typed at: `lines`, each at this prompt
    lines: tuple = ()
    patch: str = ""                # a folder of the tree: the kernel has the files in it (make's PATCHED)


@dataclass
class Guest(Check):
    """Compares a boot's transcript with the expected lines."""
    boot: Boot = None
    # expected(seed) -> list of lines; `channel`: report (COM2) or console; `pick`: only lines that match count.
    expected: object = None
    channel: str = "report"
    pick: str = ""
    ends: tuple = ("exit", "idle")     # how the machine may end
    exact: bool = True                 # else: in this order, with anything between
    # Instead of `expected`: judge(lines, seed, outcome) -> None, (expected, came) or (expected, came, likely cause).
    judge: object = None
    tells_faults: bool = True          # tasks that faulted are part of the story

    def run(self, context):
        if context.build_error:
            return Result(self, BUILD, "the kernel builds", context.build_error.words)
        outcome = context.boot(self.boot)
        lines = (outcome.report if self.channel == "report" else outcome.console).splitlines()
        if self.pick:
            lines = [line for line in lines if re.search(self.pick, line)]
        if self.judge:
            wrong = self.judge(lines, context.seed, outcome)
        else:
            expected = self.expected(context.seed) if callable(self.expected) else list(self.expected)
            wrong = (compare.difference if self.exact else compare.in_order)(expected, lines)
        return self.verdict(outcome, wrong)

    def verdict(self, outcome, wrong):
        if not wrong and outcome.kind in self.ends:
            return Result(self, PASS)
        expected, came, *cause = wrong or (f"the machine ends ({' or '.join(self.ends)})", "")
        # An open exercise that was reached explains everything after it.
        for line in outcome.console.splitlines():
            if line.startswith("[lab] exercise "):
                return Result(self, MISSING, expected, line)
        # An unusual end explains more than the line that is missing because of it.
        status = KINDS.get(outcome.kind, FAIL)
        faults = [line for line in outcome.console.splitlines() if line.startswith("[fault]")] if self.tells_faults else []
        if status == FAIL and (outcome.kind not in self.ends or (outcome.kind == "idle" and NOTHING_MORE in came)):
            came = (f"{came}\n" if came else "") + outcome.words
        shown = "\n".join([shown_by(outcome, came), *faults])
        if status != FAIL:
            came = outcome.words + (f"\n{came}" if came else "")
        return Result(self, status, expected, came, cause[0] if cause and status == FAIL else likely_cause(self, shown, status),
                      detail=outcome.detail + faults[:3])


@dataclass
class Told(Guest):
    """The tests of one source file of a guest program that reports PASS and FAIL by name (tests/guest/kit)."""
    source: str = ""
    tells_faults: bool = False         # they let threads fault on purpose

    def run(self, context):
        self.judge = self.tests_passed
        self.names = []
        try:
            with open(os.path.join(context.tree, self.source), encoding="utf-8", errors="replace") as f:
                self.names = re.findall(r"^void test_(\w+)\(void\)$", f.read(), re.M)
        except OSError:
            pass
        return super().run(context)

    def tests_passed(self, lines, seed, outcome):
        if not self.names:
            return f"tests in {self.source}", "none"
        for name in self.names:
            failed = [line for line in lines if line.startswith(f"FAIL {name}: ")]
            if failed:
                return f"PASS {name}", "\n".join("> " + line for line in failed[:3])
            if f"PASS {name}" not in lines:
                return f"PASS {name}", f"no word of {name}; the last was: {lines[-1] if lines else 'nothing'}"
        return None

    def verdict(self, outcome, wrong):
        # The machine's end matters only if the tests did not reach theirs.
        return Result(self, PASS) if not wrong else super().verdict(outcome, wrong)


@dataclass
class Typed(Check):
    """A machine's answer to a line that was typed."""
    boot: Boot = None
    line: int = 0                      # which answer: 0 what came before the first prompt, then each line's
    judge: object = None               # judge(answer's lines, seed, all answers) -> None or (expected, came)
    last: bool = False                 # the machine switches itself off then

    def run(self, context):
        if context.build_error:
            return Result(self, BUILD, "the kernel builds", context.build_error.words)
        outcome, answers = context.converse(self.boot)
        typed = ("", *self.boot.lines)[self.line]
        complete = len(answers) > self.line and (outcome.kind == "off" or len(answers) > self.line + 1 or self.last)
        if not complete:
            came = f"{outcome.words}; last on the console:\n" + "\n".join(outcome.console.strip().splitlines()[-3:])
            status = MISSING if OPEN.search(outcome.console) else KINDS.get(outcome.kind, FAIL)
            what = f"`{typed}` at the prompt is answered, and the prompt comes again" if typed else f"the prompt {self.boot.prompt!r}"
            return Result(self, status, what, came, likely_cause(self, came, status), detail=outcome.detail)
        lines = answers[self.line].split("\n")
        if typed and lines and lines[0].strip() == typed:
            lines = lines[1:]          # the line itself, as it was echoed
        wrong = self.judge([x.rstrip() for x in lines if x.strip()], context.seed, answers) if self.judge else None
        if not wrong and self.last and outcome.kind != "off":
            wrong = "the machine switches itself off (QEMU ends with status 0)", outcome.words
        if not wrong:
            return Result(self, PASS)
        status = KINDS.get(outcome.kind, FAIL) if self.last else MISSING if OPEN.search(answers[self.line]) else FAIL
        return Result(self, status, *wrong, likely_cause(self, wrong[1], FAIL), detail=outcome.detail)


@dataclass
class Again(Check):
    """An earlier stage's system checks of one exercise, in the present composition."""
    checks: list = field(default_factory=list)

    def run(self, context):
        for check in self.checks:
            result = check.run(context)
            if not result.passed:
                return self.explained(result, context)
        return Result(self, PASS)

    def explained(self, result, context):
        """The result, or the mistake in an earlier exercise that causes it: as this exercise's own, or this one is BLOCKED by it."""
        mistake = None if context.build_error else context.earlier.mistake()
        if mistake and mistake.check.exercise != self.checks[0].exercise:
            return Result(self, BLOCKED, cause=mistake.check.exercise)
        result = mistake or result
        return Result(self, result.status, f"{result.expected}\n(check {result.check.id}: {result.check.title})", result.came,
                      result.cause, result.read, result.detail)
