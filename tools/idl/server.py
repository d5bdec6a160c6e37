"""The server's side: a table of handlers, the dispatch that checks a request before one sees it,
and the later answers to deferred requests.

A handler may make calls of its own, and every call clobbers the IPC buffer: so arguments are copied to
the stack before it runs, and its results are packed from the stack afterwards.
"""

from model import ABANDON, NUMBER, fixed_words
from shared import (C_TYPE, WORD_LIMIT, caps_of, comment, include, label, length_check, limit,
                    notice, pack, payloads_of, prototype, struct_name, upper, word, word_index)


def handler_params(p, op):
    out = ["struct request *r"]
    if op.args:
        out.append(f"const {struct_name(p, op, 'args')} *args")
    if op.results:
        out.append(f"{struct_name(p, op, 'result')} *result")
    return out


def reply_head(p, op):
    params = ["cap_t reply_slot", "enum microk_status status"]
    if op.results:
        params.append(f"const {struct_name(p, op, 'result')} *result")
    return prototype(f"enum microk_status {p.name}_{op.name}_reply(", params)


ABANDON_DOC = [
    "A client has given up waiting for its request r->number, which had been received. OK: the request was finished, and its answer",
    "is left in *r->message. ERR_CANCELLED: it has no effect, and will have none; if it is deferred, it is dropped."]


def ops_struct(p):
    out = [f"struct {p.name}_ops {{\n"]
    if p.has_once:
        out += ["".join("\t" + line + "\n" for line in comment(ABANDON_DOC).splitlines()),
                f"\tenum microk_status (*{ABANDON})(struct request *r);\n"]
    for op in p.ops:
        if op.doc:
            out.append("".join("\t" + line + "\n" for line in comment(op.doc).splitlines()))
        head = prototype(f"enum microk_status (*{op.name})(", handler_params(p, op))
        out.append("\t" + head.replace("\n\t\t", "\n\t\t\t") + ";\n")
    out.append("};\n")
    return "".join(out)


def header(p):
    out = [notice(p), "#pragma once\n", include(p, "protocol"), '#include "lib/microk/server.h"\n\n']
    out.append(comment([
        "The server's handler of each operation; NULL is answered with ERR_METHOD. A handler gets",
        "checked arguments and fills in its results, which count if it returns OK; they begin as zeros and empty payloads.",
        "A capability received lies in r->server->received[]; one returned is the slot to transfer."]))
    out.append(ops_struct(p))
    out.append("\n" + comment([f"Serves one request of protocol {p.name}, leaving the answer in *r->message."]))
    out.append(f"void {p.name}_dispatch(const struct {p.name}_ops *ops, struct request *r);\n")
    out.append("\n" + comment([
        "Answers to requests deferred with request_defer. Results count if `status` is OK; else they may be NULL.",
        "Errors: of the system call; ERR_RANGE for a result too long and ERR_ARG for slot 0 (then nothing was sent)."]))
    out += [reply_head(p, op) + ";\n" for op in p.ops]
    return "".join(out)


def take_arguments(p, op):
    """Checks the request and copies its arguments out of the message."""
    index = word_index(op.wire)
    payloads = payloads_of(op.args)
    caps = caps_of(op.args)
    sizes = {q.name: f"{q.name}_length_" for q in payloads}
    lines = []
    for q in payloads:
        lines.append(f"const u64 {sizes[q.name]} = {word('r->message->', index[q.name])};")
    conditions = [f"r->caps != {len(caps)}"]
    conditions += [f"{sizes[q.name]} > {limit(p, op, q)}" for q in payloads]
    conditions.append(length_check("r->length", op.wire, sizes))
    conditions += [f"{word('r->message->', index[q.name])} > {WORD_LIMIT[q.type]}"
                   for q in op.args if q.type in WORD_LIMIT]
    lines += ["if (" + " ||\n\t    ".join(conditions) + ")", "\treturn ERR_PROTOCOL;"]
    if op.once:
        lines.append(f"r->number = {word('r->message->', index[NUMBER])};")
    if payloads:
        lines.append(f"u32 at_ = {fixed_words(op.wire)};" if len(payloads) > 1
                     else f"const u32 at_ = {fixed_words(op.wire)};")
    for i, q in enumerate(payloads):
        more = i + 1 < len(payloads)
        if q.type == "bytes":
            lines.append(("at_ = " if more else "")
                         + f"message_get(r->message, at_, {q.name}_place_, {sizes[q.name]});")
        else:
            lines += [f"if (!message_get_string(r->message, at_, {q.name}_place_, {sizes[q.name]}))",
                      "\treturn ERR_PROTOCOL;"]
            if more:
                lines.append(f"at_ += (u32)MESSAGE_WORDS({sizes[q.name]});")
    if op.args:
        lines += [f"const {struct_name(p, op, 'args')} args = {{", *initialisers(op, index, sizes), "};"]
    return lines


def initialisers(op, index, sizes):
    lines, caps = [], 0
    for q in op.args:
        if q.is_scalar:
            cast = "" if q.type == "u64" else f"({C_TYPE[q.type]})"
            lines.append(f"\t.{q.name} = {cast}{word('r->message->', index[q.name])},")
        elif q.type == "cap":
            lines.append(f"\t.{q.name} = r->server->received[{caps}],")
            caps += 1
        else:
            lines.append(f"\t.{q.name} = {q.name}_place_,")
            if q.type == "bytes":
                lines.append(f"\t.{q.name}_length = {sizes[q.name]},")
    return lines


