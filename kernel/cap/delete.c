/* Delete and revoke. Revoke takes first children until there are none: the children of each move up into its place, so the
 * walk needs no stack whatever the shape of the tree, and can stop after any step. */
#include "cap/delete.h"
#include "cap/derive.h"
#include "cap/irq.h"
#include "cap/reap.h"
#include "cap/thread_slots.h"
#include "ipc/closed.h"
#include "ipc/sent.h"
#include "mm/frame.h"
#include "mm/io_space.h"
#include "mm/page_table.h"
#include "mm/wx.h"
#include "sched/preempt.h"
#include "sched/thread.h"

/* Undoes what this capability (not the object) did. */
static void slot_undo(struct slot *s)
{
	if (s->type == CAP_FRAME && s->space)
		frame_unmap(s);
	else if (s->type == CAP_PAGE_TABLE && s->space)
		page_table_unmap(s);
	else if (s->type == CAP_FRAME)
		wx_forget(s); /* an IPC buffer counts as written, but has no mapping */
	else if ((s->flags & SLOT_BOUND) && s->type == CAP_IOSPACE)
		io_space_unbind(s);
	else if (s->flags & SLOT_BOUND)
		irq_unbind(s);
}

bool slot_withdraw_one(struct slot *s)
{
	if (s->type == CAP_FRAME)
		return frame_shrink(s);
	/* A more urgent thread that is turned away may send again at once, and must not prevent the end of the delete. */
	if (s->type == CAP_ENDPOINT && s->senders)
		s->rights &= (u8)~SLOT_SENDABLE;
	return sent_cancel_one(s);
}

bool slot_withdraw(struct slot *s)
{
	while (slot_withdraw_one(s))
		if (preempt_pending())
			return false;
	return true;
}

/* EXERCISE 2.4 iterative-revoke: begin */
void slot_delete(struct slot *s)
{
	if (s->type == CAP_NULL)
		return;
	slot_undo(s);
	if (s->flags & SLOT_CLOSED)
		closed_remove(s);

	struct slot *childless = derive_unlink(s);
	struct slot old = *s;

	*s = (struct slot){.flags = old.flags & SLOT_THREAD};
	if (old.flags & SLOT_THREAD) {
		struct thread *t = slot_thread(s);
		thread_slot_changed(t, (enum thread_slot)(s - t->slots));
	}
	if (childless && (childless->flags & SLOT_WATCH))
		closed_raise(childless);
	if (slot_has_object(&old))
		object_release(old.object);
}

status_t delete_invoke(struct slot *s)
{
	slot_delete(s);
	return reap_run() ? OK : PREEMPTED;
}

status_t revoke_invoke(struct slot *s)
{
	while (derive_has_children(s)) {
		if (!slot_withdraw(s->first))
			return PREEMPTED;
		slot_delete(s->first);
		if (preempt_pending())
			return PREEMPTED;
	}
	return reap_run() ? OK : PREEMPTED;
}
/* EXERCISE 2.4 iterative-revoke: end */
