#include "lib/exercise.h"

static void missing_revoke(void)
{
	exercise_missing("2.4", "iterative revoke", "labs/2-caps/handout.md#24-iterative-revoke");
}

/* Empties the slot. A watched slot is not raised when its last descendant goes. */
void slot_delete(struct slot *s)
{
	struct slot old = *s;

	if (s->type == CAP_NULL)
		return;
	missing_revoke();
	slot_undo(s);
	derive_unlink(s);
	*s = (struct slot){.flags = old.flags & SLOT_THREAD};
	if (old.flags & SLOT_THREAD)
		thread_slot_changed(slot_thread(s), (enum thread_slot)(s - slot_thread(s)->slots));
	if (slot_has_object(&old))
		object_release(old.object);
}

status_t delete_invoke(struct slot *s)
{
	slot_delete(s);
	return reap_run() ? OK : PREEMPTED;
}

/* Returns success, and does nothing. */
status_t revoke_invoke(struct slot *s)
{
	missing_revoke();
	return OK;
}
