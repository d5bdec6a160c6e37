/* Wakes the caller but leaves it linked. Symptom: the next drop wakes it a second time, in the
 * middle of whatever it does then. */
void reply_drop(struct reply *r)
{
	struct thread *caller = r->caller;

	if (!caller)
		return;
	if (caller->state == THREAD_FAULTED)
		caller->state = THREAD_STOPPED;
	else
		thread_wake(caller, ERR_PEER_DIED);
}
