"""The client's stubs. A stub trusts its caller's pointers and nothing that the server sends."""

from model import ABANDON, fixed_words
from shared import (C_TYPE, WORD_LIMIT, caps_of, comment, field, include, label, length_check, limit,
                    notice, pack, payloads_of, prototype, struct_name, upper, word, word_index)


def is_plain(op):
    """Whether the arguments are passed as they are: there is one at most."""
    return len(op.args) <= 1


def holder(op):
    return "" if is_plain(op) else "args->"


def stub_params(p, op):
    out = ["cap_t cap"]
    if is_plain(op):
        out += [line.rstrip(";") for q in op.args for line in field(q)]
    else:
        out.append(f"const {struct_name(p, op, 'args')} *args")
    out += [f"cap_t {q.name}_slot" for q in caps_of(op.results)]
    if returns_struct(op):
        out.append(f"{struct_name(p, op, 'result')} *result")
    return out


def returns_struct(op):
    """Capabilities arrive in slots: a struct holds the other results."""
    return any(q.type != "cap" for q in op.results)


def stub_head(p, op):
    return prototype(f"enum microk_status {p.name}_{op.name}(", stub_params(p, op))


def header(p):
    out = [notice(p), "#pragma once\n", include(p, "protocol"), '#include "lib/microk/ipc.h"\n\n']
    out.append(comment(p.doc).rstrip("\n") + "\n" if p.doc else "")
    for op in p.ops:
        facts = list(op.doc)
        if op.needs:
            facts.append(f"Needs the right {op.needs}.")
        if op.idempotent:
            facts.append("Repeated if the server dies during it.")
        if op.once:
            facts.append("Takes effect once, if the server dies during it, too. ERR_CANCELLED: it has no effect.")
        out.append("\n" + comment(facts) + stub_head(p, op) + ";\n")
    return "".join(out)


def argument_checks(p, op):
    """Checks before anything is sent that the arguments fit; if not, it is the caller's mistake."""
    lines, of = [], holder(op)
    for q in payloads_of(op.args):
        if q.type == "string":
            lines.append(f"const size_t {q.name}_length_ = strnlen({of}{q.name}, {limit(p, op, q)} + 1);")
    for q in op.args:
        if q.type == "bytes":
            lines += [f"if ({of}{q.name}_length > {limit(p, op, q)})", "\treturn ERR_RANGE;"]
        elif q.type == "string":
            lines += [f"if ({q.name}_length_ > {limit(p, op, q)})", "\treturn ERR_NAME;"]
    for q in caps_of(op.results):
        lines += [f"if (!{q.name}_slot)", "\treturn ERR_ARG;"]
    return lines


def send(p, op):
    """Packing and the call; packed anew for each try, since the call clobbers the message."""
    packing, length = pack("m_.", "&m_", op.wire, "at_", holder(op))
    caps_in, caps_out = caps_of(op.args), caps_of(op.results)
    for i, q in enumerate(caps_in):
        packing.append(f"ipc_buffer->send_caps[{i}] = (u32){holder(op)}{q.name};")
    if caps_out:
        packing.append(f"stub_receive(slots_, {len(caps_out)});")
    packing.append(f"m_.tag = STUB_TAG({label(p, op)}, {length}, {len(caps_in)}, number_);")
    packing.append("status_ = ipc(SYS_CALL, cap, &m_);")
    if not op.idempotent and not op.once:
        return packing
    again = (["do {"] + ["\t" + line for line in packing]
             + ["} while (status_ == ERR_PEER_DIED && --tries_ > 0);"])
    if op.once:
        again += ["if (stub_is_open(&m_, tries_))", f"\tstub_abandon(cap, {upper(p.name, 'label', ABANDON)}, number_, &m_);"]
    return again


def answer(p, op):
    """Checks of the answer, then the caller's struct.

    Lengths, numbers of capabilities and ranges are checked before anything is written to the struct. A string's bytes are
    checked as they are copied, so a string with a zero byte in it is found after the payloads before it have been copied.
    """
    caps = caps_of(op.results)
    slots = "slots_" if caps else "NULL"
    refuse = f"\treturn stub_refuse(&m_, {slots}, ERR_PROTOCOL);"
    index = word_index(op.results)
    lines = ["stub_receive(NULL, 0);"] if caps else []
    lines += [f"status_ = stub_answer(&m_, {slots}, {len(caps)});", "if (status_ != OK)",
              "\treturn status_;"]
    sizes = {q.name: f"{q.name}_size_" for q in payloads_of(op.results)}
    declarations = [f"const u64 {sizes[q.name]} = {word('m_.', index[q.name])};"
                    for q in payloads_of(op.results)]
    # A size may lie in a word of the buffer that the answer's length does not include. Reading it is harmless: the length is
    # checked before the size is used.
    lines += declarations
    conditions = [f"{sizes[q.name]} > {limit(p, op, q)}" for q in payloads_of(op.results)]
    conditions.append(length_check("TAG_LENGTH(m_.tag)", op.results, sizes))
    conditions += [f"{word('m_.', index[q.name])} > {WORD_LIMIT[q.type]}"
                   for q in op.results if q.type in WORD_LIMIT]
    lines += [f"if ({' || '.join(conditions)})".replace(" || ", " ||\n\t\t    "), refuse]
    lines += receive_payloads(op, sizes, refuse)
    for q in op.results:
        if q.is_scalar:
            cast = "" if q.type == "u64" else f"({C_TYPE[q.type]})"
            lines.append(f"result->{q.name} = {cast}{word('m_.', index[q.name])};")
        elif q.type == "bytes":
            lines.append(f"result->{q.name}_length = {sizes[q.name]};")
        elif q.type == "cap" and returns_struct(op):
            lines.append(f"result->{q.name} = {q.name}_slot;")
    return lines + ["return OK;"]


def receive_payloads(op, sizes, refuse):
    lines = []
    payloads = payloads_of(op.results)
    if payloads:
        lines.append(f"at_ = {fixed_words(op.results)};")
    for q in payloads:
        if q.type == "bytes":
            lines.append(f"at_ = message_get(&m_, at_, result->{q.name}, {sizes[q.name]});")
        else:
            lines += [f"if (!message_get_string(&m_, at_, result->{q.name}, {sizes[q.name]}))", refuse,
                      f"at_ += (u32)MESSAGE_WORDS({sizes[q.name]});"]
    if payloads and lines[-1].startswith("at_"):  # where a next one would begin
        lines[-1] = lines[-1].removeprefix("at_ = ") if payloads[-1].type == "bytes" else ""
    return [line for line in lines if line]


def stub(p, op):
    body = ["struct message m_ = {0};", "const u64 number_ = stub_number();",
            "enum microk_status status_;"]
    if op.idempotent or op.once:
        body.append("u32 tries_ = STUB_TRIES;")
    if payloads_of(op.args) or payloads_of(op.results):
        body.append("u32 at_;")
    caps = caps_of(op.results)
    if caps:
        slots = ", ".join(f"(u32){q.name}_slot" for q in caps)
        body.append(f"const u32 slots_[] = {{{slots}}};")
    body.append("")
    body += argument_checks(p, op) + send(p, op) + answer(p, op)
    text = "\n".join("\t" + line if line else "" for line in body)
    return f"{stub_head(p, op)}\n{{\n{text}\n}}\n"


def source(p):
    out = [notice(p), include(p, "client"), '#include "lib/microk/string.h"\n#include "lib/microk/stub.h"\n']
    out += ["\n" + stub(p, op) for op in p.ops]
    return "".join(out)
