/*
 * Capabilities: types, rights, and the methods of every kernel object.
 *
 * A method is SYS_CALL on the object's capability, with the method as label, its arguments as
 * message words 0.. and its results as message words 0... of the answer. The status in the
 * low byte of the returned tag is 0 or an error, and then nothing was changed.
 * Endpoint, Notification and Reply capabilities are messages, not methods: the methods for them as objects are those of
 * the CNode that holds them.
 *
 * "cnode, index" below is a slot: a CNode capability of the caller and an index in that CNode.
 */
#pragma once
#include "microk/types.h"

enum cap_type {
	CAP_NULL = 0,
	CAP_UNTYPED = 1,       /* memory to make objects from */
	CAP_CNODE = 2,         /* a flat table of capability slots */
	CAP_THREAD = 3,        /* registers, a CSpace and an AddressSpace */
	CAP_ENDPOINT = 4,      /* rendezvous of callers and a server */
	CAP_NOTIFICATION = 5,  /* 64 bits that can be set and awaited */
	CAP_REPLY = 6,         /* holds a caller for a later answer */
	CAP_ADDRESS_SPACE = 7, /* top-level page table */
	CAP_PAGE_TABLE = 8,    /* page table of level 1, 2 or 3 */
	CAP_FRAME = 9,         /* a run of pages that can be mapped */
	CAP_IRQ = 10,          /* a range of interrupts */
	CAP_IOPORT = 11,       /* a range of x86 I/O ports */
	CAP_IOSPACE = 12,      /* the memory that devices may reach by DMA: a range of requesters */
	CAP_KERNEL = 13,       /* the kernel's own switches */
	CAP_TYPES
};

/* Rights, one word: the kernel's in the low byte, the protocol's in the next. They only shrink. */
#define RIGHT_READ 0x01u  /* Endpoint: receive. Notification: wait. Frame: map readable, copy from. Other: methods that only read */
#define RIGHT_WRITE 0x02u /* Endpoint: send, call. Notification: signal. Frame: map writable, copy into, clear. Other: methods */
#define RIGHT_GRANT 0x04u /* Endpoint: a sender may transfer capabilities */
#define RIGHT_EXEC 0x08u  /* Frame: map executable */
#define RIGHT_ALL_KERNEL 0x0fu
#define RIGHT_PROT(n) (0x100u << (n)) /* protocol right n, 0..7 */
#define RIGHT_PROT_SHIFT 8
#define RIGHT_ALL 0xff0fu

/* Slot flags for mint. */
#define MINT_WATCH 0x1u /* when the new slot's last descendant goes, its endpoint receives ST_CLOSED */
#define MINT_BADGE 0x2u /* set the badge; only on a capability whose badge is 0 */

/* Beside the rights in CNODE_DESCRIBE's answer. */
#define DESCRIBE_WATCHED 0x10000u /* made with MINT_WATCH */
#define DESCRIBE_CLOSED 0x20000u  /* watched: its last descendant went, and none has come since */
#define DESCRIBE_HOLDS 0x40000u   /* Reply: it holds a caller */

/*
 * ---- Methods: X(object, NAME, label, "arguments", "results", "rights", "what it does") ----
 *
 * Each argument and result is a name, with an explanation in parentheses where one is needed. User space's typed calls and
 * the structs that the kernel reads them from are generated of these (tools/method_stubs.py), and the tables of
 * docs/kernel-abi.md (tools/abi.py).
 */
