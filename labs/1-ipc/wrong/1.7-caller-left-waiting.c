/* Unlinks the caller and does not wake it. Symptom: silence: the caller of a server that died
 * waits for ever. */
void reply_drop(struct reply *r)
{
	struct thread *caller = reply_unlink(r);

	if (!caller)
		return;
	if (caller->state == THREAD_FAULTED)
		caller->state = THREAD_STOPPED;
}
