"""Lab 1: the checks and their points.

Each exercise has unit checks (host/, which need nothing else) and system checks (guest/, on the machine). The expected reports of the guest
programs are derived here from the seed; they hold no answers.
"""
import re
from dataclasses import dataclass

import blame
import compare
from check import BLOCKED, NOTHING_MORE, Result
from kinds import Boot, Guest, Present, Unit

TITLES = {
    "start": "The system builds and starts",
    "1.1": "System-call entry",
    "1.2": "Map a page",
    "1.3": "Context switch",
    "1.4": "Ready queue",
    "1.5": "Send/receive rendezvous",
    "1.6": "Call/reply",
    "1.7": "Peer death",
}
# As GitHub and the handout's own contents name the sections.
ANCHORS = {
    "1.1": "11-system-call-entry",
    "1.2": "12-map-a-page",
    "1.3": "13-context-switch",
    "1.4": "14-ready-queue",
    "1.5": "15-sendreceive-rendezvous",
    "1.6": "16-callreply",
    "1.7": "17-peer-death",
}
# The parts of a unit, beside its checks host/NAME.c and host/NAME_fakes.c: the file that is under test (or where its exercise was
# moved), the kernel's own files around it, and more fakes.
AROUND = ["kernel/ipc/endpoint.c", "kernel/sched/queue.c", "kernel/ipc/message.c", "kernel/ipc/sent.c"]
UNITS = {
    "entry": {"regions": ["1.1"], "file": "kernel/entry/syscall.S"},
    "map": {"regions": ["1.2"], "file": "kernel/mm/map.c"},
    "switch": {"regions": ["1.3"], "file": "kernel/sched/switch.c"},
    "ready": {"regions": ["1.4"], "file": "kernel/sched/ready.c"},
    "rendezvous": {"regions": ["1.5"], "file": "kernel/ipc/rendezvous.c",
                   "around": AROUND, "fakes": ["threads_fakes.c"]},
    "reply": {"regions": ["1.6", "1.7"], "file": "kernel/ipc/reply.c", "around": AROUND, "fakes": ["threads_fakes.c"]},
    "cancel": {"regions": ["1.7.2"], "file": "kernel/ipc/cancel.c", "around": AROUND, "fakes": ["threads_fakes.c"]},
}

# ---- the values that follow from the seed, as in labs/1-ipc/checks/guest/main.c ------------------
MASK = (1 << 64) - 1


def derive(seed, i):
    z = (seed + (i + 1) * 0x9e3779b97f4a7c15) & MASK
    z = ((z ^ z >> 30) * 0xbf58476d1ce4e5b9) & MASK
    z = ((z ^ z >> 27) * 0x94d049bb133111eb) & MASK
    return z ^ z >> 31


def fold(h, word):
    return ((h ^ word) * 0x100000001b3 + 1) & MASK


def registers(seed):
    lines = []
    for i in range(4):
        r14, r15, rbp = (derive(seed, 3 * i + k) for k in range(3))
        lines.append(f"call {i}: {'OK' if i & 1 else 'ERR_SYSCALL'} r14 {r14:x} r15 {r15:x} rbp {rbp:x} rsp moved 0")
    return lines


def own(seed):
    lines = []
    for n in (2, 3):
        h = 0
        for i in range(8):
            h = fold(h, derive(seed, n * 8 + i))
        lines.append(f"from {n} label {n}: {h:x} 0")
    return lines


def sent(seed, badges, count=12):
    """`count` messages of role send as the collector reports them, for each sender."""
    lines = []
    for badge in badges:
        for i in range(count):
            words = "".join(f" {derive(seed, i * 8 + w):x}" for w in range(i % 9))
            lines.append(f"from {badge} label {100 + i}:{words}")
    return lines


def answered(seed, callers):
    """The lines of role call about its calls to role serve, for each (badge, number)."""
    lines = []
    for badge, number in callers:
        for length in range(10):
            n, h = (40 if length > 8 else length), 0
            for i in range(n):
                h = fold(h, fold(derive(seed, number * 1000 + length * 64 + i), (derive(seed, 1000) + badge) & MASK))
            lines.append(f"from {badge} label {length}: 0 {length * 3 + 1:x} {n:x} {h:x}")
    return lines


