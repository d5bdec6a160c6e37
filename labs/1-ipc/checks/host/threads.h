/* Threads, endpoints and the scheduler's side, for the units of exercises 1.5 to 1.7. */
#pragma once
#include "ipc/endpoint.h"
#include "ipc/message.h"
#include "ipc/reply.h"
#include "microk/ipcbuf.h"
#include "microk/syscall.h"
#include "sched/schedule.h"
#include "unit.h"
#include <string.h>

/* Word i of the message of thread n. */
#define WORD(n, i) (0xabc0000000000000ul + (u64)(n) * 0x10000 + (i))

static inline struct thread *new_thread(const char *name)
{
	struct thread *t = unit_object(THREAD_BYTES, THREAD_BYTES);

	t->header.type = CAP_THREAD;
	t->bound_reply.header.type = CAP_REPLY;
	t->bound_reply.owner = t;
	t->state = THREAD_READY;
	t->priority = 32;
	t->buffer = unit_object(4096, 4096);
	strncpy(t->name, name, sizeof(t->name) - 1);
	return t;
}

static inline struct endpoint *new_endpoint(void)
{
	struct endpoint *ep = unit_object(64, ENDPOINT_BYTES);

	ep->header.type = CAP_ENDPOINT;
	return ep;
}

/* Fills the thread's registers: this operation, with eight words of its own. */
static inline u64 say(struct thread *t, u64 n, enum microk_syscall op, u64 tag)
{
	struct regs *r = &t->regs;

	r->rsi = WORD(n, 0), r->rdx = WORD(n, 1), r->r8 = WORD(n, 2), r->r9 = WORD(n, 3);
	r->r10 = WORD(n, 4), r->rbx = WORD(n, 5), r->r12 = WORD(n, 6), r->r13 = WORD(n, 7);
	r->rax = tag | op;
	return r->rax;
}

static inline const char *state_word(u64 state)
{
	static const char *const names[] = {"STOPPED", "READY", "SENDING", "RECEIVING", "AWAITING", "WAITING", "FAULTED"};

	return state < THREAD_STATES ? text("THREAD_%s", names[state]) : text("%lu, which is not a state", state);
}

#define WANT_STATE(what, wanted, got, cause)                                                             \
	do {                                                                                             \
		u64 wanted_ = (u64)(wanted), got_ = (u64)(got);                                          \
		if (wanted_ != got_)                                                                     \
			unit_fail(cause, text("%s: %s", what, state_word(wanted_)), state_word(got_));   \
	} while (0)

/* The number of the message that a word is of, or 0. */
static inline u64 message_of(u64 word)
{
	return word >> 44 == WORD(0, 0) >> 44 ? (word >> 16) & 0xffff : 0;
}

/* The thread's registers hold the words of n. */
static inline void want_words(struct thread *t, u64 n, const char *who)
{
	u64 got[] = {t->regs.rsi, t->regs.rdx, t->regs.r8, t->regs.r9, t->regs.r10, t->regs.rbx, t->regs.r12, t->regs.r13};

	for (u32 i = 0; i < 8; i++) {
		u64 other = message_of(got[i]);

		WANT(got[i] == WORD(n, i),
		     other && other != n ? "message_deliver(from, to, origin) copies from the first to the second" : NULL,
		     text("word %u in the registers of %s: %s", i, who, number_word(WORD(n, i))),
		     text("%s%s", number_word(got[i]), other && other != n ? ", a word of another message" : ""));
	}
}

/* The requests of the code under test to the scheduler, in threads_fakes.c. */
extern u32 schedule_requests, wakes;
extern struct thread *last_woken;

/* The calls of the code under test about urgency, in threads_fakes.c: inherit_begin(lent_to, lent_by),
 * inherit_return(returned_by, returned_to). */
extern u32 lends, returns;
extern bool returned_early; /* the Reply still named the caller */
extern struct thread *lent_to, *lent_by, *returned_by, *returned_to;
