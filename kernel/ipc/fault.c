/*
 * Faults as messages, after L4: the kernel speaks for the thread, as if it had called its fault
 * endpoint, and a reply lets it go on. Unlike seL4's "cap fault in send phase" a report that
 * cannot be delivered is printed with the thread's name.
 */
#include "ipc/fault.h"
#include "ipc/endpoint.h"
#include "ipc/message.h"
#include "ipc/reply.h"
#include "lib/string.h"
#include "microk/ipcbuf.h"
#include "microk/syscall.h"
#include "sched/schedule.h"

void fault_raise(struct thread *t)
{
	struct slot *s = &t->slots[T_FAULT];

	if (s->type != CAP_ENDPOINT || !(s->rights & RIGHT_WRITE)) {
		fault_print(t);
		thread_stop(t);
		return;
	}
	struct endpoint *ep = (struct endpoint *)s->object;
	t->fault_pending = true;
	struct thread *handler = ep->receivers.head;
	if (handler) {
		endpoint_remove(ep, handler);
		fault_deliver(t, handler, s->badge);
		schedule_block(t, THREAD_FAULTED);
		reply_link(&handler->bound_reply, t, THREAD_FAULTED);
		thread_wake(handler, handler->regs.rax);
		return;
	}
	t->wait_badge = s->badge;
	schedule_block(t, THREAD_SENDING);
	endpoint_add_sender(ep, t);
}

static u64 report_word(const struct thread *t, u32 i)
{
	const struct regs *r = &t->regs;
	const u64 general[] = {r->rax, r->rbx, r->rcx, r->rdx, r->rsi, r->rdi, r->rbp, r->r8,
			       r->r9,  r->r10, r->r11, r->r12, r->r13, r->r14, r->r15};
	u64 name;

	switch (i) {
	case FAULT_VECTOR: return t->fault_vector;
	case FAULT_ERROR: return t->fault_error;
	case FAULT_ADDRESS: return t->fault_address;
	case FAULT_IP: return r->rip;
	case FAULT_SP: return r->rsp;
	case FAULT_FLAGS: return r->rflags;
	case FAULT_NAME0:
	case FAULT_NAME1: memcpy(&name, t->name + 8ul * (i - FAULT_NAME0), 8); return name;
	default: return general[i - FAULT_REGS];
	}
}

void fault_deliver(struct thread *faulted, struct thread *to, u64 badge)
{
	u32 length = to->buffer ? FAULT_WORDS : MSG_REGS;
	struct regs words = {
		.rsi = report_word(faulted, 0),
		.rdx = report_word(faulted, 1),
		.r8 = report_word(faulted, 2),
		.r9 = report_word(faulted, 3),
		.r10 = report_word(faulted, 4),
		.rbx = report_word(faulted, 5),
		.r12 = report_word(faulted, 6),
		.r13 = report_word(faulted, 7),
	};

	faulted->fault_pending = false;
	for (u32 i = MSG_REGS; i < length; i++)
		to->buffer->words[i] = report_word(faulted, i);
	message_copy_registers(&words, &to->regs);
	to->regs.rdi = badge;
	to->regs.rax = TAG(LABEL_FAULT, length) | TAG_IS_CALL;
}
