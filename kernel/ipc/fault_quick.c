/*
 * A pager answers most faults by "try again", and receives the next. The general way chooses the thread that runs next; here it is
 * known, as in the fast path, whose conditions and switch these are (entry/fastpath.S: reply_conditions, reply_commit). The
 * faulted thread continues by iret with all its registers, so it leaves as from everywhere in C.
 *
 * seL4 has a fast path for faults and their answers, too, on some processors; NOVA answers a fault by the system call of any
 * other answer, which is its fast path.
 */
#include "ipc/fault_quick.h"
#include "ipc/endpoint.h"
#include "microk/ipcbuf.h"
#include "sched/hand_over.h"
#include "sched/lookup.h"

/* Nothing waits that t would have to receive instead of waiting. */
static bool is_quiet(const struct endpoint *ep)
{
	return !ep->senders.head && !ep->closed_first && !ep->receivers.head;
}

/* The fast path's conditions on both threads; threads that are ready may be as urgent as the faulted one, but not more. */
static bool is_next(const struct cpu *cpu, const struct thread *t, const struct thread *faulted)
{
	if ((t->extras | faulted->extras) & ~(EXTRA_TLS | EXTRA_FPU))
		return false;
	return cpu->ready >> faulted->priority <= 1;
}

static void commit(struct endpoint *ep, struct thread *t, struct thread *faulted)
{
	t->bound_reply.caller = NULL;
	faulted->awaiting = NULL;
	t->next = NULL;
	ep->receivers.head = ep->receivers.tail = t;
	t->wait_on = &ep->header;
	t->state = THREAD_RECEIVING;
	kinfo->system_calls++;
}

status_t fault_resume_quick(struct thread *t, u64 tag)
{
	struct cpu *cpu = this_cpu();
	const struct slot *s = cap_lookup(t, t->regs.rdi);
	struct thread *faulted = t->bound_reply.caller;

	if (!faulted || faulted->state != THREAD_FAULTED || TAG_LABEL(tag) != FAULT_RETRY)
		return NOT_QUICK;
	if (slot_check(s, CAP_ENDPOINT, RIGHT_READ) != OK)
		return NOT_QUICK;
	struct endpoint *ep = (struct endpoint *)s->object;
	if (ep != t->serves || !is_quiet(ep) || !is_next(cpu, t, faulted))
		return NOT_QUICK;
	commit(ep, t, faulted);
	run_called(cpu, faulted);
	return DELIVERED;
}
