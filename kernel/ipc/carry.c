/*
 * A call with capabilities is how a client opens a session or lends memory. The general way chooses the thread that runs next
 * after each message; here it is known, and the same thread goes on paying. The conditions and the switch are those of the
 * fast path, in C because the work on capabilities is (cap/transfer.c).
 *
 * seL4's fast path takes no message that carries capabilities: such a call costs three times one without. NOVA's messages
 * carry them as typed items, which its one path copies with the words; it has no second path to compare with.
 */
#include "ipc/carry.h"
#include "ipc/endpoint.h"
#include "ipc/message.h"
#include "lib/upward.h"
#include "sched/hand_over.h"
#include "sched/lookup.h"

/* The fast path's conditions on both threads; and all threads that are ready are less urgent than the server. */
static bool is_next(const struct cpu *cpu, const struct thread *t, const struct thread *server)
{
	if ((t->extras | server->extras) & ~(EXTRA_TLS | EXTRA_FPU))
		return false;
	return server->priority >= t->priority && !(cpu->ready >> server->priority);
}

/* As call_commit of the fast path, after its point of no return (entry/fastpath.S). */
static void commit(struct endpoint *ep, struct thread *t, struct thread *server)
{
	ep->receivers.head = server->next;
	server->bound_reply.caller = t;
	t->awaiting = &server->bound_reply;
	t->state = THREAD_AWAITING;
	t->ipc_calls++;
	ep->messages++;
	kinfo->ipc_calls++;
	kinfo->system_calls++;
}

status_t call_carry(struct thread *t, u64 tag)
{
	struct cpu *cpu = this_cpu();
	struct slot *s = cap_lookup(t, t->regs.rdi);

	if (!s || s->type != CAP_ENDPOINT || !(s->rights & SLOT_SENDABLE) ||
	    !(s->rights & RIGHT_GRANT))
		return NOT_QUICK;
	struct endpoint *ep = (struct endpoint *)s->object;
	struct thread *server = ep->receivers.head;
	if (!server || !is_next(cpu, t, server) || TAG_LENGTH(tag) > MSG_REGS)
		return NOT_QUICK;
	if (upward.transfer(t, server, TAG_CAPS(tag)) != OK)
		return NOT_QUICK;
	message_copy_registers(&t->regs, &server->regs, TAG_LENGTH(tag));
	server->regs.rdi = s->badge;
	server->regs.rax = message_tag(tag, s->prot, true);
	commit(ep, t, server);
	run_called(cpu, server);
	return DELIVERED;
}
