/* Wakes the caller with OK. Symptom: a call to a server that died looks answered, with whatever
 * was in the registers. */
void reply_drop(struct reply *r)
{
	struct thread *caller = reply_unlink(r);

	if (!caller)
		return;
	if (caller->state == THREAD_FAULTED)
		caller->state = THREAD_STOPPED;
	else
		thread_wake(caller, OK);
}
