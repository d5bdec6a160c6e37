/* Recomputes the values that a thread caches from its slots, whenever one of them is filled or emptied. */
#include "cap/thread_slots.h"
#include "cap/cnode.h"
#include "ipc/cancel.h"
#include "ipc/notification.h"
#include "mm/space.h"
#include "pc/paging.h"
#include "x86/layout.h"

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