# ---- judging output; each judge names a cause only where the lines show it ----------------------
GARBLED = "the words, badge or label of another message, or of none: look at what is copied, from which thread, to which, and when"


def cause_of_line(line, at, mine):
    """Why `line` came in the place of mine[at]."""
    if line in mine[at + 1:]:
        return "a message was lost: this one is a later one of the same sender's"
    if line in mine[:at]:
        return "a message came twice: this one is an earlier one of the same sender's"
    return GARBLED


def each_in_order(expected):
    """Lines of several senders: each sender's lines in order; lines of different senders may be mixed in any way."""
    def judge(lines, seed, outcome):
        wanted = expected(seed)
        senders = list(dict.fromkeys(line.split(" label")[0] for line in wanted))
        strange = [line for line in lines if line.split(" label")[0] not in senders]
        if strange:
            badge = re.match(r"from \d+ label", strange[0])
            return "no other lines", "> " + strange[0], "a badge that no sender here has" if badge else ""
        for who in senders:
            mine = [line for line in wanted if line.startswith(who + " ")]
            came = [line for line in lines if line.startswith(who + " ")]
            for i, line in enumerate(mine):
                if i < len(came) and came[i] == line:
                    continue
                before = ["  " + came[i - 1]] if 0 < i <= len(came) else []
                if i < len(came):
                    return line, "\n".join([*before, "> " + came[i]]), cause_of_line(came[i], i, mine)
                return line, "\n".join([*before, f"> {NOTHING_MORE}"])
            if len(came) > len(mine):
                return f"{len(mine)} messages {who}", f"{len(came)}, the last: {came[-1]}"
        return None
    return judge


def in_turn(lines, seed, outcome):
    """Three tasks that yield: their clock readings must show that they take turns."""
    turns = []
    for line in lines:
        found = re.fullmatch(r"from (\d+) label (\d+):((?: [0-9a-f]+){8})", line)
        if found:
            turns += [(int(word, 16), found[1]) for word in found[3].split()]
    order = "".join(who for _, who in sorted(turns))
    if len(order) != 48:
        return "16 turns of each of three tasks", f"{len(order)} turns" + ("" if not lines else "\n> " + lines[-1])
    for i in range(3, len(order)):
        if order[i] != order[i - 3] or order[i] == order[i - 1]:
            return "three tasks that yield take turns: A B C A B C …", f"turn {i + 1} of {' '.join(order[max(0, i - 6):i + 3])} …"
    return None


def spun(lines, seed, outcome):
    if "from 3 label 103: " + " ".join(f"{derive(seed, 24 + w):x}" for w in range(3)) in lines:
        return None
    return "the other task's four messages, though one task never gives the processor up", (lines[-1] if lines else "nothing")


def can_be_woken(lines, seed, outcome):
    return ("a processor without a thread halts with interrupts on", "") if outcome.kind == "halted" else None


def ran_on(task, outcome):
    """Whether the task's role came to its end: the program prints that (guest/main.c)."""
    role = next(role for name, role, _ in PAGES.tasks if name == task)
    return f"the role {role} is over" in outcome.console


def faults(*wanted):
    """Each of these tasks faults in this way: (name, what, likely cause if it was allowed)."""
    def judge(lines, seed, outcome):
        for name, what, cause in wanted:
            mine = [line for line in lines if line.startswith(f"[fault] {name} ")]
            if not mine and ran_on(name, outcome):
                return f"[fault] {name} {what}", f"no fault of {name}: it was allowed", cause
            if len(mine) != 1 or what not in mine[0]:
                return f"[fault] {name} {what}", mine[0] if mine else f"no fault of {name}, and no sign that it ran", ""
        return None
    return judge


def betrayed(lines, seed, outcome):
    """The lines of role betrayed: two answers, and a call that was dropped after the first and one whose server crashed after the second."""
    wrong = compare.difference(["from 3 label 0: 0 5", "from 3 label 1: d 0", "from 3 label 2: 0 5", "from 3 label 3: d 0"], lines)
    shown = wrong and wrong[1].partition("> ")[2].split("\n")[0]
    if not wrong or not shown.startswith((wrong[0][:14], NOTHING_MORE)):
        return wrong
    waits = shown == NOTHING_MORE and outcome.kind == "idle"
    if wrong[0].startswith("from 3 label 1:") and (waits or shown != NOTHING_MORE):
        return (*wrong, "a server that received again owes its last caller ERR_PEER_DIED (13, d)")
    if wrong[0].startswith("from 3 label 3:") and (waits or shown != NOTHING_MORE):
        return (*wrong, "a server that crashed owes its caller ERR_PEER_DIED (13, d)")
    return wrong


