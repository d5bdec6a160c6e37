"""Lab 2: the checks and their points.

Each exercise has unit checks (host/, which need nothing else) and attacks (../attacks, plays on the machine in which a
thief is after a victim's secret, which comes from the seed). The starters let the system run and the thief win. So an attack
runs even if other exercises are open, and only if its result is wrong does the grader look for the exercise that causes
this.
"""
from dataclasses import dataclass, replace

import blame
import kinds
from check import BLOCKED, BUILD, FAIL, KINDS, MISSING, NOTHING_MORE, PASS, Result, likely_cause, shown_by
from kinds import Boot, Guest, Present, Told, Unit

TITLES = {
    "start": "The system builds and starts",
    "2.1": "Look-up with rights",
    "2.2": "Mint and badge",
    "2.3": "Derivation links",
    "2.4": "Iterative revoke",
    "2.5": "Retype",
    "2.6": "All-or-nothing transfer",
    "2.7": "Stop an attack",
    "2.8": "An attack of your own",
    "whole": "The kernel's own tests, when all is solved",
    "demo": "The demonstration: an unauthorised access is refused",
}
ANCHORS = {
    "2.1": "21-look-up-with-rights",
    "2.2": "22-mint-and-badge",
    "2.3": "23-derivation-links",
    "2.4": "24-iterative-revoke",
    "2.5": "25-retype",
    "2.6": "26-all-or-nothing-transfer",
    "2.7": "27-stop-an-attack",
    "2.8": "28-an-attack-of-your-own",
    "whole": "common-mistakes",
    "demo": "common-mistakes",
}
EXERCISES = tuple(t for t in TITLES if t.startswith("2."))
UNITS = {
    "cnode": {"regions": ["2.1", "2.2"], "file": "kernel/cap/cnode.c"},
    "derive": {"regions": ["2.3"], "file": "kernel/cap/derive.c"},
    "delete": {"regions": ["2.4"], "file": "kernel/cap/delete.c"},
    "retype": {"regions": ["2.5"], "file": "kernel/cap/untyped.c"},
    "transfer": {"regions": ["2.6"], "file": "kernel/cap/transfer.c"},
    "frame": {"regions": ["2.7"], "file": "kernel/mm/frame.c",
              "around": ["kernel/mm/frame_steps.c", "kernel/mm/frame_unmap.c", "kernel/mm/map.c"]},
}
UP = ("start.a",)
STOLEN = "stole the secret"
MASK = (1 << 64) - 1


# ---- which exercise causes a failure -------------------------------------------------------------
def stops(context, but=""):
    """The first other exercise that is wrong; else one of lab 1 that is not right, since all of this stage stands on those; else None."""
    wrong = blame.wrong(context, CHECKS, but)
    earlier = None if wrong else context.earlier.mistake()
    return wrong or (earlier.check.exercise if earlier else None)


def culprit(context, but=""):
    """The exercise that stops the system; else the first other one that is open."""
    return stops(context, but) or next((e for e in EXERCISES if e != but and blame.states(context, CHECKS, e)), None)


@dataclass
class Held(Guest):
    """A boot whose failure counts as a mistake in its own exercise, or else is BLOCKED by another one that is not right."""

    def run(self, context):
        result = super().run(context)
        if result.passed or context.build_error:
            return result
        own = blame.states(context, CHECKS, self.exercise)
        if own - {MISSING}:
            result.status = FAIL if result.status == MISSING else result.status
            return result
        if own and STOLEN in result.came:
            result.status = MISSING
            return result
        if own:
            # The open exercise lets the system run. If another one stops it, that is the reason.
            earlier = context.earlier.mistake()
            result.status = MISSING
            return Result(self, BLOCKED, cause=earlier.check.exercise) if earlier else result
        other = culprit(context, self.exercise)
        if other:
            return Result(self, BLOCKED, cause=other)
        return result

    def verdict(self, outcome, wrong):
        result = super().verdict(outcome, wrong)
        if wrong and result.status == MISSING:
            # Open exercises let the system run, so the play's lines are more useful than the fact that one was reached.
            result.came = (f"{outcome.words}\n" if outcome.kind in KINDS else "") + wrong[1]
            result.cause = likely_cause(self, shown_by(outcome, result.came), FAIL)
        return result


