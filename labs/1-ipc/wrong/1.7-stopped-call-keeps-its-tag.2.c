/* Leaves the tag of the call in rax when the caller is stopped. Symptom: once resumed it takes its
 * own words for an answer. */
bool wait_cancel(struct thread *t)
{
	switch (t->state) {
	case THREAD_SENDING:
	case THREAD_RECEIVING: endpoint_remove((struct endpoint *)t->wait_on, t); break;
	case THREAD_WAITING: notification_remove((struct notification *)t->wait_on, t); break;
	case THREAD_AWAITING:
	case THREAD_FAULTED:
		/* The server goes on serving; its reply will find nobody: ERR_NO_REPLY. */
		if (t->awaiting)
			reply_unlink(t->awaiting);
		else
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
		wait_cancel(t);
	}
	reply_drop(&t->bound_reply);
}
