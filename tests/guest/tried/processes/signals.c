/*
 * Signals. The thread is suspended, which ends its wait; its registers are kept, and it goes on at the process's code
 * for signals. When that has returned, the registers are put back: after a wait they say ERR_CANCELLED, and the layer
 * below musl asks what became of it.
 */
#include "tests/guest/tried/processes/server.h"

#define RED_ZONE 128

static struct thread *first_thread(struct process *p)
{
	for (struct thread *t = p->threads; t < p->threads + PROCESS_THREADS; t++)
		if (t->used)
			return t;
	return NULL;
}

static enum microk_status divert(struct process *p, struct thread *t, u64 signal)
{
	cap_t thread = thread_cap(p, t);
	struct general_registers next;
	enum microk_status status = thread_suspend(thread);

	if (status == OK)
		status = general_read(thread, &t->general);
	if (status == OK)
		status = fpu_read(thread, &t->fpu);
	if (status != OK)
		return status;
	next = t->general;
	next.ip = p->signal_entry;
	next.sp = ALIGN_DOWN(next.sp - RED_ZONE, 16);
	next.rdi = signal;
	status = general_write(thread, &next);
	t->in_handler = status == OK;
	thread_resume(thread);
	return status;
}

i64 signal_send(u64 process, u64 signal)
{
	struct process *p = process_find(process);
	struct thread *t = p && p->use == PROCESS_RUNS ? first_thread(p) : NULL;

	if (!t || signal == 0 || signal > 64)
		return t && signal == 0 ? 0 : -ESRCH;
	if (!p->signal_entry) {
		process_end(p, signal);
		return 0;
	}
	if (t->in_handler) {
		t->pending |= 1ul << (signal - 1);
		return 0;
	}
	return divert(p, t, signal) == OK ? 0 : -EINVAL;
}

void signal_returned(struct process *p, struct thread *t)
{
	cap_t thread = thread_cap(p, t);

	if (!t->in_handler)
		return;
	thread_suspend(thread);
	general_write(thread, &t->general);
	fpu_write(thread, &t->fpu);
	t->in_handler = false;
	if (t->pending) {
		u64 signal = (u64)__builtin_ctzl(t->pending);

		t->pending &= ~(1ul << signal);
		divert(p, t, signal + 1);
	} else {
		thread_resume(thread);
	}
}
