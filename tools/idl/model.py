"""The interface language: the parts of a protocol, and the parser that checks them.

    # Comment lines directly before a protocol or an operation are its documentation.
    protocol file = 1

    right read = 0

    op read = 1 (size: u32) -> (data: bytes<896>) needs read
    op seek = 3 (offset: i64, whence: u32) -> (position: u64) idempotent

    op add = 4 (amount: u64) -> (total: u64) once

Types: u8 u16 u32 u64 i64, bytes<N>, string<N> (at most N bytes and no zero byte among them), cap.

A request of an operation that is `once` carries its number: 64 bits, the client's thread and a counter. So a server can find out that it has
served the request already, when the stub repeats it or asks what became of it (lib/microk/stub.h: stub_abandon).

MIG and CAmkES describe every detail of the marshalling; Hubris' Idol marks the operations that may be retried. Here a type describes the wire in
full, and an operation contains all that a generated stub needs: the right to call it, and whether it may be repeated.
"""

import pathlib
import re
import sys
from dataclasses import dataclass, field

TOOLS = pathlib.Path(__file__).resolve().parent.parent
sys.path.append(str(TOOLS))
from abi_table import methods  # noqa: E402

SCALARS = {"u8": 1, "u16": 2, "u32": 4, "u64": 8, "i64": 8}
MESSAGE_WORDS = 120  # MSG_WORDS of microk/syscall.h
MESSAGE_CAPS = 3  # MSG_CAPS
RIGHTS = 8  # protocol rights of a capability
NUMBER = "number_"  # the parameter of a request's number; no other name ends in "_"
ABANDON = "abandon"  # operation 0 of a protocol that has operations that are once
PROTOCOL_MAX = 0xfe  # 0xff would reach the kernel's own labels (LABEL_FAULT)

C_KEYWORDS = set("""auto bool break case char const continue default do double else enum extern
    false float for goto if inline int long register restrict return short signed sizeof static struct
    switch true typedef typeof union unsigned void volatile while asm NULL linux unix""".split())  # gnu17's macros too
# The names of the generated functions' own first parameters and types, and of the functions they call.
RESERVED = {"cap", "r", "reply_slot", "status", "u8", "u16", "u32", "u64", "i64", "cap_t", "size_t",
            "memset", "memcpy", "strlen", "strnlen", "ipc", "ipc_buffer", "args", "result", "ops", "request", "message_put",
            "message_get", "message_get_string", "stub_number", "stub_receive", "stub_abandon", "stub_abandoned", "stub_answer", "stub_is_open", "stub_refuse", "stub_reply", "stub_undelivered"}
# The prefixes of functions beside the generated ones: the library's, and the methods of kernel objects
# (method_stubs.py). A protocol with such a name would have functions among them.
RESERVED_PREFIXES = {"message", "serve", "stub", *(m["name"].partition("_")[0].lower() for m in methods(TOOLS.parent))}


class IdlError(Exception):
    """A mistake in an interface file, with its place."""

    def __init__(self, place, text):
        super().__init__(f"{place}: {text}")


@dataclass
class Param:
    name: str
    type: str  # a scalar's name, "bytes", "string" or "cap"
    max: int  # bytes and string: the most bytes
    place: str

    @property
    def is_scalar(self):
        return self.type in SCALARS

    @property
    def is_payload(self):
        return self.type in ("bytes", "string")

    @property
    def idl_type(self):
        return f"{self.type}<{self.max}>" if self.is_payload else self.type


@dataclass
class Op:
    name: str
    number: int
    args: list
    results: list
    doc: list
    place: str
    needs: str = ""
    idempotent: bool = False
    once: bool = False

    @property
    def wire(self):
        """The request's parameters in the message: the number is the last of the words that are always there."""
        return self.args + ([Param(NUMBER, "u64", 0, self.place)] if self.once else [])


@dataclass
class Protocol:
    name: str
    number: int
    source: str  # path from the root of the tree, without ".idl"
    doc: list
    place: str
    rights: dict = field(default_factory=dict)
    ops: list = field(default_factory=list)

    @property
    def has_once(self):
        return any(op.once for op in self.ops)


def words_of(bytes_):
    return (bytes_ + 7) // 8


def fixed_words(params):
    """Words that are always there: scalars, and the lengths of payloads."""
    return sum(1 for p in params if p.type != "cap")


def most_words(params):
    return fixed_words(params) + sum(words_of(p.max) for p in params if p.is_payload)


TOKEN = re.compile(r"\s*(?:(?P<word>[A-Za-z_]\w*)|(?P<number>0x[0-9a-fA-F]+|\d+(?!\w))|(?P<sign>->|[=():,<>]))")


