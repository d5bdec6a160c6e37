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

enum process_how { PROCESS_RUNNING, PROCESS_EXITED, PROCESS_SIGNALLED, PROCESS_STOPPED, PROCESS_CONTINUED };

/* Signals, by their numbers in Linux (signal(7), x86), which musl's headers have. */
enum process_signal {
	PROCESS_SIGHUP = 1,
	PROCESS_SIGINT = 2,
	PROCESS_SIGILL = 4,
	PROCESS_SIGTRAP = 5,
	PROCESS_SIGBUS = 7,
	PROCESS_SIGFPE = 8,
	PROCESS_SIGKILL = 9,
	PROCESS_SIGSEGV = 11,
	PROCESS_SIGALRM = 14,
	PROCESS_SIGCHLD = 17,
	PROCESS_SIGCONT = 18,
	PROCESS_SIGSTOP = 19,
	PROCESS_SIGTSTP = 20,
	PROCESS_SIGTTIN = 21,
	PROCESS_SIGTTOU = 22,
	PROCESS_SIGURG = 23,
	PROCESS_SIGWINCH = 28,
	PROCESS_SIGNALS_MAX = 64
};
#define PROCESS_SIGNAL_BIT(signal) (1ul << ((signal) - 1))
/* Signals that end no process by default. */
#define PROCESS_HARMLESS                                                                                                     \
	(PROCESS_SIGNAL_BIT(PROCESS_SIGCHLD) | PROCESS_SIGNAL_BIT(PROCESS_SIGCONT) | PROCESS_SIGNAL_BIT(PROCESS_SIGURG) |   \
	 PROCESS_SIGNAL_BIT(PROCESS_SIGWINCH))
/* Those that come of a fault. */
#define PROCESS_FAULTS                                                                                                       \
	(PROCESS_SIGNAL_BIT(PROCESS_SIGSEGV) | PROCESS_SIGNAL_BIT(PROCESS_SIGFPE) | PROCESS_SIGNAL_BIT(PROCESS_SIGILL) |     \
	 PROCESS_SIGNAL_BIT(PROCESS_SIGBUS) | PROCESS_SIGNAL_BIT(PROCESS_SIGTRAP))
/* And those that stop it. */
#define PROCESS_STOPPING                                                                                                     \
	(PROCESS_SIGNAL_BIT(PROCESS_SIGSTOP) | PROCESS_SIGNAL_BIT(PROCESS_SIGTSTP) | PROCESS_SIGNAL_BIT(PROCESS_SIGTTIN) |  \
	 PROCESS_SIGNAL_BIT(PROCESS_SIGTTOU))
/* No process catches, blocks or ignores them. */
#define PROCESS_SURE (PROCESS_SIGNAL_BIT(PROCESS_SIGKILL) | PROCESS_SIGNAL_BIT(PROCESS_SIGSTOP))

/* process.take's code, by POSIX's names (signal.h) and Linux's values. Of a fault's signal, SEGV_MAPERR, FPE_INTDIV and
 * the like are 1, and SEGV_ACCERR is 2. */
enum process_code { PROCESS_SI_USER = 0, PROCESS_SI_QUEUE = -1, PROCESS_SI_TIMER = -2, PROCESS_SI_TKILL = -6, PROCESS_FAULT = 1, PROCESS_FAULT_RIGHTS = 2, PROCESS_CLD_EXITED = 1, PROCESS_CLD_KILLED = 2,
		    PROCESS_CLD_STOPPED = 5, PROCESS_CLD_CONTINUED = 6 };

/* flags of process.await: by their values in POSIX's headers as Linux has them (sys/wait.h). */
#define PROCESS_WAIT_NOHANG 1u
#define PROCESS_WAIT_STOPPED 2u
#define PROCESS_WAIT_EXITED 4u
#define PROCESS_WAIT_CONTINUED 8u
#define PROCESS_WAIT_KEEP 0x1000000u /* WNOWAIT: the child can be awaited again */
#define PROCESS_WAIT_ALL (PROCESS_WAIT_NOHANG | PROCESS_WAIT_STOPPED | PROCESS_WAIT_EXITED | PROCESS_WAIT_CONTINUED | PROCESS_WAIT_KEEP)

/* `protection` and `flags` of process.map, by their values in POSIX's headers as Linux and musl have them. */
#define PROCESS_PROT_READ 0x1u
#define PROCESS_PROT_WRITE 0x2u
#define PROCESS_PROT_EXEC 0x4u
#define PROCESS_PROT_ALL 0x7u
#define PROCESS_MAP_FIXED 0x10u

#define PROCESS_TIMERS 8u /* of a process; the first is its alarm */

#define PROCESS_TIMES_ALL 0xffffffffu /* `place` of process.times */
#define PROCESS_TIMES_CHILDREN 0xfffffffeu

