/* System-call dispatch: from the registers of the entry to the operation, and its status back. */
#include "entry/syscall.h"
#include "ipc/endpoint.h"
#include "ipc/message.h"
#include "ipc/notification.h"
#include "ipc/rendezvous.h"
#include "ipc/reply.h"
#include "ipc/sent.h"
#include "ipc/serve.h"
#include "ipc/trace.h"
#include "microk/syscall.h"
#include "object/invoke.h"
#include "sched/deadline.h"
#include "sched/lookup.h"
#include "sched/preempt.h"
#include "sched/schedule.h"
#include "sched/stats.h"
#include "x86/cpu.h"

#define TAG_FLAGS_KNOWN (TAG_NONBLOCK | TAG_DEADLINE)
#define TAG_FLAGS_MASK (0x3ful << 18 | 0xfful << TAG_PROT_SHIFT)

/* A call on a kernel object: a method. Its arguments are the first eight words. */
static status_t method_decode(struct thread *t, struct slot *s, u64 tag)
{
	struct regs *r = &t->regs;
	struct invocation inv = {.caller = t, .slot = s, .label = TAG_LABEL(tag)};
	u64 all[MSG_REGS], length = TAG_LENGTH(tag);

	if (!method_table[s->type])
		return ERR_TYPE;
	if (length > MSG_REGS || TAG_CAPS(tag))
		return ERR_LENGTH;
	message_words(r, all);
	for (u32 i = 0; i < length; i++)
		inv.word[i] = all[i];
	/* An interrupt may have come on the way here. Nothing is begun yet, so it need not wait for the method's first step. */
	if (preempt_pending())
		return PREEMPTED;
	status_t status = method_table[s->type](&inv);
	if (status == PREEMPTED && inv.is_changed)
		message_load(r, inv.word);
	if (status != OK || inv.results == 0)
		return status;
	message_load(r, inv.result);
	r->rax = OK | (u64)inv.results << TAG_LENGTH_SHIFT;
	return DELIVERED;
}

/* A message that would have to wait for its own sender is refused. */
static status_t send(struct thread *t, struct slot *s, u64 tag, bool is_call)
{
	struct endpoint *ep = (struct endpoint *)s->object;
	bool waits = !ep->receivers.head && !(tag & TAG_NONBLOCK) && (s->rights & RIGHT_WRITE);

	if (slot_is_withdrawn(s))
		return ERR_CAP;
	if (waits && deadlock_closes(t, ep))
		return ERR_DEADLOCK;
	status_t status = rendezvous_send(t, s, tag, is_call);
	if (t->state == THREAD_SENDING)
		sent_add(s, t);
	return status;
}

static status_t call_decode(struct thread *t, u64 tag)
{
	struct slot *s = cap_lookup(t, t->regs.rdi);

	if (!s)
		return ERR_CAP;
	if (s->type != CAP_ENDPOINT)
		return method_decode(t, s, tag);
	stats_call();
	trace_message(t, TRACE_CALL, tag, s, NULL);
	return send(t, s, tag, true);
}

static status_t send_decode(struct thread *t, u64 tag)
{
	struct slot *s = cap_lookup(t, t->regs.rdi);

	if (!s)
		return ERR_CAP;
	if (s->type != CAP_ENDPOINT)
		return reply_object_send(t, s, tag);
	trace_message(t, TRACE_SEND, tag, s, NULL);
	return send(t, s, tag, false);
}

static status_t receive_decode(struct thread *t, u64 tag)
{
	struct slot *s = cap_lookup(t, t->regs.rdi);
	status_t status = slot_check(s, CAP_ENDPOINT, RIGHT_READ);

	if (status != OK)
		return status;
	struct endpoint *ep = (struct endpoint *)s->object;
	status = rendezvous_receive(t, s, tag);
	if (status == DELIVERED)
		endpoint_serve(ep, t);
	return status;
}

static status_t reply_decode(struct thread *t, u64 tag)
{
	if (t->bound_reply.caller)
		trace_message(t, TRACE_REPLY, tag, NULL, t->bound_reply.caller);
	return reply_answer(&t->bound_reply, t, tag);
}

/* The capability is looked up before the reply goes out, so that a wrong one changes nothing. */
static status_t reply_receive_decode(struct thread *t, u64 tag)
{
	status_t status = slot_check(cap_lookup(t, t->regs.rdi), CAP_ENDPOINT, RIGHT_READ);

	if (status != OK)
		return status;
	status = reply_decode(t, tag);
	if (status != OK && status != ERR_NO_REPLY)
		return status;
	return receive_decode(t, tag);
}

static status_t yield_decode(struct thread *t, u64 tag)
{
	(void)tag;
	schedule_yield(t);
	return OK;
}

static status_t (*const table[SYS_COUNT])(struct thread *t, u64 tag) = {
	[SYS_CALL] = call_decode,   [SYS_REPLY_RECV] = reply_receive_decode,
	[SYS_SEND] = send_decode,   [SYS_RECV] = receive_decode,
	[SYS_REPLY] = reply_decode, [SYS_SIGNAL] = signal_decode,
	[SYS_WAIT] = wait_decode,   [SYS_YIELD] = yield_decode,
};

static status_t run(struct thread *t, u64 tag)
{
	if (TAG_OP(tag) >= SYS_COUNT)
		return ERR_SYSCALL;
	if (tag & TAG_FLAGS_MASK & ~TAG_FLAGS_KNOWN)
		return ERR_SYSCALL;
	if (tag & TAG_DEADLINE) {
		status_t status = deadline_check(t, tag);
		if (status != OK)
			return status;
	}
	return table[TAG_OP(tag)](t, tag);
}

void syscall_handle(void)
{
	struct thread *t = this_cpu()->current;
	u64 tag = t->regs.rax;

	stats_enter();
	status_t status = run(t, tag);
	if (status == DELIVERED) {
		if ((tag & TAG_DEADLINE) && t->state != THREAD_READY)
			deadline_start(t);
		return;
	}
	if (status == PREEMPTED)
		t->regs.rip -= 2; /* the length of `syscall`: the same call again */
	else
		t->regs.rax = status;
}