def tokens_of(text, path):
    """(kind, value, place, documentation lines) of each token; comments go to the token after them."""
    out, doc = [], []
    for number, line in enumerate(text.splitlines(), 1):
        place = f"{path}:{number}"
        code, sharp, comment = line.partition("#")
        if not code.strip():
            doc = doc + [comment.strip()] if sharp else []
            continue
        at = 0
        code = code.rstrip()
        while at < len(code):
            match = TOKEN.match(code, at)
            if not match:
                raise IdlError(place, f"cannot read '{code[at:].strip()}'")
            out.append((match.lastgroup, match[match.lastgroup], place, doc))
            doc = []
            at = match.end()
    out.append(("end", "the end of the file", f"{path}:{text.count(chr(10)) + 1}", []))
    return out


class Parser:
    def __init__(self, text, path, source):
        self.tokens = tokens_of(text, path)
        self.at = 0
        self.source = source

    @property
    def place(self):
        return self.tokens[self.at][2]

    def peek(self):
        return self.tokens[self.at][1] if self.tokens[self.at][0] != "end" else None

    def take(self, kind, what):
        token = self.tokens[self.at]
        if token[0] != kind:
            raise IdlError(token[2], f"expected {what}, found {token[1]!r}"
                           if token[0] != "end" else f"expected {what}, found {token[1]}")
        self.at += 1
        return token

    def expect(self, sign):
        token = self.tokens[self.at]
        if token[1] != sign:
            found = token[1] if token[0] == "end" else repr(token[1])
            raise IdlError(token[2], f"expected '{sign}', found {found}")
        self.at += 1

    def name(self, what):
        _, name, place, _ = self.take("word", what)
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or name.endswith("_") or "__" in name:
            raise IdlError(place, f"the name '{name}' is not made of lower-case words joined by '_'")
        return name, place

    def number(self, what, low, high):
        _, text, place, _ = self.take("number", f"{what} (a number)")
        value = int(text, 0) if text.startswith("0x") else int(text)
        if not low <= value <= high:
            raise IdlError(place, f"{what} {value} is not within {low}..{high}")
        return value

    def parse(self):
        protocol = None
        while self.peek() is not None:
            _, keyword, place, doc = self.tokens[self.at]
            self.at += 1
            if keyword == "protocol":
                if protocol:
                    raise IdlError(place, "a file defines one protocol, and this one has a second")
                name, _ = self.name("the protocol's name")
                self.expect("=")
                protocol = Protocol(name, self.number("the protocol's number", 1, PROTOCOL_MAX),
                                    self.source, doc, place)
                if self.source.rsplit("/", 1)[-1] != name:
                    raise IdlError(place, f"protocol '{name}' belongs in a file of its name, {name}.idl")
            elif keyword not in ("right", "op"):
                raise IdlError(place, f"expected 'protocol', 'right' or 'op', found '{keyword}'")
            elif not protocol:
                raise IdlError(place, f"'{keyword}' comes before the line 'protocol NAME = NUMBER'")
            elif keyword == "right":
                self.right(protocol)
            else:
                self.op(protocol, doc)
        if not protocol:
            raise IdlError(self.place, "no line 'protocol NAME = NUMBER'")
        if not protocol.ops:
            raise IdlError(protocol.place, f"protocol '{protocol.name}' has no operations")
        return protocol

    def right(self, protocol):
        name, place = self.name("the right's name")
        self.expect("=")
        bit = self.number("the right's bit", 0, RIGHTS - 1)
        if name in protocol.rights:
            raise IdlError(place, f"the right '{name}' is defined twice")
        for other, taken in protocol.rights.items():
            if taken == bit:
                raise IdlError(place, f"right '{name}' has the bit {bit} of right '{other}'")
        protocol.rights[name] = bit

    def op(self, protocol, doc):
        name, place = self.name("the operation's name")
        self.expect("=")
        op = Op(name, self.number("the operation's number", 1, 255), [], [], doc, place)
        op.args = self.params()
        if self.peek() == "->":
            self.expect("->")
            op.results = self.params()
        while self.peek() in ("needs", "idempotent", "once"):
            self.attribute(op, protocol)
        for other in protocol.ops:
            if other.name == op.name:
                raise IdlError(place, f"the operation '{name}' is defined twice")
            if other.number == op.number:
                raise IdlError(place, f"operation '{name}' has the number {op.number} of "
                               f"operation '{other.name}'")
        check_op(op)
        protocol.ops.append(op)
        if protocol.has_once and any(o.name == ABANDON for o in protocol.ops):
            raise IdlError(place, f"protocol '{protocol.name}' has an operation that is once: the operation '{ABANDON}' is its common part")

    def attribute(self, op, protocol):
        _, word, place, _ = self.take("word", "an attribute")
        if word in ("idempotent", "once"):
            for other in ("idempotent", "once"):
                if getattr(op, other):
                    raise IdlError(place, f"operation '{op.name}' is {word} twice" if other == word else
                                   f"operation '{op.name}' is {word}, but it is {other} already")
            setattr(op, word, True)
            return
        right, place = self.name("the right that is needed")
        if op.needs:
            raise IdlError(place, f"operation '{op.name}' needs a second right; one is all there can be")
        if right not in protocol.rights:
            known = ", ".join(protocol.rights) or "none"
            raise IdlError(place, f"operation '{op.name}' needs the unknown right '{right}' "
                           f"(defined before it: {known})")
        op.needs = right

    def params(self):
        out = []
        self.expect("(")
        while self.peek() != ")":
            if out:
                self.expect(",")
            out.append(self.param())
        self.expect(")")
        return out

    def param(self):
        name, place = self.name("a parameter's name")
        self.expect(":")
        _, type_, type_place, _ = self.take("word", "a type")
        if type_ in ("bytes", "string"):
            self.expect("<")
            size = self.number(f"the size of {type_}", 1, MESSAGE_WORDS * 8)
            self.expect(">")
            return Param(name, type_, size, place)
        if type_ != "cap" and type_ not in SCALARS:
            raise IdlError(type_place, f"unknown type '{type_}' (there are "
                           f"{' '.join(SCALARS)} bytes<N> string<N> cap)")
        return Param(name, type_, 0, place)


