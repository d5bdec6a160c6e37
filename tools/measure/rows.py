"""The operations that `make bench` measures, in the order of its table. tests/bench has the code of each."""
# name in the guest's report: (description, peers' instructions, goal). Peers: docs/performance.md.
ROWS = {
    "null": ("yield with no other thread ready", {}, 60),
    "refused": ("operation that does not exist", {}, None),
    "call_0": ("call + reply, 0 words", {"seL4": 435}, 250),
    "call_1": ("call + reply, 1 word", {"NOVA": 282}, 250),
    "call_2": ("call + reply, 2 words", {}, 250),
    "call_4": ("call + reply, 4 words", {"seL4": 477}, 250),
    "call_8": ("call + reply, 8 words", {}, 250),
    "call_16": ("call + reply, 16 words", {"seL4": 1769}, 400),
    "call_64": ("call + reply, 64 words", {}, None),
    "call_120": ("call + reply, 120 words", {"seL4": 2809}, 1000),
    "call_cap": ("call + reply, 1 capability", {"seL4": 1393}, 450),
    "call_fpu_0": ("FPU client, 0 words", {}, 250),
    "call_fpu_8": ("FPU client, 8 words", {}, 250),
    "same_0": ("same space, 0 words", {}, None),
    "same_1": ("same space, 1 word", {}, None),
    "same_4": ("same space, 4 words", {}, None),
    "same_8": ("same space, 8 words", {}, None),
    "same_16": ("same space, 16 words", {}, None),
    "same_120": ("same space, 120 words", {}, None),
    "same_cap": ("same space, 1 capability", {}, None),
    "ipc_0": ("by ipc() of the library, 0 words", {}, None),
    "ipc_4": ("by ipc() of the library, 4 words", {}, None),
    "ipc_8": ("by ipc() of the library, 8 words", {}, None),
    "signal_one_way": ("signal until the waiter runs", {}, 200),
    "signal_and_wait": ("signal + wait by another thread", {}, 600),
    "signal_round_trip": ("two signals, there and back", {}, None),
    "signal_round_trip_apart": ("the same, two address spaces", {}, None),
    "yield": ("yield until another thread runs", {}, None),
    "fault": ("page fault, handler, and back", {"seL4": 1313}, 700),
    "fault_map": ("page fault, handler maps a page", {}, None),
    "retype": ("make an Endpoint of an Untyped", {}, None),
    "make_mapped": ("make a page and map it", {}, None),
    "replace": ("replace a mapped page by a copy", {}, None),
    "mint": ("mint", {}, 250),
    "delete": ("delete", {}, 250),
    "revoke_1000": ("revoke 1,000 descendants", {}, None),
    "copy_64": ("copy 64 bytes between Frames", {}, None),
    "copy_page": ("copy a page between Frames", {}, None),
    "io_map": ("map a page for a device", {}, None),
    "io_unmap": ("unmap it, and the unit forgets it", {}, None),
}
# The same for operations that are run once, on the largest possible objects (tests/bench/extremes.c).
EXTREMES = {
    "revoke_many": "revoke 100,000 descendants",
    "wake_many": "delete an Endpoint, 10,000 waiting",
    "end_many": "take back the memory of 10,000 threads",
    "unmap_much": "unmap 128 MiB",
    "end_space": "delete a space with 128 MiB mapped",
    "make_frames": "make frames of 16 MiB",
}
GROUPS = {"null": "The kernel's door", "call_0": "Call and reply, two address spaces",
          "same_0": "Call and reply, one address space", "ipc_0": "Two address spaces, general stubs",
          "signal_one_way": "Other ways to another thread", "retype": "Capabilities and memory"}
ELSEWHERE = {"seL4 without its fast path": 1516, "Linux, round trip through pipes": 10560,
             "xv6, round trip through pipes": 27220}
# An instruction that faults is begun twice and ends once: the plugin sees both, the clock one.
FAULTS = {"fault": 1, "fault_map": 1}
MASKED_GOAL = 20000  # instructions with interrupts off
MSR_COUNTERS = ("msr_reads", "msr_writes")
# Operations of processes (tests/posix/costs.c): (description, a Linux guest's instructions, goal). The goal is to be below Linux; at
# half of it for futexes and pipes.
PROCESS_ROWS = {
    "getpid": ("getpid", 343, 343),
    "fault": ("page fault on anonymous memory", 2724, 2724),
    "map_1m": ("mmap, touch, munmap 1 MiB", 1_062_658, 1_062_658),
    "thread": ("thread create and join", 63_463, 63_463),
    "futex": ("futex round trip, two threads", 8499, 4250),
    "pipe": ("pipe round trip, two threads", 9994, 4997),
}
# TinyCC in the guest (measure/compiling.py). There is no figure of a Linux guest yet.
COMPILING_ROWS = {
    "compile": "compile 2,000 lines with TinyCC",
    "compile_link": "compile and link them",
}
# Operations on files (tests/guest/file_bench): (description, a Linux guest's instructions, whether the middle operation is shown and
# not the mean, its row in the Linux guest's figures, goal). Where Linux's operations were timed one by one, its figure is the middle
# one. The goal is to be below Linux; at half of it where a file is opened, described, made or written.
FILE_ROWS = {
    "file_read_cold": ("read 64 MiB, cold", 67_700_000, False, "read_cold", 67_700_000),
    "file_read_warm": ("read 64 MiB, warm", 25_600_000, False, "read_warm", 25_600_000),
    "file_write_sync": ("write 64 MiB and sync", 244_000_000, False, "write_fsync", 122_000_000),
    "disk_read": ("the driver alone, 64 MiB by 1 MiB", 9_900_000, False, "raw_read_direct_1MiB", 9_900_000),
    "disk_read_4": ("the same, four in flight", None, False, None, None),
    "file_random_cold": ("read 4 KiB at random, cold", 20_377, False, "read_random_4KiB_cold", 20_377),
    "file_read_4k": ("read 4 KiB, warm", 1907, True, "read_4KiB_warm", 1907),
    "file_read_1": ("read 1 byte, warm", 1389, True, "read_1_byte_warm", 1389),
    "file_open_close": ("open and close", 5984, True, "open_close", 2992),
    "file_stat": ("stat", 3632, True, "stat", 1816),
    "file_create": ("create one of 10,000 files", 87_027, False, "create_empty_of_10000", 43_513),
    "file_delete": ("delete it", 16_945, False, "delete_empty_of_10000", 16_945),
    "file_create_1k": ("create one of 10,000 with 1 KiB", 110_891, False, "create_1KiB_of_10000", 55_445),
    "file_delete_1k": ("delete that", 29_853, False, "delete_1KiB_of_10000", 29_853),
    "pipe_round_trip": ("round trip through two pipes", 9994, True, None, 4997),
    "socket_round_trip": ("round trip through sockets", 19_169, True, None, 9585),
}
FILES_FROM = 4  # the stage whose system.conf the benchmark of files changes
PROCESSES_FROM = 4  # the stage of the first processes