# ---- the boots -----------------------------------------------------------------------------------
def boot(key, *tasks, **more):
    return Boot(key, tasks=tuple(tuple(t.split(" ")) for t in tasks), **more)


START = Boot("start")
LEFT_ALONE = Boot("left-alone", watched=False)  # so that the kernel idles in the end, and does not end the machine
REGISTERS = boot("registers", "probe registers x")
FLAGS = boot("flags", "probe flags x")
PAGES = boot("pages", "textwriter write_text s", "datarunner run_data s", "nullreader read_null s", "kernelreader read_kernel s")
OWN = boot("own", "collector collect/2 rx", "one own/2 s", "two own/3 s")
SPIN = boot("spin", "collector collect/4 rx", "spinner spin s", "sender send/4 s")
TURNS = boot("turns", "collector collect/6 rx", "a turns s", "b turns s", "c turns s")
SEND_LATE = boot("send-late", "collector collect/24 rx", "one send/12 s", "two send/12 s")
SEND_EARLY = boot("send-early", "one send/12 s", "two send/12 s", "collector collect/24 rx")
POLL = boot("poll", "poller poll srx")
WRONG = boot("wrong", "clumsy wrong srx")
CALLS = boot("calls", "collector collect/20 Rx", "server serve r", "one call/1 sS", "two call/2 sS")
CALLS_EARLY = boot("calls-early", "one call/1 sS", "two call/2 sS", "server serve r", "collector collect/20 Rx")
NO_CALLER = boot("no-caller", "replier no_caller x")
BETRAYED = boot("betrayed", "collector collect/4 Rx", "traitor betray r", "victim betrayed sS")
CRASH = boot("crash", "crasher crash s", "collector collect/24 rx", "one send/12 s", "two send/12 s")

# The exercises that a task needs in order to run; 1.1.e is the first check that boots one.
RUN = ("1.1", "1.2", "1.3", "1.4")
RUNS = RUN + ("1.1.e",)
MEET = RUNS + ("1.5",)                          # to send to the collector
CALL = MEET + ("1.5.i", "1.5.j", "1.6")
STOP = ("1.7.a", "1.7.b", "1.7.e", "1.7.f")     # the end of a task that faults

# If no task ended by a fault of its own, one of those that wait should run.
WAITS = (r"\A(?!.*\[fault\]).*every task waits", "a thread waits that should have been woken, or it is ready and in no queue")


@dataclass
class Meets(Guest):
    """A boot in which the functions of exercises run that it does not need: reply_drop, at each receive. If one of those is wrong, it is the
    reason."""

    def run(self, context):
        result = super().run(context)
        other = None if result.passed or context.build_error else blame.wrong(context, CHECKS, self.exercise)
        return Result(self, BLOCKED, cause=other) if other else result


# The entry follows no pointers: a low address is a number that was to be a value (x86/regs.h), or a field's offset.
LOW = r"on unknown address 0x0+"
BARE = ((LOW + r"1b\b", "SEL_UDATA without `$` is the memory at address 0x1b: a value needs the `$`"),
        (LOW + r"23\b", "SEL_UCODE without `$` is the memory at address 0x23: a value needs the `$`"),
        (LOW + r"100\b", "REGS_VECTOR_SYSCALL without `$` is the memory at address 0x100: a value needs the `$`"),
        (LOW + r"[0-9a-f]{0,3}\b", "a number is taken for an address: a value needs `$`, and a field of the processor's structure `%gs:`"))


def unit(check_id, title, points, name, needs=()):
    return Unit(check_id, title, points, check_id[:3], needs=needs, causes=BARE if name == "entry" else (), unit=name, parts=UNITS[name])


def guest(check_id, title, points, boot_, needs, **more):
    more.setdefault("causes", (WAITS,))
    return Meets(check_id, title, points, check_id[:3], needs=("1.0.a",) + tuple(needs), boot=boot_, **more)