def c_names(param):
    """The parameter's names in C, in stubs and in the structs."""
    if param.type == "bytes":
        return [param.name, param.name + "_length"]
    if param.type == "cap":
        return [param.name, param.name + "_slot"]
    return [param.name]


def check_op(op):
    if op.name in C_KEYWORDS:
        raise IdlError(op.place, f"an operation cannot be called '{op.name}': the word has a meaning in C")
    for what, params in (("request", op.wire), ("answer", op.results)):
        words = most_words(params)
        if words > MESSAGE_WORDS:
            raise IdlError(op.place, f"the {what} of '{op.name}' can be {words} words long; "
                           f"a message has {MESSAGE_WORDS}")
        caps = sum(1 for p in params if p.type == "cap")
        if caps > MESSAGE_CAPS:
            raise IdlError(op.place, f"the {what} of '{op.name}' carries {caps} capabilities; "
                           f"a message has {MESSAGE_CAPS}")
    seen = {}
    for param in op.args + op.results:
        for name in c_names(param):
            if name in C_KEYWORDS or name in RESERVED:
                raise IdlError(param.place, f"a parameter cannot be called '{name}': "
                               "the word has a meaning in C or in the generated code")
            if name in seen:
                raise IdlError(param.place, f"parameters '{seen[name]}' and '{param.name}' of "
                               f"'{op.name}' would both be called '{name}' in C")
            seen[name] = param.name


def generated_names(p):
    """(name in C, the thing that it names, place) of all names that other files can see."""
    of = f"protocol '{p.name}'"
    yield f"{p.name}_dispatch", of, p.place
    yield f"{p.name}_protocol".upper(), of, p.place
    for right in p.rights:
        yield f"{p.name}_right_{right}".upper(), f"the right '{right}' of '{p.name}'", p.place
    for op in p.ops:
        of = f"operation '{op.name}' of '{p.name}'"
        yield f"{p.name}_{op.name}", of, op.place
        yield f"{p.name}_{op.name}_reply", f"the reply of {of}", op.place
        yield f"{p.name}_label_{op.name}".upper(), of, op.place
        for q in op.args + op.results:
            if q.is_payload:
                yield f"{p.name}_{op.name}_{q.name}_max".upper(), f"the limit of '{q.name}' of {of}", q.place


def check_names(protocols):
    seen = {}
    for protocol in protocols:
        if protocol.name in RESERVED_PREFIXES:
            raise IdlError(protocol.place, f"a protocol cannot be called '{protocol.name}': "
                           "the library's functions begin like that")
        for name, of, place in generated_names(protocol):
            if name in seen:
                other, where = seen[name]
                raise IdlError(place, f"{of} and {other} ({where}) would both be called '{name}' in C")
            seen[name] = of, place


def check_together(protocols):
    """The rules across files: labels name one operation, generated names are unique."""
    for i, protocol in enumerate(protocols):
        for other in protocols[:i]:
            if other.number == protocol.number:
                raise IdlError(protocol.place, f"protocol '{protocol.name}' has the number "
                               f"{protocol.number} of '{other.name}' ({other.place})")
            if other.name == protocol.name:
                raise IdlError(protocol.place, f"the protocol '{protocol.name}' is defined "
                               f"in {other.place} already")
    check_names(protocols)