#define MICROK_METHODS(X)                                                                         \
	X(UNTYPED, UNTYPED_RETYPE, 1, "type, size, cnode, index, count",                              \
	  "", "WRITE", "make count objects of a type in slots index.. of cnode")                      \
	X(UNTYPED, UNTYPED_INFO, 2, "", "physical address (device memory; else 0), bytes, bytes used, is device", "WRITE",    \
	  "return what the Untyped covers; childless, it counts as unused")                           \
	X(UNTYPED, UNTYPED_MAP_FRAME, 3,                                                              \
	  "pages, cnode, index, made (0), address space, address, rights, attributes", "", "WRITE",   \
	  "make a frame in slot index of cnode, and map it")                                          \
	X(UNTYPED, UNTYPED_REPLACE_FRAME, 4, "cnode, index, address space, rights", "", "WRITE",      \
	  "put a new frame with the same bytes into the place of a mapped one: its slot and its address") \
	X(CNODE, CNODE_COPY, 1, "index, source cnode, source index, rights", "", "WRITE",             \
	  "derive a capability with at most these rights")                                            \
	X(CNODE, CNODE_MINT, 2, "index, source cnode, source index, rights, badge, flags", "",        \
	  "WRITE", "derive with a badge and flags (MINT_*)")                                          \
	X(CNODE, CNODE_MOVE, 3, "index, source cnode, source index", "", "WRITE",                     \
	  "move a capability; its place in the derivation tree goes along")                           \
	X(CNODE, CNODE_DELETE, 4, "index", "", "WRITE",                                               \
	  "empty a slot; its children become its parent's")                                           \
	X(CNODE, CNODE_REVOKE, 5, "index", "", "WRITE", "delete everything derived from a slot")      \
	X(CNODE, CNODE_DESCRIBE, 6, "index",                                                          \
	  "type, rights (and DESCRIBE_*), value, object identity, size, slot identity, parent identity, children", "READ",          \
	  "return what a slot holds")                                                                 \
	X(CNODE, CNODE_FAIL, 7, "index", "", "WRITE",                                                 \
	  "wake all threads that wait on the slot's Endpoint with ERR_GONE")                          \
	X(CNODE, CNODE_SAVE_CALLER, 8, "index", "", "WRITE",                                          \
	  "move the bound Reply's caller into the slot's Reply object, to be answered later")         \
	X(CNODE, CNODE_NEXT, 9, "index",                                                              \
	  "index (0: none), type, rights (and DESCRIBE_*), value, size, children", "READ",            \
	  "find the first used slot at or after one, and return what it holds, without identities")   \
	X(CNODE, CNODE_COPY_BYTES, 10, "index, offset, source cnode, source index, source offset, bytes", "", "WRITE", \
	  "copy bytes into the frame in slot index from another frame, without mapping either")       \
	X(CNODE, CNODE_COPY_SLOTS, 11, "index, source cnode, source index, count, done (0), rights",  \
	  "done (slots)", "WRITE", "derive capabilities of those in count slots; empty ones are passed over") \
	X(THREAD, THREAD_CONFIGURE, 1, "cnode, address space, fault endpoint, ipc buffer frame, "     \
	  "notification", "", "WRITE",                                                                \
	  "set the thread's roots; the thread must be stopped; 0 leaves one out")                     \
	X(THREAD, THREAD_START, 2, "instruction pointer, stack pointer, first argument", "", "WRITE", \
	  "set registers and make the thread ready; it must be stopped")                              \
	X(THREAD, THREAD_SUSPEND, 3, "", "", "WRITE",                                                 \
	  "stop the thread; its wait is cancelled, and its caller gets ERR_PEER_DIED")                \
	X(THREAD, THREAD_RESUME, 4, "", "", "WRITE", "make a stopped thread ready as it is")          \
	X(THREAD, THREAD_CANCEL, 5, "", "", "WRITE",                                                  \
	  "end the thread's wait with ERR_CANCELLED; ERR_STATE if it does not wait")                  \
	X(THREAD, THREAD_PRIORITY, 6, "priority (0..63), limit (0: the same)", "", "WRITE",               \
	  "set the priority, and how urgent the thread may make others; at most the caller's limit")              \
	X(THREAD, THREAD_NAME, 7, "name start (bytes 0..7), name end (bytes 8..15)", "", "WRITE",                   \
	  "name the thread for reports")                                                              \
	X(THREAD, THREAD_INFO, 8, "",                                                                 \
	  "state, priority, ticks (of the TSC, run), calls (by IPC, made), name start, name end, ip", "READ",        \
	  "return state and counters")                                                                \
	X(THREAD, THREAD_REGISTERS, 9, "", "ip, sp, flags, rax, rbp, vector, error, cr2", "READ",     \
	  "read registers of a stopped or waiting thread")                                            \
	X(THREAD, THREAD_TLS, 10, "fs base", "", "WRITE", "set the thread pointer")                   \
	X(THREAD, THREAD_FPU, 11, "used (0 1)", "", "WRITE",                                  \
	  "declare that the thread uses FPU and SSE registers, which then start clean")              \
	X(THREAD, THREAD_CLEAR, 12, "roots (bits THREAD_ROOT_*)", "", "WRITE",                        \
	  "take roots from the thread, as if their capabilities had been revoked")                    \
	X(THREAD, THREAD_READ, 13, "set (0 general, 1 FPU)", "", "READ",                              \
	  "copy a set of registers of a thread that does not run to the caller's IPC buffer")         \
	X(THREAD, THREAD_WRITE, 14, "set (0 general, 1 FPU)", "", "WRITE",                            \
	  "replace a set of registers of a stopped or faulted thread by that in the caller's IPC buffer") \
	X(ADDRESS_SPACE, SPACE_INFO, 1, "", "identity", "READ", "identity of the address space")      \
	X(ADDRESS_SPACE, SPACE_MAP_FRAMES, 2, "cnode, index, count, done (0), address, rights, attributes",  \
	  "done (slots)", "WRITE", "map the frames in slots index.. of cnode one after the other")    \
	X(ADDRESS_SPACE, SPACE_UNMAP_FRAMES, 3, "cnode, index, count, done (0)", "done (slots)", "WRITE",    \
	  "take out what is mapped here of the frames in slots index.. of cnode")                     \
	X(ADDRESS_SPACE, SPACE_PROTECT_FRAMES, 4, "cnode, index, count, done (0), rights", "done (slots)",   \
	  "WRITE", "change the rights with which the frames in slots index.. of cnode are mapped here") \
	X(PAGE_TABLE, TABLE_MAP, 1, "address space (or IoSpace), address, level (1..3; of an IoSpace up to 4)", "", "WRITE", \
	  "put the table where the address needs one of that level")                                  \
	X(PAGE_TABLE, TABLE_UNMAP, 2, "", "", "WRITE", "take the table out, with all it maps")        \
	X(FRAME, FRAME_MAP, 1, "address space, address, rights, attributes", "", "READ",              \
	  "map the frame; never writable and executable at once")                                     \
	X(FRAME, FRAME_UNMAP, 2, "", "", "READ", "take the frame out of its address space")           \
	X(FRAME, FRAME_INFO, 3, "",                                                                   \
	  "physical address (device memory; else 0), pages, mapped address, fits a large page, mapped pages", "READ", \
	  "return how long the frame is, and where it is mapped")                                                              \
	X(FRAME, FRAME_COPY, 4, "offset, source, source offset, bytes", "", "WRITE",                  \
	  "copy bytes into the frame from another, without mapping either")                           \
	X(FRAME, FRAME_CLEAR, 5, "offset, bytes", "", "WRITE", "set bytes of the frame to 0")         \
	X(FRAME, FRAME_NARROW, 6, "first, count, cnode, index, rights", "", "READ",                   \
	  "derive a capability to some of the pages")                                                 \
	X(IRQ, IRQ_NARROW, 1, "first, count, cnode, index", "", "WRITE",                              \
	  "derive a capability to some of the interrupts")                                            \
	X(IRQ, IRQ_BIND, 2, "notification, flags (1 level, 2 active low, 4 as the firmware states), requester (bus << 8 | device << 3 | function; 0 none)", \
	  "message address, message data", "WRITE",                                                   \
	  "deliver a single interrupt as a signal; for lines 24.. return the values for MSI-X")            \
	X(IRQ, IRQ_ACK, 3, "", "", "WRITE", "let the interrupt come again")                           \
	X(IRQ, IRQ_UNBIND, 4, "", "", "WRITE", "end the binding that this capability made")           \
	X(IOPORT, IOPORT_NARROW, 1, "first, count, cnode, index", "", "WRITE",                        \
	  "derive a capability to some of the ports")                                                 \
	X(IOPORT, IOPORT_IN, 2, "port, bytes (1 2 4)", "value", "READ", "read a port")                  \
	X(IOPORT, IOPORT_OUT, 3, "port, bytes (1 2 4), value", "", "WRITE", "write a port")            \
	X(IOSPACE, IOSPACE_NARROW, 1, "first, count, cnode, index", "", "WRITE",                      \
	  "derive a capability to some of the requesters (bus << 8 | device << 3 | function)")        \
	X(IOSPACE, IOSPACE_MAP, 2, "frame, address, rights", "device address", "WRITE",               \
	  "let the requester reach the frame at the address; without an IOMMU, at the one returned")  \
	X(KERNEL, KERNEL_TRACE, 1, "on (0 1)", "", "WRITE", "record messages in the trace ring or stop") \
	X(KERNEL, KERNEL_SCREEN, 2, "kernel draws (0 1)", "", "WRITE",                                      \
	  "leave the screen to its holder, or take it back")                                           \
	X(KERNEL, KERNEL_SHOW, 3, "bytes, text 0 (bytes 0..7), text 1, text 2, text 3, text 4, text 5, text 6 (bytes 48..55)", "", \
	  "WRITE", "show text where the kernel shows its own: on its screen and the debug port")

