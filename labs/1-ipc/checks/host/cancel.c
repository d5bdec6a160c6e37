/* Exercise 1.7, peer death, the part about stopping: the end of the thread's wait and of its debts. */
#include "ipc/cancel.h"
#include "cancel_fakes.h"
#include "threads.h"

static void want_stopped(struct thread *t, const char *what)
{
	WANT(t->state == THREAD_STOPPED, "its state is THREAD_STOPPED then",
	     text("%s is stopped", what), text("it is %s", state_word(t->state)));
}

static void out_of_queues(void)
{
	struct endpoint *ep = new_endpoint();
	struct thread *a = new_thread("a"), *b = new_thread("b"), *c = new_thread("c"),
		      *r = new_thread("r");

	a->state = b->state = c->state = THREAD_SENDING;
	endpoint_add_sender(ep, a), endpoint_add_sender(ep, b), endpoint_add_sender(ep, c);
	b->fault_pending = true;
	WANT(wait_cancel(b), "it waited", "wait_cancel of a waiting sender is true", "false");
	want_stopped(b, "a sender that was cancelled");
	WANT(!b->fault_pending, "it has nothing to send any more", "its fault_pending is cleared",
	     "it is set");
	WANT(ep->senders.head == a && a->next == c,
	     ep->senders.head == a && a->next == b
		     ? "take it out of the endpoint's queue (endpoint_remove): the next receive "
		       "must not find a thread that is gone"
		     : NULL,
	     "the others still wait, in their order",
	     ep->senders.head == a && a->next == b ? "it is still in the queue" : "they do not");
	wait_cancel(a), wait_cancel(c);
	WANT(!ep->senders.head, NULL, "after all three no thread waits", "one does");
	r->state = THREAD_RECEIVING;
	endpoint_add_receiver(ep, r);
	WANT(wait_cancel(r) && !ep->receivers.head, "take it out of the endpoint's queue",
	     "a waiting receiver is taken out too", "it is still there");
	want_stopped(r, "the receiver");
	r->state = THREAD_WAITING;
	r->wait_on = &ep->header;
	WANT(wait_cancel(r) && notifications == 1,
	     "a thread that waits for a notification stands in its queue: notification_remove",
	     "one that waits for a notification is taken out of its queue", "it was not");
}

static void away_from_a_server(void)
{
	struct thread *server = new_thread("server"), *caller = new_thread("caller");

	server->bound_reply.caller = caller;
	caller->awaiting = &server->bound_reply;
	caller->state = THREAD_AWAITING;
	WANT(wait_cancel(caller), "it waited for its answer",
	     "wait_cancel of a caller that awaits its answer is true", "false");
	want_stopped(caller, "the caller");
	WANT(unlinks == 1 && unlinked_of == server,
	     "unlink it from the Reply (reply_unlink): the server's answer must not find a thread "
	     "that was stopped",
	     "the server owes it nothing any more",
	     unlinks ? "another Reply was unlinked, or more than once"
		     : "the Reply still names it");
	caller->state = THREAD_FAULTED;
	WANT(wait_cancel(caller),
	     "it waits for the answer of its fault's handler, THREAD_FAULTED, as a caller waits "
	     "for a server's",
	     "wait_cancel of a faulted thread is true", "false");
	want_stopped(caller, "a faulted thread");
	WANT_U64("Replies of the handler's that were unlinked from it", 2, unlinks,
		 "the handler's answer must not start a thread that was stopped: reply_unlink");
	server->bound_reply.caller = NULL, caller->awaiting = NULL;
	caller->state = THREAD_READY;
	WANT(!wait_cancel(caller), "a running thread does not wait",
	     "wait_cancel of a ready thread is false", "true");
	WANT_STATE("its state then", THREAD_READY, caller->state, "and it changes nothing");
	caller->state = THREAD_STOPPED;
	WANT(!wait_cancel(caller), "a stopped thread does not wait",
	     "wait_cancel of a stopped thread is false", "true");
}

