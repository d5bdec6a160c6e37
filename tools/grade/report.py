"""Results for people (a table, then each failure in full), for programs (JSON) and for CI (JUnit)."""
import json
import os
import textwrap
import unicodedata
import xml.sax.saxutils as xml
from dataclasses import dataclass, field, replace

import check as c
import cut
import whole

COLOURS = {c.PASS: "32", c.FAIL: "31", c.BLOCKED: "33", c.MISSING: "36", c.STALLED: "35"}
NO_GRADE = (c.STALLED, c.NOSTART, c.BUILD)  # on a machine that cannot grade
UNSEEN = ("Zl", "Zp", "Cf")  # ends of lines, and what turns the direction of a text: a name could look like a line of the report
COLUMNS = 80  # of the narrowest terminal that the report's own lines fit; a machine's output is left as it came
TRUST = ("In the system checks the graded code also runs the code that grades it: the kernel runs the programs that report on it. Expected answers are "
         "derived outside, from a fresh seed, so honest mistakes are found; code written to deceive could recognise these programs and forge "
         "their reports. In the unit checks another process compares, which it cannot reach. Before giving marks, look at the changes "
         "(--submission lists them).")


@dataclass
class Report:
    stage: int
    name: str
    seed: int
    titles: dict = field(default_factory=dict)      # exercise -> title
    results: list = field(default_factory=list)
    notes: list = field(default_factory=list)       # lines for the end: edits outside the exercises, …
    build_error: str = ""
    unfit: str = ""                                 # why this machine could not grade: then the points do not count
    seconds: float = 0.0
    handout: str = ""
    asked_for: tuple = ()                           # exercises, or ids of checks, that are to be shown in full (--only)
    changed: int = 0                                # places outside the exercises, of a submission
    flags: int = 0                                  # places that an exercise has no use for (flags.py)
    going_on: str = ""                              # what to do at full score

    @property
    def points(self):
        return sum(r.points for r in self.results)

    @property
    def total(self):
        return sum(r.check.points for r in self.results)

    @property
    def full(self):
        return bool(self.results) and not self.unfit and all(r.passed for r in self.results)

    def result(self, check_id):
        return next(r for r in self.results if r.check.id == check_id)

    def exercise(self, exercise):
        """The common result of an exercise's checks: the worst of PASS, BLOCKED, MISSING, FAIL (any other failure is FAIL)."""
        found = {r.status for r in self.results if r.check.exercise == exercise}
        if not found:
            return None
        if found - {c.PASS, c.BLOCKED, c.MISSING}:
            return c.FAIL
        return next(s for s in (c.MISSING, c.BLOCKED, c.PASS) if s in found)

    @property
    def exercises(self):
        """{"1.2": PASS, FAIL, MISSING or BLOCKED}, in order."""
        return {e: self.exercise(e) for e in dict.fromkeys(r.check.exercise for r in self.results)}

    @property
    def folded(self):
        """{exercise: its word} of those that are shown in one line: the exercises without any solution, except the first,
        because exercises are written one at a time (with --only the first, too, where it is only a need of another); topics
        where every check waits for one that failed; and the stages before, while all of them hold."""
        groups, shown = {}, 0 if self.asked_for else 1
        asked = {r.check.exercise for r in self.results if self.asks(r)}
        for r in self.results:
            if r.check.exercise not in asked:
                groups.setdefault(r.check.exercise, []).append(r)
        still_open = [e for e, rs in groups.items()
                      if {r.status for r in rs} <= {c.MISSING, c.BLOCKED} and self.exercise(e) == c.MISSING]
        found = {e: c.MISSING for e in still_open[shown:]}
        for e, rs in groups.items():
            if len(rs) > 1 and not e[:1].isdigit():
                if all(r.status == c.BLOCKED for r in rs):
                    found[e] = self.state(rs[0])
                elif e == "again" and all(r.passed for r in rs):
                    found[e] = c.PASS
        return found

    def asks(self, r):
        return r.check.exercise in self.asked_for or r.check.id in self.asked_for

    def of(self, exercise):
        """(points, of how many) of an exercise."""
        mine = [r for r in self.results if r.check.exercise == exercise]
        return sum(r.points for r in mine), sum(r.check.points for r in mine)

    # ---- for people --------------------------------------------------------------------------
    def text(self, colour=False, columns=COLUMNS):
        """The report; the table's titles are wrapped to this many columns."""
        paint = (lambda s, code: f"\033[{code}m{s}\033[0m") if colour else (lambda s, code: s)
        lines = [paint(f"Stage {self.stage} ({self.name})", "1") + f", seed {self.seed:#x}", *self.table(paint, columns)]
        for alike in self.failures():
            lines += [""] + self.failure(alike[0], paint)
            if alike[1:]:
                lines += labelled("likewise", ", ".join(r.check.id for r in alike[1:]))
        notes = [*self.notes]
        if self.unfit:
            notes.insert(0, f"COULD NOT BE GRADED: {self.unfit}. The points above do not count.")
        another = [e for e, word in self.folded.items() if word == c.MISSING]
        if another and not self.asked_for:
            notes.append("The first exercise that is not written yet is shown in full; another one by\n"
                         f"  make stage-{self.stage} check GRADE=\"--only {another[0]}\"")
        if self.full and self.going_on and not self.asked_for:
            notes.append(self.going_on)
        if notes:
            lines += [""] + [wrapped for note in notes for line in note.splitlines()
                             for wrapped in textwrap.wrap(line, COLUMNS, subsequent_indent="  ", drop_whitespace=True)]
        return "\n".join(lines) + "\n"

    def table(self, paint, columns=COLUMNS):
        """A line a check, below its exercise; a folded exercise is a line itself."""
        ids = max([len(r.check.id) for r in self.results] + [5])
        state = max([len(self.state(r)) for r in self.results] + [4])
        room = columns - len(f"    {'':<{ids}}    {'':<{state}}  100/100")
        wide = min(max([len(r.check.title) for r in self.results] + [20]), room)
        lines, group, folded = [], None, self.folded

        def row(what, status, word, points, of):
            return what + paint(word, COLOURS.get(status, "31")) + " " * (state - len(word)) + f"  {points:>3}/{of}"

        for r in self.results:
            first, before = r.check.exercise != group, group
            group = r.check.exercise
            numbered = group[:1].isdigit()
            heading = "  " + (f"{group}  {self.titles.get(group, '')}" if numbered else self.titles.get(group, group))
            if first and not (group in folded and before in folded):
                lines.append("")
            if first and group in folded:
                word = folded[group]
                lines.append(paint(f"{heading:<{ids + wide + 8}}", "1") + row("", word.split(" by ")[0], word, *self.of(group)))
            elif first:
                lines.append(paint(heading.rstrip(), "1"))
            if group not in folded:
                title, *rest = textwrap.wrap(r.check.title, wide) or [""]
                lines.append(row(f"    {r.check.id:<{ids}}  {title:<{wide}}  ", r.status, self.state(r), r.points,
                                 r.check.points))
                lines += [f"    {'':<{ids}}  {line}" for line in rest]
        return lines + ["", f"    {'Total':<{ids + wide + state + 4}}  {paint(f'{self.points:>3}/{self.total}', '1')}"]

    def failures(self):
        """Failed results; those that failed in the same way are grouped."""
        groups, folded = {}, self.folded
        for r in self.results:
            unasked = self.asked_for and r.status == c.MISSING and not self.asks(r)
            if r.status not in (c.PASS, c.BLOCKED) and r.check.exercise not in folded and not unasked:
                # For an open exercise the expected text does not matter.
                expected = "" if r.status == c.MISSING else r.expected
                groups.setdefault((r.status, expected, r.came, tuple(r.detail)), []).append(r)
        return groups.values()

    def state(self, r):
        return f"{c.BLOCKED} by {r.cause}" if r.status == c.BLOCKED else r.status

    def failure(self, r, paint):
        lines = [paint(f"{r.check.id}  {r.check.title}: {r.status}", "1")]
        for label, what in (("expected", r.expected), ("came", r.came)):
            lines += labelled(label, what)
        for line in r.detail:
            lines.append(f"            {line}")
        lines += labelled("likely", r.cause, COLUMNS)
        lines += labelled("read on", r.read, COLUMNS)
        return lines

    # ---- for programs ------------------------------------------------------------------------
    def data(self):
        return {"stage": self.stage, "name": self.name, "seed": f"{self.seed:#x}", "points": self.points,
                "total": self.total, "full": self.full, "graded": not self.unfit, "reason": self.unfit, "build_error": self.build_error,
                "seconds": round(self.seconds, 2), "exercises": self.exercises, "changed": self.changed, "flags": self.flags, "trust": TRUST, "notes": self.notes,
                "checks": [{"id": r.check.id, "title": r.check.title, "exercise": r.check.exercise,
                            "level": r.check.level, "private": bool(r.check.home), "status": r.status, "points": r.points, "of": r.check.points,
                            "blocked_by": r.cause if r.status == c.BLOCKED else "", "expected": r.expected,
                            "came": r.came, "cause": "" if r.status == c.BLOCKED else r.cause, "detail": r.detail,
                            "read": r.read} for r in self.results]}

    def junit(self, most=cut.TEXTS[0]):
        results = [replace(r, expected=cut.text(r.expected, most), came=cut.text(r.came, most), detail=cut.shorter(r.detail, most)) for r in self.results]
        errors = [r for r in results if self.unfit and r.status in NO_GRADE]
        failed = sum(r.status not in (c.PASS, c.BLOCKED) for r in self.results) - len(errors)
        blocked = sum(r.status == c.BLOCKED for r in self.results)
        lines = ['<?xml version="1.0" encoding="UTF-8"?>',
                 f'<testsuite name="stage-{self.stage}" tests="{len(self.results)}" failures="{failed}" '
                 f'skipped="{blocked}" errors="{len(errors)}" time="{self.seconds:.2f}">']
        for r in results:
            lines.append(f'  <testcase classname="stage-{self.stage}.{attribute(r.check.exercise)}" '
                         f'name="{attribute(r.check.id + " " + r.check.title)}">')
            lines.append(f'    <properties><property name="points" value="{r.points}"/><property name="of" value="{r.check.points}"/></properties>')
            if r.status == c.BLOCKED:
                lines.append(f'    <skipped message="{attribute(self.state(r))}"/>')
            elif not r.passed:
                body = "\n".join(self.failure(r, lambda s, code: s))
                kind = "error" if r in errors else "failure"
                lines.append(f'    <{kind} type="{attribute(r.status)}" message="{attribute(r.came or r.status)}">'
                             f'{xml.escape(printable(body))}</{kind}>')
            lines.append("  </testcase>")
        return "\n".join(lines + ["</testsuite>", ""])

    def write(self, folder):
        write(folder, self.stage, self.data(), cut.largest(self.junit))


