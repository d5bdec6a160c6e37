/* Clears the caller's side of the link only. Symptom: the call that was just answered ends in
 * ERR_PEER_DIED, and a second reply is accepted and overwrites the registers of a caller that went
 * on. */
void reply_link(struct reply *r, struct thread *caller, u8 state)
{
	r->caller = caller;
	caller->awaiting = r;
	caller->state = state;
	if (r->owner)
		inherit_begin(r->owner, caller);
}

struct thread *reply_unlink(struct reply *r)
{
	struct thread *caller = r->caller;

	if (caller) {
		caller->awaiting = NULL;
		if (r->owner)
			inherit_return(r->owner, caller);
	}
	return caller;
}

u32 reply_send(struct reply *r, struct thread *from, u64 tag)
{
	/* A reply may always carry capabilities: the caller chose whom to ask. */
	status_t s = message_check(from, tag, RIGHT_GRANT);

	if (!r->caller)
		return ERR_NO_REPLY;
	if (s != OK)
		return s;
	struct thread *caller = reply_unlink(r);
	if (caller->state == THREAD_FAULTED) {
		caller->state = THREAD_STOPPED;
		if (TAG_LABEL(tag) == 0)
			thread_resume(caller);
		return OK;
	}
	s = message_deliver(from, caller, (struct origin){0});
	if (s == ERR_TRANSFER)
		transfer_failed(from, TAG_CAPS(tag));
	thread_wake(caller, s == OK ? caller->regs.rax : s);
	return OK;
}