@dataclass
class Earlier(kinds.Again):
    """Lab 1's checks depend on all of stage 2."""

    def explained(self, result, context):
        other = None if context.build_error or context.earlier.mistake() else culprit(context)
        return Result(self, BLOCKED, cause=other) if other else super().explained(result, context)


@dataclass
class Whole(Told):
    """The kernel's own tests need lab 1's exercises, too."""

    def run(self, context):
        result = super().run(context)
        earlier = None if result.passed or context.build_error else context.earlier.mistake()
        return Result(self, BLOCKED, cause=earlier.check.exercise) if earlier else result


def again(row):
    return Earlier(**vars(row))


# ---- the plays -----------------------------------------------------------------------------------
def secret(seed):
    """As attacks/main.c derives it."""
    z = (seed + 0x9e3779b97f4a7c15) & MASK
    z = ((z ^ z >> 30) * 0xbf58476d1ce4e5b9) & MASK
    z = ((z ^ z >> 27) * 0x94d049bb133111eb) & MASK
    return z ^ z >> 31


def with_seed(play, program="boot/attack"):
    def files(seed, old, tree):
        from engine import with_arguments
        return {program: with_arguments(old[program], play, seed)}
    return files


def refused(lines):
    """The thief's lines are exactly these, and none of them has the secret."""
    def judge(came, seed, outcome):
        stolen = f"thief: {STOLEN} {secret(seed):x}"
        if stolen in came:
            return lines[-1], "\n".join("  " + line for line in came[:-1][-3:]) + f"\n> {stolen}"
        for i, line in enumerate(lines):
            if i >= len(came) or came[i] != line:
                return line, (f"  {came[i - 1]}\n" if 0 < i <= len(came) else "") + "> " + (came[i] if i < len(came) else NOTHING_MORE)
        return None
    return judge


GOES_ROUND = (r"was still running.*(revoke|slot_delete|derive_)",
              "a revoke that does not end: links lead round, for a neighbour or a child still names a slot's old place (2.3), or a deleted slot is found "
              "again (2.4)")
WAITS = (r"every task waits", "a task waits for an answer or was stopped: see the victim's last line")


def attack(check_id, title, points, play, cause, lines, needs=()):
    return Held(check_id, title, points, check_id[:3], needs=UP + tuple(needs), judge=refused(lines),
                boot=Boot(f"attack-{play}", archive="tests.cpio", append="root=boot/attack", files=with_seed(play)),
                causes=((STOLEN, cause), GOES_ROUND, WAITS))


PATCH = "labs/2-caps/own"  # a kernel's files that take the place of the kernel's own


def steals(outcome, stolen):
    """Whether this is the theft that ended the machine. QEMU 9 and later let a guest run on for a while after it has asked for its end."""
    return next((line for line in outcome.report.splitlines() if f": {STOLEN} " in line), None) == stolen


