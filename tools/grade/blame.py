"""Which exercise causes the failure of a system check, which depends on others, and cannot show whose mistake stops it.

Unit checks need no other exercise. So an exercise whose unit checks show a mistake is the reason; and in a later stage's composition, all of which
stands on the earlier exercises, the first of those that is wrong or open.
"""
import os
import threading

from check import BUILD, CRASH, FAIL, HANG, MISSING, PASS

MISTAKES = {BUILD, CRASH, FAIL, HANG}  # not the machine's fault


def states(context, checks, exercise):
    """The statuses of an exercise's unit checks, but for PASS."""
    return {c.run(context).status for c in checks if c.exercise == exercise and c.level == "unit"} - {PASS}


def wrong(context, checks, but=""):
    """The first exercise other than `but` of which a unit check shows a mistake, or None."""
    exercises = dict.fromkeys(c.exercise for c in checks if c.level == "unit" and c.exercise != but)
    return next((e for e in exercises if states(context, checks, e) & MISTAKES), None)


class Earlier:
    """Asks once, when the first check of a run needs it. `labs`: {number: folder}; `load` reads a lab's checks.py."""

    def __init__(self, context, labs, load):
        self.context, self.labs, self.load = context, labs, load
        self.lock, self.asked, self.found = threading.Lock(), False, None

    def mistake(self):
        """The Result of the first unit check of an earlier lab that does not pass, or None."""
        with self.lock:
            if not self.asked:
                self.found, self.asked = self.ask(), True
            return self.found

    def ask(self):
        for number, folder in sorted(self.labs.items()):
            module = self.load(os.path.join(folder, "checks", "checks.py"))
            for check in module.CHECKS if number < self.context.stage else ():
                if check.level != "unit":
                    continue
                result = check.run(self.context)
                if result.status in MISTAKES | {MISSING}:
                    result.read = section(self.context.tree, folder, getattr(module, "ANCHORS", {}).get(check.exercise))
                    return result
        return None


def section(tree, folder, anchor):
    handout = os.path.join("labs", os.path.basename(folder), "handout.md")
    return f"{handout}#{anchor}" if anchor and os.path.exists(os.path.join(tree, handout)) else ""
