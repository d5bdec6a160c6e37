/* The slot that is revoked goes with its descendants: the giver has nothing left to give again. */
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
	slot_delete(s);
	return reap_run() ? OK : PREEMPTED;
}
