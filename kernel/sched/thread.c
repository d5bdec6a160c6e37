/* A thread's life, apart from its methods (thread_methods.c) and its end (ipc/cancel.c). */
#include "sched/thread.h"
#include "cap/cnode.h"
#include "ipc/notification.h"
#include "ipc/serve.h"
#include "microk/ipcbuf.h"
#include "x86/layout.h"
#include "mm/space.h"
#include "x86/cpu.h"
#include "sched/deadline.h"
#include "sched/schedule.h"
#include "pc/paging.h"
#include "pc/restart.h"

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

void thread_halt(struct thread *t)
{
	thread_stop(t);
	deadline_stop(t);
	endpoint_unserve(t);
	/* It still takes apart what it ended. */
	if (t->dying && !t->queued && t != this_cpu()->current)
		schedule_ready(t);
}

void thread_end(struct thread *t)
{
	thread_halt(t);
	if (t == thread_root)
		restart_machine(t->name);
}

static void cspace_changed(struct thread *t, const struct slot *s)
{
	struct cnode *c = (struct cnode *)s->object;

	t->caps = c ? c->slots : NULL;
	t->caps_count = c ? c->count : 0;
	if (!c)
		thread_end(t);
}

static void space_changed(struct thread *t, const struct slot *s)
{
	struct space *space = (struct space *)s->object;

	t->cr3 = space ? space->root_phys : image_to_phys(kernel_pml4);
	if (!space)
		thread_end(t);
}

static void buffer_changed(struct thread *t, const struct slot *s)
{
	t->buffer = NULL;
	if (s->type == CAP_FRAME)
		t->buffer = phys_to_virt(s->phys);
}

static void notification_changed(struct thread *t, const struct slot *s)
{
	struct notification *n = (struct notification *)s->object;

	if (t->notification)
		t->notification->bound = NULL;
	t->extras &= ~EXTRA_NOTIFIED;
	t->notification = n;
	if (!n)
		return;
	n->bound = t;
	if (n->bits)
		t->extras |= EXTRA_NOTIFIED;
}

void thread_slot_changed(struct thread *t, enum thread_slot which)
{
	const struct slot *s = &t->slots[which];

	switch (which) {
	case T_CSPACE: cspace_changed(t, s); break;
	case T_SPACE: space_changed(t, s); break;
	case T_BUFFER: buffer_changed(t, s); break;
	case T_NOTIFICATION: notification_changed(t, s); break;
	default: break;
	}
}

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
	if (!t->queued) /* it is if it was stopped before it had taken apart what it ended */
		schedule_ready(t);
}
