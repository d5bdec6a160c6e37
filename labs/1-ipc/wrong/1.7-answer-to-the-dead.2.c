/* Stops a caller without unlinking it. Symptom: the server's reply wakes a thread that was
 * stopped. */
bool wait_cancel(struct thread *t)
{
	switch (t->state) {
	case THREAD_SENDING:
	case THREAD_RECEIVING: endpoint_remove((struct endpoint *)t->wait_on, t); break;
	case THREAD_WAITING: notification_remove((struct notification *)t->wait_on, t); break;
	case THREAD_AWAITING:
	case THREAD_FAULTED:
		/* The server goes on serving; its reply will find nobody: ERR_NO_REPLY. */
		if (!t->awaiting)
			endpoint_remove((struct endpoint *)t->wait_on, t);
		break;
	default: return false;
	}
	t->fault_pending = false;
	t->state = THREAD_STOPPED;
	return true;
}

void thread_stop(struct thread *t)
{
	if (t->state == THREAD_READY) {
		if (t->queued)
			ready_remove(t);
		t->state = THREAD_STOPPED;
		schedule_request();
	} else {
		bool in_call = t->state != THREAD_FAULTED && !t->fault_pending;

		/* Should it be resumed, it must not take the tag it called with for an answer. */
		if (wait_cancel(t) && in_call)
			t->regs.rax = ERR_CANCELLED;
	}
	reply_drop(&t->bound_reply);
}
