/* A thread's life, apart from its methods and slots (cap/thread_methods.c, thread_slots.c) and its end (ipc/end.c). */
#include "sched/thread.h"
#include "lib/print.h"
#include "pc/paging.h"
#include "sched/deadline.h"
#include "sched/schedule.h"
#include "sched/switch.h"
#include "x86/cpu.h"
#include "x86/layout.h"

void thread_init(struct thread *t)
{
	t->header.type = CAP_THREAD;
	t->bound_reply.header.type = CAP_REPLY;
	t->bound_reply.owner = t;
	t->cr3 = image_to_phys(kernel_pml4);
	t->regs.cs = SEL_UCODE;
	t->regs.ss = SEL_UDATA;
	t->regs.rflags = RFLAGS_USER;
	for (u32 i = 0; i < THREAD_SLOTS; i++)
		t->slots[i].flags = SLOT_THREAD;
}

struct thread *thread_root;

void thread_wake(struct thread *t, u64 status_tag)
{
	t->regs.rax = status_tag;
	thread_resume(t);
}

void thread_resume(struct thread *t)
{
	if (t->extras & EXTRA_TIMED)
		deadline_stop(t);
	t->state = THREAD_READY;
	if (!t->queued) /* it still is, if it was stopped while it took apart objects */
		schedule_ready(t);
}

void entry_stack_set(struct thread *t)
{
	this_cpu()->tss.rsp[0] = (u64)(&t->regs + 1);
}

void thread_print_current(void)
{
	const struct thread *t = this_cpu()->current;

	if (t)
		kprintf("while the kernel worked for thread \"%.16s\", which was at %p\n", t->name,
			(void *)t->regs.rip);
}
