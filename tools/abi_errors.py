"""Finds the errors that each system call and method can return, by reading the kernel's C.

abi.py compares docs/kernel-abi.md with the errors found here. It follows the plain C of the decode functions (if,
switch, for, while, return, assignments of a status), which kernel_source.py reads, and tracks two things: constants (the
method's label, constant arguments) and the statuses that a variable may hold. A branch whose condition is known to be false
is not followed; any other is.

Weighed: a column in the header's table, which nothing would compare with the code; and running all of the kernel's paths in
a test, which finds the errors that occur and not all that can occur.
"""
import pathlib
import re

from kernel_source import DISPATCHER, matching, split_at, split_top, ternary

UNKNOWN = None


class Walk:
    """One function, called with some constants known. `result` collects what it may return."""

    def __init__(self, source, function, known, stack=()):
        self.source, self.f, self.known = source, function, dict(known)
        self.held, self.result, self.stack = {}, set(), (*stack, function)
        self.run(self.statements(function.body))

    # ---- statements: ("if", cond, then, else) ("loop", …) ("switch", …) ("return", …) ("expr", …)

    def statements(self, tokens):
        i, out = 0, []
        while i < len(tokens):
            statement, i = self.statement(tokens, i)
            out.append(statement)
        return out

    def statement(self, tokens, i):
        t = tokens[i]
        if t == "{":
            end = matching(tokens, i)
            return ("block", self.statements(tokens[i + 1:end])), end + 1
        if t in ("if", "while", "for", "switch"):
            end = matching(tokens, i + 1)
            cond = tokens[i + 2:end]
            body, i = self.statement(tokens, end + 1)
            other = None
            if t == "if" and i < len(tokens) and tokens[i] == "else":
                other, i = self.statement(tokens, i + 1)
            return (t, cond, body, other), i
        if t in ("case", "default"):
            end = i + split_at(tokens[i:], ":")
            return ("label", tokens[i + 1:end] or None), end + 1
        end = i + split_at(tokens[i:], ";")
        words = tokens[i:end]
        if t in ("return", "break", "continue"):
            return (t, words[1:]), end + 1
        return ("expr", words), end + 1

    def run(self, statements):
        """True if control does not reach the end."""
        for s in statements:
            if self.step(s):
                return True
        return False

    def step(self, s):
        kind = s[0]
        if kind == "block":
            return self.run(s[1])
        if kind == "return":
            self.result |= self.statuses(s[1])
            return True
        if kind in ("break", "continue"):
            return True
        if kind == "expr":
            self.assign(s[1])
        elif kind == "if":
            return self.step_if(*s[1:])
        elif kind == "switch":
            return self.step_switch(s[1], s[2][1])
        elif kind in ("while", "for"):
            before = {k: set(v) for k, v in self.held.items()}
            if kind == "for":
                for part in split_top(s[1], ";"):
                    self.assign(part)
            self.step(s[2])
            self.join(before)
        return False

    def step_if(self, cond, then, other):
        truth = self.truth(cond)
        before = {k: set(v) for k, v in self.held.items()}
        ended_then = ended_other = True
        after = {}
        if truth is not False:
            self.refine(cond)
            ended_then = self.step(then)
            after = {} if ended_then else self.held
            self.held = {k: set(v) for k, v in before.items()}
        if truth is not True:
            ended_other = self.step(other) if other else False
        if truth is True or ended_other:
            self.held = after
        else:
            self.join(after)
        return ended_then and ended_other

    def step_switch(self, value, body):
        wanted = self.value(value)
        groups, labels = [], []
        for s in body:
            if s[0] == "label":
                if not labels or groups[-1][1]:
                    groups.append(([], []))
                    labels = groups[-1][0]
                labels.append(self.value(s[1]) if s[1] else "default")
            else:
                groups[-1][1].append(s)
        exact = [g for g in groups if wanted is not UNKNOWN and wanted in g[0]]
        chosen = exact or [g for g in groups if wanted is UNKNOWN or "default" in g[0]]
        ends = [self.run(g[1]) and not any(s[0] == "break" for s in g[1]) for g in chosen]
        return bool(ends) and all(ends) and (bool(exact) or any("default" in g[0] for g in chosen))

    def join(self, other):
        for name, statuses in other.items():
            self.held.setdefault(name, set()).update(statuses)

    # ---- values

    def assign(self, words):
        for part in split_top(words, ","):
            if "=" not in part:
                continue
            at = part.index("=")
            name, right = part[at - 1], part[at + 1:]
            value = self.value(right)
            if value is UNKNOWN:
                self.known.pop(name, None)
            else:
                self.known[name] = value
            found = self.statuses(right)
            if found:
                self.held[name] = found

    def refine(self, cond):
        """The statuses that a condition leaves to a variable: `s != OK && s != ERR_X`, `s == OK`."""
        for part in split_top(cond, "&&"):
            if len(part) == 3 and part[0] in self.held:
                if part[1] == "!=":
                    self.held[part[0]] = self.held[part[0]] - {part[2]}
                elif part[1] == "==":
                    self.held[part[0]] = self.held[part[0]] & {part[2]}

    def statuses(self, words):
        """The statuses that an expression may have."""
        parts = ternary(words)
        if parts:
            truth = self.truth(parts[0])
            out = set()
            if truth is not False:
                out |= self.statuses(parts[1])
            if truth is not True:
                out |= self.statuses(parts[2])
            return out
        if len(words) == 1:
            if words[0] in self.held:
                return set(self.held[words[0]])
            return {words[0]} if re.match(r"(ERR_|ST_)\w+$|OK$", words[0]) else set()
        if len(words) > 2 and words[1] == "(" and matching(words, 1) == len(words) - 1:
            f = self.source.find(self.f.file, words[0])
            if f and f not in self.stack:
                return Walk(self.source, f, self.arguments(f, words[2:-1]), self.stack).result
        return set()

    def arguments(self, f, words):
        known = {k: v for k, v in self.known.items() if "->" in k}
        for param, argument in zip(f.params, split_top(words, ",")):
            value = self.value(argument)
            if value is not UNKNOWN:
                known[param] = value
        return known

    def truth(self, words):
        value = self.value(words)
        return UNKNOWN if value is UNKNOWN else bool(value)

    def value(self, words):
        """The value of an expression if it is certain, else UNKNOWN."""
        while len(words) > 1 and words[0] == "(" and matching(words, 0) == len(words) - 1:
            words = words[1:-1]
        for separator, decides in (("||", True), ("&&", False)):
            parts = split_top(words, separator)
            if len(parts) > 1:
                truths = [self.truth(p) for p in parts]
                if decides in truths:
                    return int(decides)
                return UNKNOWN if UNKNOWN in truths else int(not decides)
        parts = ternary(words)
        if parts:
            truth = self.truth(parts[0])
            return UNKNOWN if truth is UNKNOWN else self.value(parts[1 if truth else 2])
        if words and words[0] == "!":
            truth = self.truth(words[1:])
            return UNKNOWN if truth is UNKNOWN else int(not truth)
        if words[:1] == ["invocation_may"]:
            return 1  # the right on the called capability is checked for every method alike
        return self.arithmetic(words)

    def arithmetic(self, words):
        text, i = [], 0
        while i < len(words):
            path = words[i]
            while i + 2 < len(words) and words[i + 1] == "->":
                path += "->" + words[i + 2]
                i += 2
            if path in self.known:
                path = str(self.known[path])
            elif path in self.source.constants:
                path = str(self.source.constants[path])
            elif re.fullmatch(r"(0x[0-9a-fA-F]+|\d+)[uUlL]*", path):
                path = str(int(path.rstrip("uUlL"), 0))
            elif path not in ("(", ")", "==", "!=", "<", ">", "<=", ">=", "&", "|", "+", "-", "~", "<<", ">>", "*"):
                return UNKNOWN
            text.append(path)
            i += 1
        try:
            return int(eval(" ".join(text), {"__builtins__": {}}))
        except (SyntaxError, TypeError, ValueError):
            return UNKNOWN