@dataclass
class Own(Held):
    """The learner's own play: it must get the secret on the kernel with the patch, and must not on the one without.

    A play may do anything in its own program, and its set_up knows the seed. But both machines differ in the patched function only, so a play
    that gets different results has found the difference."""

    def run(self, context):
        if context.build_error:
            return Result(self, BUILD, "kernel and programs build", context.build_error.words)
        plain = context.boot(self.boot)
        stolen = f"thief: stole the secret {secret(context.seed):x}"
        for line in plain.console.splitlines():
            if line.startswith(f"[lab] exercise {self.exercise} is missing"):
                return Result(self, MISSING, f"on the kernel with the patch: {stolen}", line)
        if plain.kind in ("hang", "idle") and not steals(plain, stolen):
            # A busy host may have ended it before the thief was done, and that would be taken for a refusal.
            plain = context.boot(replace(self.boot, key=f"{self.boot.key}-again"))
        patched = context.boot(replace(self.boot, key=f"{self.boot.key}-patched", patch=PATCH))
        if not steals(patched, stolen):
            expected, outcome = f"on the kernel with the patch: {stolen}", patched
        elif steals(plain, stolen):
            expected, outcome = "on the kernel without the patch: the thief does not get the secret", plain
        elif plain.kind in ("stalled", "nostart"):
            # A machine that the host held up does not show that the thief fails.
            return Result(self, KINDS[plain.kind], "the machine without the patch runs", plain.words, likely_cause(self, "", KINDS[plain.kind]))
        else:
            return Result(self, PASS)
        # The starters let a play run, so an open exercise does not explain the failure.
        other = stops(context, self.exercise)
        if other:
            return Result(self, BLOCKED, cause=other)
        lines = "\n".join(outcome.report.splitlines()[-3:]) or f"no line of either task; {outcome.words}"
        return Result(self, KINDS.get(outcome.kind, FAIL), expected, lines, detail=outcome.detail)


def unit(check_id, title, name, needs=()):
    return Unit(check_id, title, 1, check_id[:3], needs=tuple(needs), unit=name, parts=UNITS[name])


# ---- checks of every stage from here on ----------------------------------------------------------
KERNEL = Boot("kernel", archive="tests.cpio", append="root=boot/t_kernel", limit=2_000_000_000)
DEMO = Boot("demo")


# Mistakes in lab 1's exercises that the kernel's own tests find and lab 1's checks may have let pass.
OF_LAB_1 = (
    (r"suspend_cancels: .*ERR_CANCELLED", "exercise 1.7: a thread that is stopped in a system call finds ERR_CANCELLED as that call's "
     "status when it runs again (thread_stop)"),
    (r"(abandoned_server_owes_nothing|fault_answered_stay_stopped|handlers_of_handlers|too_many_handlers): ",
     "exercise 1.7: a thread that faulted and is given up answers no more, so a caller that waits for *it* is dropped, too (reply_drop)"),
)


def told(check_id, title, source):
    return Whole(check_id, title, 1, "whole", needs=UP + EXERCISES, boot=KERNEL, source=f"tests/guest/kernel/{source}.c",
                 causes=OF_LAB_1)


def demo(check_id, title, points, expected):
    return Held(check_id, title, points, "demo", needs=UP, boot=DEMO, channel="console", exact=False, expected=expected,
                ends=("exit",), again=False)