enum microk_method {
#define X(object, name, label, args, results, rights, text) name = label, /* NOLINT(bugprone-macro-parentheses): an enumerator */
	MICROK_METHODS(X)
#undef X
};

/* Retype's size argument: Untyped: bytes, a multiple of a page. CNode: slots (16..65536).
 * Frame: pages (1..512). PageTable, Thread, Endpoint, Notification, Reply, AddressSpace: 0. */
#define CNODE_MIN_SLOTS 16
#define CNODE_MAX_SLOTS 65536
#define FRAME_MAX_PAGES 512
#define RETYPE_MAX_COUNT 64

/* FRAME_MAP attributes, for device memory only. */
#define MAP_UNCACHED 0x1u
#define MAP_WRITE_COMBINING 0x2u

/* With SPACE_MAP_FRAMES' attributes, for any memory: an empty slot is a page that is passed over. */
#define MAP_SPARSE 0x4u

/* THREAD_CLEAR's roots, in the order of THREAD_CONFIGURE's arguments. */
#define THREAD_ROOT_CNODE 0x01u
#define THREAD_ROOT_SPACE 0x02u
#define THREAD_ROOT_FAULT 0x04u
#define THREAD_ROOT_BUFFER 0x08u
#define THREAD_ROOT_NOTIFICATION 0x10u
#define THREAD_ROOTS_ALL 0x1fu

/* THREAD_INFO's states. */
enum thread_state {
	THREAD_STOPPED,   /* never started, suspended, or faulted without a handler */
	THREAD_READY,     /* running or able to run */
	THREAD_SENDING,   /* waits for a receiver */
	THREAD_RECEIVING, /* waits for a message */
	THREAD_AWAITING,  /* waits for a reply */
	THREAD_WAITING,   /* waits for a notification */
	THREAD_FAULTED,   /* waits for its fault handler's reply */
	THREAD_STATES
};

#define PRIORITIES 64 /* 63 is the most urgent */

/* User mappings begin here: below, a pointer that was never set finds nothing, in user mode or in the kernel. */
#define USER_BOTTOM 0x0000000000200000ul
/* User addresses end here; the last page below the hole stays unmapped (sysret, Intel SDM
 * vol. 2 SYSRET: a non-canonical rcx faults in ring 0). */
#define USER_TOP 0x00007ffffffff000ul