/* Slots of a process's CSpace. */
enum process_slot {
	PROCESS_SLOT_CNODE = SLOT_CNODE,
	PROCESS_SLOT_THREADS = 8, /* thread k's Endpoint of protocol process is in this slot + k */
	PROCESS_SLOT_WAKEUPS = 24, /* thread k's Notification, with badge 1, to sleep on */
	PROCESS_SLOT_GRANTS = 40, /* grant number i of process.give is in this slot + i */
	PROCESS_SLOT_FREE = 64,
	PROCESS_SLOTS = 126, /* with the CNode's header, just below two pages */
	PROCESS_SLOTS_LEFT = 8 /* of these, at the end: a process does not begin without a few that are free */
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
	u32 parent;  /* PROCESS_ORPHAN when that has ended; 0: it was made by a client */
	u32 number;  /* of its first thread among all: thread k has number + k */
	u32 umask;
	u64 pending; /* signals that came for the process, and that process.take returns to any of its threads */
	u64 mask, ignored; /* of signals, as it begins */
	u64 ticks_per_second; /* of the time-stamp counter */
	u64 boot_ticks;       /* the counter when the machine began */
	u64 boot_date;        /* seconds since 1970 then; 0: the machine has no clock */
	u64 zeroes[16]; /* the first thread's pointer leads here until the process sets one */
};
_Static_assert(sizeof(struct process_page) <= PAGE_SIZE, "one page");
#define PROCESS_ORPHAN 1u

/* An entry of the startup page that is a descriptor ("0" and so on): `pages` is its enum file_kind + 1, or 0 if that is
 * not known, and `address` its flags, as open had them. */

/*
 * The plan that process.spawn and process.exec read from the caller's memory. The program that begins gets copies of
 * the capabilities of `files`, and of the caller's namespace; arguments and environment are copied from `strings`,
 * where they lie one after the other as process.argument has them.
 */
struct process_file {
	u32 descriptor, slot, kind, flags;
};
#define PROCESS_FILES 40u /* with the namespace's, at most as many as the page has entries, and the CSpace slots */
struct process_plan {
	u64 strings;
	u32 string_bytes, arguments, variables;
	u32 flags, group;  /* PROCESS_PLAN_*; of PROCESS_PLAN_GROUP: 0 for one of its own */
	u32 umask, count;  /* of files */
	u64 mask, ignored; /* signals */
	char name[32];
	char directory[232];
	struct process_file files[PROCESS_FILES];
};
#define PROCESS_PLAN_GROUP 1u
#define PROCESS_PLAN_SESSION 2u

/*
 * How a thread and the server meet about signals: this lies in the page of the thread's IPC buffer, which the thread
 * writes. The server reads it when a signal comes, and believes it for the process's own signals alone.
 *
 *     state      a signal that the thread does not block
 *     PROGRAM    diverts it: it goes on at `entry` with struct process_diverted on its stack, and takes the signal by process.take
 *     CALL       leaves it alone: it looks at the page's `pending` before it goes back to the program
 *     WAIT       ends its wait, which is then ERR_CANCELLED; before a wait, `interrupted` does the same
 *
 * So code of the C library is never interrupted at an instruction that it does not expect. Weighed: Linux and the BSDs deliver when
 * the kernel returns to user mode, where there is no other state to protect; HURD's C library has a thread of its own for signals,
 * which looks where the interrupted one is; here the interrupted thread states where it is, in a word.
 */
enum process_state { PROCESS_IN_PROGRAM, PROCESS_IN_CALL, PROCESS_IN_WAIT };
struct process_control {
	u64 mask;        /* signals that the thread blocks */
	u64 awaited;     /* of these, the ones that end its wait nevertheless (sigtimedwait) */
	u32 state;       /* enum process_state */
	u32 interrupted; /* the server's: set with a signal in PROCESS_IN_WAIT, for ipc.S */
	u64 pending;     /* the server's: signals for this thread alone */
	u64 held;        /* the thread's own: signals that it has sent to itself */
	u64 stack, stack_bytes; /* for signals of `on_stack`; 0 bytes: there is none */
	/* For the whole process, in thread 0's page alone. */
	u64 caught, ignored, on_stack; /* sets of signals */
	u64 unreaped;    /* 1: children that end leave no status (SA_NOCLDWAIT, or SIGCHLD is ignored); 2: SA_NOCLDSTOP */
	u64 entry;       /* 0: all signals have their default action */
	u64 window, window_end; /* the instructions from the look at `interrupted` to the system call, of ipc.S */
};
#define PROCESS_CONTROL 2048u
#define PROCESS_CONTROL_OF(thread) (PROCESS_BUFFER(thread) + PROCESS_CONTROL)
struct process_diverted {
	u64 ip, flags, sp, signal; /* where it was */
};
