/* Stops a faulted thread and forgets who waits for it. Symptom: the client of a server that
 * faulted waits for ever once the server's fault handler dies. */
void reply_drop(struct reply *r)
{
	struct thread *caller = reply_unlink(r);

	if (!caller)
		return;
	if (caller->state == THREAD_FAULTED)
		caller->state = THREAD_STOPPED;
	else
		thread_wake(caller, ERR_PEER_DIED);
}
