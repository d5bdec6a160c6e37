"""Stage 2: the kernel's tests, topic by topic, and the demonstration: a thief who finds out what a capability is."""
from kinds import Boot, Guest, Present, Told

TITLES = {
    "start": "The system builds and starts",
    "ipc": "Messages, transfer, peer death",
    "slots": "Slots, rights and derivation",
    "memory": "Untyped memory and address spaces",
    "threads": "Threads, faults and devices",
    "demo": "An unauthorised access is refused",
}
KERNEL = Boot("kernel", archive="tests.cpio", append="root=boot/t_kernel", limit=2_000_000_000)
DEMO = Boot("demo")
UP = ("start.a", "start.b")


def told(check_id, title, points, topic, source):
    return Told(check_id, title, points, topic, needs=UP, boot=KERNEL, source=f"tests/guest/kernel/{source}.c")


def demo(check_id, title, points, expected):
    return Guest(check_id, title, points, "demo", needs=UP, boot=DEMO, channel="console", exact=False, expected=expected,
                 ends=("exit",), again=False)


CHECKS = [
    Present("start.a", "kernel and programs build", 4, "start", again=False),
    Guest("start.b", "the kernel comes up, the root task has its CSpace", 6, "start", needs=("start.a",), boot=DEMO,
          channel="console", exact=False, again=False, ends=("exit", "idle", "panic", "hang", "halted", "triple"),
          expected=["Booting MicroK OS v1.0...", "[ipc] ready", "[cap] root CSpace initialized"]),
    told("ipc.a", "messages, transfers, replies, notifications", 12, "ipc", "messages"),
    told("slots.a", "copy, mint, move, delete, revoke", 14, "slots", "slots"),
    told("memory.a", "retype: objects made of Untyped memory", 10, "memory", "untyped"),
    told("memory.b", "frames, tables and address spaces", 8, "memory", "spaces"),
    told("threads.a", "threads, priorities, slices", 6, "threads", "threads"),
    told("threads.b", "faults as messages", 4, "threads", "faults"),
    told("threads.c", "ports and interrupts by capability", 4, "threads", "devices"),
    demo("demo.a", "what was not granted is refused", 6, [
        "thief: look at the secret OK",
        "thief: use an index that was never filled ERR_CAP",
        "thief: use an index behind the table's end ERR_CAP",
        "thief: use its own memory as if it were the vault ERR_METHOD",
        "thief: change the secret, without the right to ERR_RIGHTS",
        "thief: receive in the vault's place ERR_RIGHTS",
        "thief: change the secret through the copy ERR_RIGHTS",
        "thief: mint one with another client's badge ERR_STATE"]),
    demo("demo.b", "what was given is taken back, with its copies", 6, [
        "thief: look through the key OK",
        "thief: hide a copy of the key OK",
        "thief: look through the key again ERR_CAP",
        "thief: look through the hidden copy ERR_CAP",
        "stage 2 complete"]),
]