def write(folder, stage, data, junit):
    """Both files, each whole or not at all."""
    for name, body in ((f"stage-{stage}.json", cut.largest(lambda most: json.dumps(cut.shorter(data, most), indent=1) + "\n")), (f"stage-{stage}.xml", junit)):
        whole.write(os.path.join(folder, name), body)


def write_none(folder, stage, reason):
    """The files of a submission that could not be graded."""
    said = attribute(reason)
    write(folder, stage, {"stage": stage, "graded": False, "reason": reason, "points": 0, "total": 0, "full": False, "checks": []},
          f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuite name="stage-{stage}" tests="1" failures="0" skipped="0" errors="1">\n'
          f'  <testcase classname="stage-{stage}" name="grading">\n    <error type="NOT GRADED" message="{said}"/>\n  </testcase>\n</testsuite>\n')


def labelled(label, what, columns=None):
    """The label once, then the text's lines below each other; prose is wrapped to `columns`."""
    lines = [printable(line) for line in what.splitlines()] if what else []
    if columns:
        lines = [part for line in lines for part in textwrap.wrap(line, columns - 12, break_long_words=False,
                                                                  break_on_hyphens=False) or [""]]
    return [f"  {label if i == 0 else '':<8}  {line}" for i, line in enumerate(lines)]


def printable(s):
    """A machine's output may hold any byte; terminals and XML do not take all of them."""
    return "".join(ch if ch in "\n\t" or (" " <= ch and not 0x7f <= ord(ch) < 0xa0 and not 0xd800 <= ord(ch) < 0xe000
                                            and ch not in "\ufffe\uffff" and unicodedata.category(ch) not in UNSEEN) else "\ufffd" for ch in s)


def attribute(s):
    return xml.escape(printable(s).replace("\n", " "), {'"': "&quot;"})
