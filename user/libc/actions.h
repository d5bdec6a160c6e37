/*
 * Signals in the process (POSIX, XSH 2.4): actions, the mask of each thread, and handlers. servers/proc/signals.h has
 * the other half.
 *
 * A handler runs at one of two places: where the program was, outside of this layer (signal.S); or at the end of a call, on its
 * way back to the program. So it can do whatever a program can: make calls, or leave by longjmp.
 */
#pragma once
#include "protocols/process.h"

#define SIGNALS 65

/* As musl passes it to Linux (arch/x86_64/ksigaction.h). */
struct action {
	void (*handler)(int signal);
	u64 flags;
	void (*restorer)(void);
	u32 mask[2];
};
#define SIG_DEFAULT ((void (*)(int))0)
#define SIG_IGNORED ((void (*)(int))1)

/* As musl has them (arch/x86_64/bits/signal.h, siginfo_t of signal.h). */
enum { REG_RSP = 15, REG_RIP = 16, REG_FLAGS = 17, REGS = 23 };
struct signal_stack {
	u64 start;
	u32 flags, unused;
	u64 bytes;
};
struct signal_context {
	u64 flags, link;
	struct signal_stack stack;
	u64 registers[REGS];
	u64 fpu, unused[8];
	u64 mask[16];
	u64 space[64];
};
struct signal_info {
	int number, error, code, unused;
	union {
		struct {
			u32 process, user;
			union {
				u32 status;
				u64 value; /* si_value */
			};
		};
		u64 address;
		u8 space[112];
	};
};
struct signal_frame {
	struct signal_context context;
	u64 gap;
	struct signal_info info;
	u8 fpu[512] __attribute__((aligned(16)));
};
#define SIGNAL_FRAME_FPU 1072
#define SIGNAL_FRAME_BYTES 1584

/* The calling thread's part (protocols/process.h), and the process's. */
struct process_control *signals_control(void);
#define whole_control ((struct process_control *)PROCESS_CONTROL_OF(0))

/* Of a new thread, which inherits the mask; then calls_begin. And of one that ends: it takes no signal any more. */
void signals_begin_thread(u64 mask);
void signals_end_thread(void);

/* Another mask for a wait (sigsuspend, ppoll). Returns the one before, which the second sets again after the signals that ended the
 * wait; it returns the call's result. */
u64 signals_mask(u64 mask);
long signals_unmask(u64 before, long result);

/* Around a fork, in the parent and in the child. */
void signals_before_fork(void);
void signals_after_fork(bool child);

/* Before the first call: takes the mask and the ignored signals that the process inherits. */
void signals_begin(void);

/* Whether a signal has come that the thread takes. */
bool signals_due(void);
/* Runs the actions of those. `frame`: where the program was; NULL: in a call. Returns the number of handlers that ran,
 * and in *restarts whether all of them leave the call that they interrupted to go on (SA_RESTART). */
u32 signals_run(struct signal_frame *frame, bool *restarts);

/* A call's result: -EINTR in any case, as handlers have run already. */
#define CALL_INTERRUPTED (-516L)

/* A wait that a signal ends: with ERR_CANCELLED, or before it begins. The call returns -EINTR then, and table.c makes
 * it go on if no handler ran. */
bool signals_wait_begin(void);
void signals_wait_end(void);

/* Takes a signal of `set` that has come; 0: none has. */
u32 signals_take(u64 set, struct signal_info *info);
/* The calling thread's own signal to itself; by_thread: by tkill. */
void signals_hold(u32 signal, bool by_thread);

/* Actions that another program keeps (exec): signals that are ignored. */
u64 signals_ignored(void);
