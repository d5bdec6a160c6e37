/*
 * Faults as messages, after L4: the kernel calls for the thread, as if it had called its fault
 * endpoint, and a reply lets it go on. Unlike seL4's "cap fault in send phase" a report that
 * cannot be delivered is printed with the thread's name.
 *
 * A handler may die with the report in its hands. In seL4 the reply capability goes with it, and the thread stays blocked
 * until a third party that knows of it resumes it. In Zircon a handler that closes an exception without having handled it
 * passes it on: to the next of the channels of thread, process and job, and at the end of them the process is killed. Here the
 * endpoint outlives its handlers, so there is one place to pass the report on to: it is queued there again, for a
 * successor. A fault that its handlers die of would go round for ever, so one is reported FAULT_REPORTS times at most, and then
 * treated as one that no thread handles. Zircon's bound is the number of its channels; a number can be counted on: a
 * supervisor that gives up a service after fewer restarts sees every one of them.
 *
 * The answer can set the registers, by the words of the report itself, changed: a handler that emulates an instruction, or
 * starts a signal's handler, needs no capability to the thread, and the thread never runs with half of them. In seL4, too,
 * the length of the answer decides how many of the report's registers are set; there each kind of fault has words of its
 * own, and those of a page fault set none. NOVA's answer has a bit for each group of registers (the MTD), and L4's has the
 * instruction pointer and the stack pointer alone. Here are two lengths: the three registers that fit beside the cause in
 * the words that need no IPC buffer, or all.
 */
#include "ipc/fault.h"
#include "ipc/cancel.h"
#include "ipc/endpoint.h"
#include "ipc/message.h"
#include "ipc/reply.h"
#include "ipc/sent.h"
#include "ipc/serve.h"
#include "lib/string.h"
#include "microk/ipcbuf.h"
#include "microk/syscall.h"
#include "sched/hand_over.h"
#include "sched/lookup.h"
#include "sched/registers.h"
#include "sched/schedule.h"

static bool chain_is_full(const struct thread *t)
{
	const struct thread *c = t->bound_reply.caller;
	u32 n = 0;

	for (; c && c->state == THREAD_FAULTED && n < FAULT_CHAIN; n++)
		c = c->bound_reply.caller;
	return n == FAULT_CHAIN;
}

/* The handler has its message. A thread that has just faulted does nothing more, so the handler may be current at once. */
static void wake(const struct thread *t, struct thread *handler)
{
	if (t == this_cpu()->current)
		thread_hand_over(handler);
	else
		thread_resume(handler);
}

/* Into the queue. False: a handler that waits for the thread itself will never take the report. One that is sent again may be
 * of a chain that is given up as a whole (reply_drop), so the handler's waits are looked through later. Not inlined: a report to a
 * handler that waits would save registers for this. */
__attribute__((noinline)) static bool queue_report(struct thread *t, struct slot *s)
{
	struct endpoint *ep = (struct endpoint *)s->object;
	bool again = t->fault_drops;

	if (!again && deadlock_closes(t, ep))
		return false;
	t->fault_pending = true;
	t->wait_badge = s->badge;
	t->state = THREAD_SENDING;
	endpoint_add_sender(ep, t);
	sent_add(s, t);
	if (again)
		endpoint_look_later(ep);
	return true;
}

/* To a handler that waits, or into the queue. False: no thread will take the report. */
static bool send_report(struct thread *t)
{
	struct slot *s = &t->slots[T_FAULT];

	if (slot_check(s, CAP_ENDPOINT, RIGHT_WRITE) != OK || slot_is_withdrawn(s))
		return false;
	struct endpoint *ep = (struct endpoint *)s->object;
	struct thread *handler = ep->receivers.head;
	if (handler) {
		endpoint_remove(ep, handler);
		fault_deliver(t, handler, s->badge);
		reply_link(&handler->bound_reply, t, THREAD_FAULTED);
		wake(t, handler);
		return true;
	}
	return queue_report(t, s);
}

void fault_raise(struct thread *t)
{
	t->fault_drops = 0;
	if (!chain_is_full(t) && send_report(t)) {
		if (this_cpu()->current == t)
			schedule_request();
		return;
	}
	fault_print(t);
	thread_end(t);
}

bool fault_again(struct thread *t)
{
	if (++t->fault_drops < FAULT_REPORTS && send_report(t))
		return true;
	fault_print(t);
	endpoint_unserve(t);
	return false;
}

_Static_assert(FAULT_ADDRESS == 2 && FAULT_FLAGS == 5 && FAULT_NAME0 == 6 && FAULT_REGS == MSG_REGS,
	       "cause and name are in registers, the general registers in the buffer");

/* In the order of struct general_registers. */
static void put_general(u64 *word, const struct regs *r)
{
	word[0] = r->rax;
	word[1] = r->rbx;
	word[2] = r->rcx;
	word[3] = r->rdx;
	word[4] = r->rsi;
	word[5] = r->rdi;
	word[6] = r->rbp;
	word[7] = r->r8;
	word[8] = r->r9;
	word[9] = r->r10;
	word[10] = r->r11;
	word[11] = r->r12;
	word[12] = r->r13;
	word[13] = r->r14;
	word[14] = r->r15;
}

void fault_deliver(struct thread *faulted, struct thread *to, u64 badge)
{
	const struct regs *r = &faulted->regs;
	u64 name[2];

	__builtin_memcpy(name, faulted->name, sizeof(name));
	const u64 word[MSG_REGS] = {
		faulted->fault_vector,
		faulted->fault_error,
		faulted->fault_address,
		r->rip,
		r->rsp,
		r->rflags,
		name[0],
		name[1]};
	faulted->fault_pending = false;
	message_load(&to->regs, word);
	if (to->buffer)
		put_general(&to->buffer->words[FAULT_REGS], r);
	to->regs.rdi = badge;
	to->regs.rax = TAG(LABEL_FAULT, to->buffer ? FAULT_WORDS : MSG_REGS) | TAG_IS_CALL;
}

/* The words of the message that t is sending. Those in its buffer are read once. */
static void load_words(const struct thread *t, u64 *word, u32 length)
{
	message_words(&t->regs, word);
	for (u32 i = MSG_REGS; i < length; i++)
		word[i] = t->buffer->words[i];
}

_Static_assert(offsetof(struct general_registers, r15) - offsetof(struct general_registers, rax) ==
		       (FAULT_WORDS - 1 - FAULT_REGS) * sizeof(u64),
	       "in the order of a fault message");

/* An answer that sets nothing is checked by reply_send alone. */
status_t fault_answer(struct thread *faulted, const struct thread *from, u64 tag)
{
	u32 length = TAG_LENGTH(tag);
	u64 word[FAULT_WORDS];

	if (TAG_LABEL(tag) != FAULT_RETRY || (length <= MSG_REGS && length != FAULT_FEW))
		return OK;
	if (length != FAULT_FEW && length != FAULT_WORDS)
		return ERR_LENGTH;
	status_t status = message_check(from, tag, RIGHT_GRANT);
	if (status != OK)
		return status;
	load_words(from, word, length);
	struct general_registers g = registers_of(faulted);
	g.ip = word[FAULT_IP];
	g.sp = word[FAULT_SP];
	g.flags = word[FAULT_FLAGS];
	if (length == FAULT_WORDS)
		memcpy(&g.rax, &word[FAULT_REGS], (FAULT_WORDS - FAULT_REGS) * sizeof(u64));
	return registers_set(faulted, &g);
}
