/* Wakes the caller with OK. Symptom: a call to a server that died looks answered, with whatever
 * was in the registers. */
void reply_drop(struct reply *r)
{
	struct thread *caller;

	/* A faulted thread stays stopped, so whoever waits for it will get no answer either. */
	for (u32 i = 0; i < CHAIN && (caller = reply_unlink(r)); i++, r = &caller->bound_reply) {
		if (caller->state != THREAD_FAULTED) {
			thread_wake(caller, OK);
			return;
		}
		caller->state = THREAD_STOPPED;
	}
}
