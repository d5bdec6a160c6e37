/*
 * The numbers of protocol process, for proc and for the library below a process's C code; and a process as it begins.
 *
 * Weighed: Fuchsia's process builder maps and fills the new process from outside, by capabilities to its parts, so each program
 * that starts others contains a loader. In QNX, posix_spawn is one message to the process manager, with all arguments in it. Here
 * the holder describes the process in a few bounded messages and the server loads it: a program that starts others needs
 * no power over their memory, and no request has an unbounded length.
 */
#pragma once
#include "lib/microk/startup.h"

enum process_how { PROCESS_RUNNING, PROCESS_EXITED, PROCESS_SIGNALLED };

/* Signals, by their numbers in Linux (signal(7), x86), which musl's headers have. */
enum process_signal {
	PROCESS_SIGINT = 2,
	PROCESS_SIGILL = 4,
	PROCESS_SIGTRAP = 5,
	PROCESS_SIGBUS = 7,
	PROCESS_SIGFPE = 8,
	PROCESS_SIGKILL = 9,
	PROCESS_SIGSEGV = 11,
	PROCESS_SIGNALS_MAX = 64
};

/* `protection` and `flags` of process.map, by their values in POSIX's headers as Linux and musl have them. */
#define PROCESS_PROT_READ 0x1u
#define PROCESS_PROT_WRITE 0x2u
#define PROCESS_PROT_EXEC 0x4u
#define PROCESS_PROT_ALL 0x7u
#define PROCESS_MAP_FIXED 0x10u

#define PROCESS_TIMES_ALL 0xffffffffu /* `place` of process.times */

/* Slots of a process's CSpace. */
enum process_slot {
	PROCESS_SLOT_CNODE = SLOT_CNODE,
	PROCESS_SLOT_THREADS = 8, /* thread k's Endpoint of protocol process is in this slot + k */
	PROCESS_SLOT_WAKEUPS = 24, /* thread k's Notification, with badge 1, to sleep on */
	PROCESS_SLOT_GRANTS = 40, /* grant number i of process.give is in this slot + i */
	PROCESS_SLOT_FREE = 64,
	PROCESS_SLOTS = 126 /* with the CNode's header, just below two pages */
};
#define PROCESS_THREADS (PROCESS_SLOT_WAKEUPS - PROCESS_SLOT_THREADS)
#define PROCESS_GRANTS (PROCESS_SLOT_FREE - PROCESS_SLOT_GRANTS)

/*
 * A process's addresses: the program where it was linked, everything else from the top down.
 *
 *     PROCESS_PAGE       the startup page
 *     PROCESS_BUFFERS    the threads' IPC buffers, a page each, the first thread's the highest
 *     PROCESS_STACK_TOP  arguments and environment, in PROCESS_ARGUMENTS bytes; the first thread's stack, which grows down to
 *     PROCESS_STACK_END
 *     PROCESS_MAPPINGS   the end of mapped memory, which the server places from there on downwards
 */
#define PROCESS_BOTTOM 0x200000ul
#define PROCESS_TOP 0x10000000ul
#define PROCESS_PAGE (PROCESS_TOP - PAGE_SIZE)
#define PROCESS_BUFFER(thread) (PROCESS_PAGE - (1 + (thread)) * PAGE_SIZE)
#define PROCESS_STACK_TOP (PROCESS_TOP - 32 * PAGE_SIZE)
#define PROCESS_STACK_BYTES (128 * PAGE_SIZE)
#define PROCESS_STACK_END (PROCESS_STACK_TOP - PROCESS_STACK_BYTES)
#define PROCESS_MAPPINGS (PROCESS_STACK_END - 16 * PAGE_SIZE)
#define PROCESS_ARGUMENTS (8 * PAGE_SIZE) /* bytes of arguments and environment together */

/* The page at PROCESS_PAGE, which the process can read. Its `arguments` are the working directory, as process.start had it. */
struct process_page {
	struct startup startup; /* `instance` and `number` make the numbers of its requests its own (lib/microk/stub.h) */
	u32 process; /* its number, as getpid returns it */
	u32 parent;
	u32 number;  /* of its first thread among all: thread k has number + k */
	u32 unused;
	u64 ticks_per_second; /* of the time-stamp counter */
	u64 boot_ticks;       /* the counter when the machine began */
	u64 boot_date;        /* seconds since 1970 then; 0: the machine has no clock */
	u64 zeroes[16]; /* the first thread's pointer leads here until the process sets one */
};
_Static_assert(sizeof(struct process_page) <= PAGE_SIZE, "one page");