def places(p, op):
    """Room on the stack for payloads that come in, and for results."""
    lines = [f"u8 {q.name}_place_[{limit(p, op, q)}];" if q.type == "bytes"
             else f"char {q.name}_place_[{limit(p, op, q)} + 1];" for q in payloads_of(op.args)]
    return lines + ([f"{struct_name(p, op, 'result')} result_;"] if op.results else [])


def call_handler(op):
    # Results begin as zero or empty: a handler that forgets one must not send old bytes of the stack.
    clear = [f"result_.{q.name}[0] = 0;" if q.type == "string"
             else f"result_.{q.name}{'_length' if q.type == 'bytes' else ''} = 0;" for q in op.results]
    parameters = ", ".join(["r"] + (["&args"] if op.args else []) + (["&result_"] if op.results else []))
    return clear + [f"status_ = ops->{op.name}({parameters});",
                    "if (status_ != OK || r->deferred)", "\treturn status_;"]


def result_checks(p, op, of, too_long, no_cap):
    """The check of a handler's results. `of`: the struct they are in; `too_long` and `no_cap`: the status of the answer then."""
    lines = []
    for q in payloads_of(op.results):
        if q.type == "string":
            lines.append(f"const size_t {q.name}_length_ = strnlen({of}{q.name}, {limit(p, op, q)} + 1);")
    for q in op.results:
        if q.type == "bytes":
            lines += [f"if ({of}{q.name}_length > {limit(p, op, q)})", f"\treturn {too_long};"]
        elif q.type == "string":
            lines += [f"if ({q.name}_length_ > {limit(p, op, q)})", f"\treturn {too_long};"]
        elif q.type == "cap":
            lines += [f"if (!{of}{q.name})", f"\treturn {no_cap};"]
    return lines


def pack_results(message, pointer, op, of):
    lines, length = pack(message, pointer, op.results, "end_", of)
    if payloads_of(op.results):
        lines.insert(0, "u32 end_;")
    caps = caps_of(op.results)
    for i, q in enumerate(caps):
        lines.append(f"ipc_buffer->send_caps[{i}] = (u32){of}{q.name};")
    lines.append(f"{message}tag = STUB_TAG(OK, {length}, {len(caps)}, 0);")
    return lines


def serve(p, op):
    body = places(p, op) + ["enum microk_status status_;", ""]
    if op.needs:
        body += [f"if (!(r->prot & {upper(p.name, 'right', op.needs)} >> RIGHT_PROT_SHIFT))",
                 "\treturn ERR_RIGHTS;"]
    body += [f"if (!ops->{op.name})", "\treturn ERR_METHOD;"]
    body += take_arguments(p, op) + call_handler(op)
    caps = ", ".join(f"result_.{q.name}" for q in caps_of(op.results))
    wrong = f"stub_undelivered(r, (const cap_t[]){{{caps}}}, {len(caps_of(op.results))})" if caps else "ERR_STATE"
    body += result_checks(p, op, "result_.", wrong, wrong)
    body += pack_results("r->message->", "r->message", op, "result_.") + ["return OK;"]
    text = "\n".join("\t" + line if line else "" for line in body)
    # Not inlined: the places of one operation must not be on the stack while another runs.
    return (f"__attribute__((noinline)) static enum microk_status\n"
            f"serve_{op.name}(const struct {p.name}_ops *ops, struct request *r)\n{{\n{text}\n}}\n")


def reply(p, op):
    body = ["struct message m_ = {.tag = TAG(status, 0)};", "", "if (status != OK)",
            "\treturn stub_reply(reply_slot, &m_);"]
    body += result_checks(p, op, "result->", "ERR_RANGE", "ERR_ARG")
    body += pack_results("m_.", "&m_", op, "result->") + ["return stub_reply(reply_slot, &m_);"]
    text = "\n".join("\t" + line if line else "" for line in body)
    return f"{reply_head(p, op)}\n{{\n{text}\n}}\n"


def dispatch(p):
    out = [f"void {p.name}_dispatch(const struct {p.name}_ops *ops, struct request *r)\n{{\n",
           "\tenum microk_status status = ERR_METHOD;\n\n",
           "\t/* A send would be carried out, and its results lost: only calls are served. */\n",
           "\tif (!r->is_call)\n\t\treturn;\n",
           "\tswitch (r->label) {\n"]
    for op in p.ops:
        out.append(f"\tcase {label(p, op)}:\n\t\tstatus = serve_{op.name}(ops, r);\n\t\tbreak;\n")
    if p.has_once:
        out.append(f"\tcase {upper(p.name, 'label', ABANDON)}:\n\t\tstatus = stub_abandoned(r, ops->{ABANDON});\n\t\tbreak;\n")
    out.append("\t}\n\tstub_finish(r, status);\n}\n")
    return "".join(out)


def source(p):
    out = [notice(p), include(p, "server"), '#include "lib/microk/string.h"\n#include "lib/microk/stub.h"\n']
    out += ["\n" + serve(p, op) for op in p.ops]
    out.append("\n" + dispatch(p))
    out += ["\n" + reply(p, op) for op in p.ops]
    return "".join(out)