CHECKS = [
    Present("1.0.a", "kernel and programs build", 1, "start", again=False),
    Guest("1.0.b", "the kernel comes up", 1, "start", needs=("1.0.a",), boot=START, channel="console", exact=False,
          again=False, expected=["Booting MicroK OS v1.0...", "[ipc] ready"],
          ends=("exit", "idle", "panic", "hang", "halted", "triple")),
    Guest("1.0.c", "a processor without a thread takes interrupts", 1, "start", needs=("1.0.a",), boot=LEFT_ALONE, channel="console", exact=False,
          again=False, judge=can_be_woken, ends=("exit", "idle", "panic", "hang", "triple", "off"),
          causes=((r"interrupts off", "cpu_idle (entry/trap.S) halts without `sti`: no timer and no device can wake the processor"),)),

    unit("1.1.a", "it takes the kernel's gs and stack, and leaves by kernel_exit", 2, "entry"),
    unit("1.1.b", "rip, flags and stack are saved as an interrupt would", 2, "entry"),
    unit("1.1.c", "the message's registers lie where C looks for them", 2, "entry"),
    unit("1.1.d", "so do rbp, r14 and r15; nothing else is written", 2, "entry"),
    guest("1.1.e", "a task keeps its registers across a system call", 2, REGISTERS, RUN, expected=registers,
          causes=((r"> call \d: (?!OK|ERR_SYSCALL)", "the status is the result of syscall_handle, which reaches the task's rax by regs.rax"),
                  (r"> call [^\n]* rsp moved (?!0\b)", "the user's stack pointer is not what it was"),
                  (r"> call \d", "a register that survives was not saved, or not where the way out looks for it"), WAITS)),
    guest("1.1.f", "and its flags", 1, FLAGS, RUN, expected=["carry 1 direction 1 interrupts 1"],
          causes=((r"> carry \d direction \d interrupts 0", "user mode runs with interrupts off, so no timer ever takes the processor from a task: the way "
                   "out sets the flags of RFLAGS_USER (x86/regs.h), and IF is bit 9"),
                  (r"> carry", "the task's flags are not what they were: syscall leaves them in r11, and the way out loads them from regs.rflags"), WAITS)),

    unit("1.2.a", "the walk finds the entry of each level", 2, "map"),
    unit("1.2.b", "and ends where a table is missing or a large page is", 2, "map"),
    unit("1.2.c", "rights and attributes become the right bits", 2, "map"),
    unit("1.2.d", "never writable and executable at once", 2, "map"),
    unit("1.2.e", "rights and attributes that cannot be are refused", 1, "map"),
    unit("1.2.f", "a page, small or large, is one entry", 2, "map"),
    unit("1.2.g", "unaligned and kernel addresses are refused", 2, "map"),
    unit("1.2.h", "a missing table and an occupied entry are reported", 1, "map"),
    guest("1.2.i", "a task can neither write its code nor run its data", 2, PAGES,
          RUNS + STOP, channel="console", pick=r"^\[fault\]", ends=("idle",),
          judge=faults(("textwriter", "wrote to an address it may not write", "pages without RIGHT_WRITE must not have PTE_WRITE"),
                       ("datarunner", "ran code at an address that is not executable", "pages without RIGHT_EXEC need PTE_NX"),
                       ("nullreader", "read from an address it may not read", "a page is mapped at address 0"),
                       ("kernelreader", "read from an address it may not read", "the kernel's half is open to user mode"))),

    unit("1.3.a", "the thread becomes current, and is counted", 2, "switch"),
    unit("1.3.b", "the next entry saves into it", 2, "switch"),
    unit("1.3.c", "its address space is loaded, only when it changes", 2, "switch"),
    unit("1.3.d", "no thread can be current", 1, "switch"),
    unit("1.3.e", "the thread pointer is its own", 1, "switch"),
    unit("1.3.f", "time is charged once, to the thread that used it", 2, "switch"),
    guest("1.3.g", "two tasks each see their own memory at one address", 2, OWN, MEET, judge=each_in_order(own),
          causes=((r"> from \d label \d: \w+ [1-9a-f]", "after a switch the task saw another's memory: cr3 was not loaded"), WAITS)),
    guest("1.3.h", "one that never yields does not keep the others out", 1, SPIN, MEET + ("1.1.f",), judge=spun,
          causes=((r"was still running", "one task kept the processor: no timer interrupt took it away, or none led to a pick"), WAITS)),

    unit("1.4.a", "an empty queue has no first and no priority", 1, "ready"),
    unit("1.4.b", "first come, first served", 2, "ready"),
    unit("1.4.c", "the most urgent of 64 priorities first", 2, "ready"),
    unit("1.4.d", "an interrupted thread goes on before its equals", 1, "ready"),
    unit("1.4.e", "a thread can leave from the middle", 2, "ready"),
    unit("1.4.f", "20,000 operations at random, as a model has them", 2, "ready"),
    guest("1.4.g", "three tasks that yield take turns", 2, TURNS, MEET, judge=in_turn),

    unit("1.5.a", "rights and length are checked before anything changes", 2, "rendezvous"),
    unit("1.5.b", "a receiver that waits gets its message", 2, "rendezvous"),
    unit("1.5.c", "so does one that comes second, with the sender's badge", 2, "rendezvous"),
    unit("1.5.d", "a caller is left to the receiver's Reply", 2, "rendezvous"),
    unit("1.5.e", "non-blocking forms never wait", 2, "rendezvous"),
    unit("1.5.f", "first come, first served", 1, "rendezvous"),
    unit("1.5.g", "a message that cannot be delivered harms no other", 1, "rendezvous"),
    unit("1.5.h", "a new receive drops an unanswered caller", 1, "rendezvous"),
    guest("1.5.i", "two senders, the receiver first", 1, SEND_LATE, MEET,
          judge=each_in_order(lambda seed: sent(seed, (2, 3)))),
    guest("1.5.j", "two senders, the receiver last", 1, SEND_EARLY, MEET,
          judge=each_in_order(lambda seed: sent(seed, (1, 2)))),
    guest("1.5.k", "polls of an empty endpoint return", 1, POLL, MEET,
          expected=[f"poll by {how}: ERR_WOULD_BLOCK" for how in ("send", "call", "receive")]),
    guest("1.5.l", "wrong system calls are refused", 1, WRONG, MEET, expected=[
        "send through a capability that may only receive: ERR_RIGHTS",
        "receive through a capability that may only send: ERR_RIGHTS",
        "send of 121 words: ERR_LENGTH", "send through an empty slot: ERR_CAP", "receive from a port: ERR_TYPE",
        "a flag that does not exist: ERR_SYSCALL"]),

    unit("1.6.a", "a link has two sides, set and cleared together", 2, "reply"),
    unit("1.6.b", "the answer reaches its caller, which goes on", 2, "reply"),
    unit("1.6.c", "it is answered once", 2, "reply"),
    unit("1.6.d", "a reply that is refused leaves the caller waiting", 2, "reply"),
    unit("1.6.e", "one it cannot take ends its call with an error", 2, "reply"),
    unit("1.6.f", "a faulted thread goes on as it was, or stays stopped", 1, "reply"),
    guest("1.6.g", "two callers, each gets its own answers", 1, CALLS, CALL, judge=each_in_order(
        lambda seed: answered(seed, ((3, 1), (4, 2))))),
    guest("1.6.h", "the same when they come before the server", 1, CALLS_EARLY, CALL, judge=each_in_order(
        lambda seed: answered(seed, ((1, 1), (2, 2))))),
    guest("1.6.i", "a reply without a caller is refused", 1, NO_CALLER, RUNS + ("1.6",), expected=["reply without a caller: ERR_NO_REPLY"]),

    unit("1.7.a", "a dropped caller wakes with ERR_PEER_DIED", 2, "reply", needs=("1.6",)),
    unit("1.7.b", "one that faulted waits for the next handler, or stays stopped", 1, "reply", needs=("1.6",)),
    unit("1.7.c", "a waiting thread is taken out of the queue", 2, "cancel"),
    unit("1.7.d", "and off the debt of the thread that owes it an answer", 2, "cancel"),
    unit("1.7.e", "a stopped thread does not run again", 2, "cancel"),
    unit("1.7.f", "and drops what it owes", 2, "cancel"),
    guest("1.7.g", "no call ends in silence: dropped, or its server crashed", 2, BETRAYED, CALL + ("1.7",),
          judge=betrayed),
    guest("1.7.h", "a task that crashes takes no other along", 1, CRASH, MEET + STOP,
          judge=each_in_order(lambda seed: sent(seed, (3, 4)))),
]