static void stop_state(void)
{
	struct thread *queued = new_thread("queued"), *running = new_thread("running");

	queued->queued = true;
	thread_stop(queued);
	want_stopped(queued, "a thread in the ready queue");
	WANT_U64("threads taken out of the ready queue", 1, unqueued,
		 "left in the ready queue it will be picked and run once more: ready_remove");
	schedule_requests = 0;
	thread_stop(running);
	want_stopped(running, "the running thread");
	WANT(schedule_requests > 0,
	     "the current thread goes on unless another is picked: schedule_request()",
	     "another thread is picked before the kernel is left", "no pick was asked for");
	struct endpoint *ep = new_endpoint();
	struct thread *waiting = new_thread("waiting");
	waiting->state = THREAD_SENDING;
	endpoint_add_sender(ep, waiting);
	thread_stop(waiting);
	want_stopped(waiting, "a waiting thread");
	WANT(!ep->senders.head, "a waiting thread is taken out of its queue: wait_cancel",
	     "no thread waits at the endpoint", "the stopped thread does");
}

/* A call that ends by a stop has a status too: the thread may be resumed. */
static void stop_in_a_call(void)
{
	static const struct {
		u8 state;
		bool fault_pending, cancelled;
		const char *what;
	} cases[] = {
		{THREAD_SENDING, false, true, "a waiting sender that is stopped"},
		{THREAD_RECEIVING, false, true, "a waiting receiver"},
		{THREAD_WAITING, false, true, "one that waits for a notification"},
		{THREAD_AWAITING, false, true, "a caller that awaits its answer"},
		{THREAD_FAULTED, false, false, "a faulted thread, which is in no call"},
		{THREAD_SENDING, true, false, "a faulted thread whose report is still queued"},
		{THREAD_READY, false, false, "a ready thread"},
	};

	for (u32 i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct thread *t = new_thread("t"), *server = new_thread("server");
		struct endpoint *ep = new_endpoint();
		u64 tag = say(t, 1, SYS_CALL, TAG(3, 8));

		t->state = cases[i].state;
		t->fault_pending = cases[i].fault_pending;
		if (t->state == THREAD_SENDING)
			endpoint_add_sender(ep, t);
		else if (t->state == THREAD_RECEIVING)
			endpoint_add_receiver(ep, t);
		else if (t->state == THREAD_WAITING)
			t->wait_on = &ep->header;
		else if (t->state != THREAD_READY)
			t->awaiting = &server->bound_reply, server->bound_reply.caller = t;
		thread_stop(t);
		if (cases[i].cancelled)
			WANT_STATUS(text("rax of %s", cases[i].what), ERR_CANCELLED, t->regs.rax,
				    "if it is resumed, it must not mistake the tag of its call for "
				    "an answer: the call ends with ERR_CANCELLED");
		else
			WANT_U64(text("rax of %s", cases[i].what), tag, t->regs.rax,
				 "only a call that was waiting is cancelled; any other thread "
				 "keeps its registers (a fault: FAULTED, or fault_pending before "
				 "wait_cancel)");
	}
}

static void stop_owing(void)
{
	static const u8 states[] = {
		THREAD_READY, THREAD_RECEIVING, THREAD_AWAITING, THREAD_STOPPED};
	static const char *const names[] = {
		"while it ran", "while it received", "while it called another",
		"though it was stopped already"};

	for (u32 i = 0; i < 4; i++) {
		struct thread *t = new_thread("server"), *other = new_thread("other");
		struct endpoint *ep = new_endpoint();
		t->state = states[i];
		if (t->state == THREAD_RECEIVING)
			endpoint_add_receiver(ep, t);
		if (t->state == THREAD_AWAITING)
			t->awaiting = &other->bound_reply, other->bound_reply.caller = t;
		drops = 0;
		thread_stop(t);
		WANT(drops == 1 && dropped_of == t,
		     "a thread that owes an answer and stops has dropped it: "
		     "reply_drop(&t->bound_reply), in every case",
		     text("a thread's debt is dropped when it is stopped %s", names[i]),
		     drops ? "another's was, or more than once"
			   : "nothing was dropped: its caller waits for ever");
	}
}

static void stop_ready(void)
{
	stop_state(), stop_in_a_call();
}

static const struct unit_check checks[] = {
	{"1.7.c", out_of_queues},
	{"1.7.d", away_from_a_server},
	{"1.7.e", stop_ready},
	{"1.7.f", stop_owing},
};
UNIT_MAIN(checks)
