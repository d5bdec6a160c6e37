/* Unlinks the caller and does not wake it. Symptom: silence: the caller of a server that died
 * waits for ever. */
void reply_drop(struct reply *r)
{
	struct thread *caller;

	/* A faulted thread stays stopped, so whoever waits for it will get no answer either. */
	for (u32 i = 0; i < CHAIN && (caller = reply_unlink(r)); i++, r = &caller->bound_reply) {
		if (caller->state != THREAD_FAULTED)
			return;
		caller->state = THREAD_STOPPED;
	}
}