CHECKS = [
    Present("start.a", "kernel and programs build", 2, "start", again=False),
    Guest("start.b", "the kernel comes up, the root task has its CSpace", 1, "start", needs=UP, boot=DEMO,
          channel="console", exact=False, again=False, ends=("exit", "idle", "panic", "hang", "halted", "triple"),
          expected=["Booting MicroK OS v1.0...", "[ipc] ready", "[cap] root CSpace initialized"]),

    unit("2.1.a", "a slot of a CNode is found", "cnode"),
    unit("2.1.b", "a capability that names no CNode is refused", "cnode"),
    unit("2.1.c", "so is a capability without RIGHT_WRITE", "cnode"),
    unit("2.1.d", "and an index outside of the CNode", "cnode"),
    unit("2.1.e", "methods on one slot obey the same rules", "cnode"),
    unit("2.1.f", "so do source and destination of a move", "cnode"),
    attack("2.1.g", "attack: forged index", 1, "forged_index", "an index after a CNode's last slot was looked up: that is the next object's memory", [
        "victim: a new page in the diary", "thief: copy from slot 75 of my 64: ERR_RANGE", "thief: copy from slot 138 of my 64: ERR_RANGE",
        "thief: got nothing"]),

    unit("2.2.a", "a child names the same object, and counts", "cnode"),
    unit("2.2.b", "rights only shrink, the protocol's too", "cnode"),
    unit("2.2.c", "its badge goes along, a mapping does not", "cnode"),
    unit("2.2.d", "flags: some are the slot's, some its content's", "cnode"),
    unit("2.2.e", "the fast path reads the rights that it has", "cnode"),
    unit("2.2.f", "mint sets a badge", "cnode", needs=("2.1",)),
    unit("2.2.g", "mint refuses wrong requests", "cnode", needs=("2.1",)),
    unit("2.2.h", "mint watches if asked to", "cnode", needs=("2.1",)),
    attack("2.2.i", "attack: more rights", 1, "more_rights", "a derived capability had rights that its parent has not", [
        "thief: look: ERR_DENIED", "thief: mint one with all rights: OK", "thief: look through that one: ERR_DENIED", "thief: got nothing"]),
    attack("2.2.j", "attack: another's badge", 1, "other_badge", "a badge was put in the place of another", [
        "thief: look: ERR_DENIED", "thief: mint one with the owner's badge: ERR_STATE", "thief: look through that one: ERR_CAP", "thief: got nothing"]),

    unit("2.3.a", "a first child: both ends name the parent", "derive"),
    unit("2.3.b", "further children come after it", "derive"),
    unit("2.3.c", "a leaf leaves: first, middle, last, only one", "derive"),
    unit("2.3.d", "a slot with children leaves them in its place", "derive"),
    unit("2.3.e", "roots, and children of deleted roots", "derive"),
    unit("2.3.f", "a moved slot keeps its place and its children", "derive"),
    unit("2.3.g", "30,000 operations at random, as a model has them", "derive"),
    attack("2.3.h", "attack: moved away", 1, "moved_away", "the revoke did not find a capability that descends from the revoked one", [
        "thief: copy the key: OK", "thief: move the key: OK", "thief: move the copy: OK", "thief: look through the key: OK",
        "victim: I take the key back: OK", "thief: look through the key again: ERR_CAP", "thief: look through the copy again: ERR_CAP",
        "thief: got nothing"]),

    unit("2.4.a", "a deleted slot is empty, its object released once", "delete"),
    unit("2.4.b", "the capability's effects are undone", "delete"),
    unit("2.4.c", "a slot inside a thread stays one", "delete"),
    unit("2.4.d", "the last descendant's end raises a watched slot", "delete"),
    unit("2.4.e", "revoke deletes all descendants and no other slot", "delete"),
    unit("2.4.f", "a chain of 199,999", "delete"),
    unit("2.4.g", "199,999 children", "delete"),
    unit("2.4.h", "it checks for interrupts", "delete"),
    unit("2.4.i", "interrupted, it stops, and goes on", "delete"),
    unit("2.4.j", "it is not done before dying objects are gone", "delete"),
    attack("2.4.k", "attack: hidden copy", 1, "hidden_copy", "a descendant survived the revoke", [
        "thief: look through the key: OK", "thief: hide a copy: OK", "thief: and a copy of the copy: OK", "victim: I take the key back: OK",
        "thief: look through the key: ERR_CAP", "thief: look through the copy: ERR_CAP", "thief: look through the copy of the copy: ERR_CAP",
        "thief: got nothing"]),

    unit("2.5.a", "objects lie one after the other, aligned", "retype"),
    unit("2.5.b", "aligned where they lie, not from where the Untyped begins", "retype"),
    unit("2.5.c", "several at once", "retype"),
    unit("2.5.d", "a request that does not fit changes nothing", "retype"),
    unit("2.5.e", "new objects are zero, old ones untouched", "retype"),
    unit("2.5.f", "childless, an Untyped starts anew, and is clean", "retype"),
    unit("2.5.g", "but not before objects that died there are gone", "retype"),
    unit("2.5.h", "zeroing can be interrupted, and goes on", "retype"),
    unit("2.5.i", "an Untyped of an Untyped", "retype"),
    unit("2.5.j", "3,000 objects at random: none overlaps", "retype"),
    attack("2.5.k", "attack: old memory", 1, "old_memory", "memory was given out with its last owner's data in it", [
        "victim: I move out", "thief: make a page of the room: OK", "thief: it is empty", "thief: got nothing"], needs=("2.3", "2.4")),

    unit("2.6.a", "up to three arrive, each where it should", "transfer"),
    unit("2.6.b", "without a buffer, none", "transfer"),
    unit("2.6.c", "with one source that is empty, none", "transfer"),
    unit("2.6.d", "with one place that is not free, none", "transfer"),
    unit("2.6.e", "with one place named twice, none", "transfer"),
    unit("2.6.f", "with one that must have one owner, none", "transfer"),
    unit("2.6.g", "the checked slots are the transferred ones", "transfer"),
    attack("2.6.h", "attack: half a transfer", 1, "half_transfer", "a capability arrived of a transfer that had to be refused", [
        "victim: I offer a page with its lease: ERR_TRANSFER", "thief: receive, with room for one: OK", "thief: the message carries 0 capabilities",
        "thief: map the page anyway: ERR_CAP", "thief: got nothing"]),

    unit("2.7.a", "never more rights than the capability has", "frame"),
    unit("2.7.b", "never into an address space that is not one's own", "frame"),
    unit("2.7.c", "never at two places", "frame"),
    unit("2.7.d", "allowed mappings work as before", "frame"),
    unit("2.7.e", "arguments are checked as before", "frame"),
    attack("2.7.f", "attack: writable list", 1, "writable_list", "a page was mapped with more rights than the capability to it has", [
        "thief: look: ERR_DENIED", "thief: map the list writable: ERR_RIGHTS", "thief: got nothing"]),
    attack("2.7.g", "attack: mapped twice", 1, "mapped_twice", "a second mapping hid the first, which stayed when the page was taken back", [
        "thief: map the page: OK", "thief: map it at a second address: ERR_STATE", "victim: I take my page back: OK", "thief: got nothing"]),

    Own("2.8.a", "your play gets the secret with the patch only", 4, "2.8", needs=UP, again=False,
        boot=Boot("play", archive="tests.cpio", append="root=boot/own", files=with_seed("own", "boot/own"))),

    told("whole.a", "messages, transfers, replies, notifications", "messages"),
    told("whole.b", "copy, mint, move, delete, revoke", "slots"),
    told("whole.c", "retype: objects made of Untyped memory", "untyped"),
    told("whole.d", "frames, tables and address spaces", "spaces"),
    told("whole.e", "threads, priorities, slices", "threads"),
    told("whole.f", "faults as messages", "faults"),
    told("whole.g", "ports and interrupts by capability", "devices"),
    told("whole.h", "programs that mean harm", "abuse"),
    told("whole.i", "waits end when a thread or an object ends", "ends"),
    demo("demo.a", "without a grant, access is refused", 1, [
        "thief: look at the secret OK",
        "thief: use an index that was never filled ERR_CAP",
        "thief: use an index after the table's end ERR_CAP",
        "thief: use its own memory as if it were the vault ERR_METHOD",
        "thief: change the secret, without the right to ERR_RIGHTS",
        "thief: receive in the vault's place ERR_RIGHTS",
        "thief: change the secret through the copy ERR_RIGHTS",
        "thief: mint one with another client's badge ERR_STATE"]),
    demo("demo.b", "a grant is taken back, with its copies", 1, [
        "thief: look through the key OK",
        "thief: hide a copy of the key OK",
        "thief: look through the key again ERR_CAP",
        "thief: look through the hidden copy ERR_CAP",
        "stage 2 complete"]),
]
