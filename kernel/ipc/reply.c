/*
 * Replies: every call ends in an answer or in ERR_PEER_DIED, never in silence.
 *
 * seL4 (MCS) makes Reply a separate object that each receive must name; older seL4 hides it in
 * the thread. Here every thread has one bound to it, for the common case of answering at
 * once, and Reply objects take a caller over when the answer must wait.
 */
#include "ipc/reply.h"
#include "ipc/fault.h"
#include "ipc/inherit.h"
#include "ipc/message.h"
#include "ipc/serve.h"
#include "lib/upward.h"
#include "microk/syscall.h"
#include "sched/thread.h"

#define CHAIN (FAULT_CHAIN + 1) /* and the caller of the last of them */

/* EXERCISE 1.6 call-reply: begin */
void reply_link(struct reply *r, struct thread *caller, u8 state)
{
	r->caller = caller;
	caller->awaiting = r;
	caller->state = state;
	if (r->owner)
		inherit_begin(r->owner, caller);
}

struct thread *reply_unlink(struct reply *r)
{
	struct thread *caller = r->caller;

	if (caller) {
		r->caller = NULL;
		caller->awaiting = NULL;
		if (r->owner)
			inherit_return(r->owner, caller);
	}
	return caller;
}

u32 reply_send(struct reply *r, struct thread *from, u64 tag)
{
	/* A reply may always carry capabilities: the caller chose its server. */
	status_t s = message_check(from, tag, RIGHT_GRANT);

	if (!r->caller)
		return ERR_NO_REPLY;
	if (s != OK)
		return s;
	struct thread *caller = reply_unlink(r);
	if (caller->state == THREAD_FAULTED) {
		caller->state = THREAD_STOPPED;
		if (TAG_LABEL(tag) == 0)
			thread_resume(caller);
		return OK;
	}
	s = message_deliver(from, caller, (struct origin){0});
	if (s == ERR_TRANSFER)
		upward.transfer_failed(from, TAG_CAPS(tag));
	thread_wake(caller, s == OK ? caller->regs.rax : s);
	return OK;
}
/* EXERCISE 1.6 call-reply: end */

u32 reply_answer(struct reply *r, struct thread *from, u64 tag)
{
	struct thread *caller = r->caller;
	bool faulted = caller && caller->state == THREAD_FAULTED;
	u32 s = faulted ? fault_answer(caller, from, tag) : OK;

	if (s == OK)
		s = reply_send(r, from, tag);
	if (s != OK)
		return s;
	if (caller->state == THREAD_STOPPED) {
		reply_drop(&caller->bound_reply);
		endpoint_unserve(caller);
	} else if (!faulted && TAG_STATUS(caller->regs.rax) != OK) {
		caller->regs.rax |= TAG_RECEIVED; /* it could not take the answer */
	}
	return OK;
}

void reply_move(struct reply *to, struct reply *from)
{
	struct thread *caller = reply_unlink(from);

	if (caller)
		reply_link(to, caller, caller->state);
}

/* EXERCISE 1.7 peer-death: begin */
void reply_drop(struct reply *r)
{
	struct thread *caller;

	/* A faulted thread that is left stopped will answer no caller of its own either. */
	for (u32 i = 0; i < CHAIN && (caller = reply_unlink(r)); i++, r = &caller->bound_reply) {
		if (caller->state != THREAD_FAULTED) {
			thread_wake(caller, ERR_PEER_DIED);
			return;
		}
		if (fault_again(caller))
			return;
		caller->state = THREAD_STOPPED;
	}
}
/* EXERCISE 1.7 peer-death: end */
