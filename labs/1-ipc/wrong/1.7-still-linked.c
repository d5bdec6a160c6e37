/* Wakes the caller but leaves it linked. Symptom: the next drop wakes it a second time, in the
 * middle of whatever it does then. */
void reply_drop(struct reply *r)
{
	struct thread *caller;

	/* A faulted thread stays stopped, so whoever waits for it will get no answer either. */
	for (u32 i = 0; i < CHAIN && (caller = r->caller); i++, r = &caller->bound_reply) {
		if (caller->state != THREAD_FAULTED) {
			thread_wake(caller, ERR_PEER_DIED);
			return;
		}
		caller->state = THREAD_STOPPED;
	}
}
