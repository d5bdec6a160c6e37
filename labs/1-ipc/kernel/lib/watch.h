/* The places at which the stand-ins of stage 1 let the steps of lab 1 watch the kernel. Every entry is NULL unless
 * the command line has the word "steps". */
#pragma once
#include "microk/types.h"

struct thread;

enum moment {
	MOMENT_CALL = 1, /* the first three as enum trace_kind: a thread is about to call, to send, to reply */
	MOMENT_SEND,
	MOMENT_REPLY,
	MOMENT_SENDER_WAITS, /* it has joined an Endpoint's queue */
	MOMENT_RECEIVED,     /* it received, or waits for a message */
	MOMENT_SIGNAL,       /* it executed SYS_SIGNAL, which has no other use in stage 1 */
	MOMENT_FAULT,
	MOMENT_STOPPED, /* it has ended, and its callers have been dropped */
};

struct watch {
	void (*moment)(const struct thread *t, enum moment what);
	bool (*fault)(struct thread *t); /* true: a program of the steps, which is dealt with */
	bool (*idle)(void);              /* no thread can run. True: one can now */
};
extern struct watch watch;

static inline void watch_moment(const struct thread *t, enum moment what)
{
	if (watch.moment)
		watch.moment(t, what);
}
