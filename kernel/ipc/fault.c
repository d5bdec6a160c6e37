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
		thread_wake(handler, handler->regs.rax);
		return true;
	}
	/* A handler that waits for the thread itself will never take it. */
	if (deadlock_closes(t, ep))
		return false;
	t->fault_pending = true;
	t->wait_badge = s->badge;
	t->state = THREAD_SENDING;
	endpoint_add_sender(ep, t);
	sent_add(s, t);
	return true;
}

void fault_raise(struct thread *t)
{
	t->fault_drops = 0;
	if (!chain_is_full(t) && send_report(t)) {
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
	return false;
}

void fault_deliver(struct thread *faulted, struct thread *to, u64 badge)
{
	const struct regs *r = &faulted->regs;
	u32 length = to->buffer ? FAULT_WORDS : MSG_REGS;
	u64 word[FAULT_WORDS] = {
		faulted->fault_vector,
		faulted->fault_error,
		faulted->fault_address,
		r->rip,
		r->rsp,
		r->rflags};
	const u64 general[] = {r->rax, r->rbx, r->rcx, r->rdx, r->rsi, r->rdi, r->rbp, r->r8,
			       r->r9,  r->r10, r->r11, r->r12, r->r13, r->r14, r->r15};

	_Static_assert(FAULT_ADDRESS == 2 && FAULT_FLAGS == 5, "the order of microk/ipcbuf.h");
	memcpy(&word[FAULT_NAME0], faulted->name, sizeof(faulted->name));
	memcpy(&word[FAULT_REGS], general, sizeof(general));
	faulted->fault_pending = false;
	message_load(&to->regs, word);
	for (u32 i = MSG_REGS; i < length; i++)
		to->buffer->words[i] = word[i];
	to->regs.rdi = badge;
	to->regs.rax = TAG(LABEL_FAULT, length) | TAG_IS_CALL;
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
