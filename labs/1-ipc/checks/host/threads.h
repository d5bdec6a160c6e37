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

/* The thread's registers hold the words of n. */
static inline void want_words(struct thread *t, u64 n, const char *who)
{
	u64 got[] = {t->regs.rsi, t->regs.rdx, t->regs.r8, t->regs.r9, t->regs.r10, t->regs.rbx, t->regs.r12, t->regs.r13};

	for (u32 i = 0; i < 8; i++)
		WANT_U64(text("word %u in the registers of %s", i, who), WORD(n, i), got[i],
			 "message_deliver(from, to, origin) copies from the first to the second");
}

/* The requests of the code under test to the scheduler, in threads_fakes.c. */
extern u32 schedule_requests, wakes;
extern struct thread *last_woken;

/* The calls of the code under test about urgency, in threads_fakes.c: inherit_begin(lent_to, lent_by),
 * inherit_return(returned_by, returned_to). */
extern u32 lends, returns;
extern bool returned_early; /* the Reply still named the caller */
extern struct thread *lent_to, *lent_by, *returned_by, *returned_to;