def errors(statuses):
    return {s for s in statuses if s.startswith("ERR_")}


def method_errors(source, object_name, label):
    f = source.find("", f"{object_name.lower()}_decode")
    if not f:
        raise ValueError(f"no function {object_name.lower()}_decode in the kernel")
    return errors(Walk(source, f, {"inv->label": label}).result)


def method_rights(source, object_name, label):
    """The right that the object's decode function asks of the called capability."""
    f = source.find("", f"{object_name.lower()}_decode")
    walk = Walk(source, f, {"inv->label": label})
    at = f.body.index("invocation_may")
    inside = f.body[at + 2:matching(f.body, at + 1)]
    return walk.value(split_top(inside, ",")[1])


def dispatcher_errors(source):
    """The errors of the dispatcher itself, before any operation is looked at."""
    return errors(Walk(source, source.find("", DISPATCHER), {}).held.get("status", set()))


def system_call_errors(source, folder):
    """SYS_NAME: errors of its decode function, by the dispatcher's own table."""
    text = (pathlib.Path(folder) / "entry/syscall.c").read_text()
    file = str(pathlib.Path(folder) / "entry/syscall.c")
    out = {}
    for name, function in re.findall(r"\[(SYS_\w+)\] = (\w+)", text):
        out[name] = errors(Walk(source, source.find(file, function), {}).result)
    return out
