/* Exercise 1.5, rendezvous: two threads and an endpoint; the scheduler and the parts of later stages are
 * fakes. Calls of the reply functions are only recorded, so the result does not depend on exercises 1.6 and 1.7. */
#include "ipc/rendezvous.h"
#include "rendezvous_fakes.h"
#include "threads.h"

#define BADGE 0x5151
#define PROT 0xa5
#define BOTH (RIGHT_READ | RIGHT_WRITE | RIGHT_GRANT)

static struct endpoint *ep;

/* A capability that the code under test can see. */
static struct slot *cap(u8 rights, u64 badge)
{
	struct slot *s = unit_object(64, sizeof(*s));

	if (!ep)
		ep = new_endpoint();
	*s = (struct slot){
		.type = CAP_ENDPOINT,
		.rights = rights,
		.prot = PROT,
		.object = &ep->header,
		.badge = badge};
	return s;
}

static status_t send(struct thread *t, u64 n, u64 badge, u64 extra, bool is_call)
{
	return rendezvous_send(
		t, cap(BOTH, badge), say(t, n, is_call ? SYS_CALL : SYS_SEND, TAG(n, 8) | extra),
		is_call);
}

static status_t receive(struct thread *t, u64 extra)
{
	t->regs.rax = SYS_RECV | extra;
	return rendezvous_receive(t, cap(BOTH, 0), t->regs.rax);
}

static void want_state(struct thread *t, enum thread_state state, const char *what,
		       const char *cause)
{
	WANT_STATE(what, state, t->state, cause);
}

static void want_message(struct thread *t, u64 n, u64 badge, bool is_call)
{
	want_words(t, n, "the receiver");
	WANT_U64("the badge that the receiver sees (rdi)", badge, t->regs.rdi,
		 "the badge is that of the capability the sender used; a sender that waits has it "
		 "noted in wait_badge");
	const char *woken_with_ok =
		t->regs.rax == OK ? "the receiver wakes with the tag that message_deliver made "
				    "(its own rax), not with OK"
				  : NULL;
	WANT_U64("the label it sees", n, TAG_LABEL(t->regs.rax), woken_with_ok);
	WANT_U64("the length it sees", 8, TAG_LENGTH(t->regs.rax), woken_with_ok);
	WANT_U64("the protocol rights it sees", PROT, TAG_PROT(t->regs.rax),
		 "they are those of the capability the sender used; a sender that waits has them "
		 "noted in wait_prot");
	WANT_U64("TAG_IS_CALL in its tag", is_call, !!(t->regs.rax & TAG_IS_CALL),
		 "only a caller waits for an answer: the origin records it");
}

static bool queued(void)
{
	return ep->senders.head || ep->receivers.head;
}

/* Both have met: neither stands in a queue any more. */
static void want_none_queued(void)
{
	WANT(!queued(),
	     ep->receivers.head ? "a receiver that has its message must leave the queue, or the "
				  "next message lands in its registers too"
				: "a sender whose message was taken must leave the queue",
	     "no thread is queued",
	     ep->receivers.head ? "the receiver still is" : "the sender still is");
}

static void rights(void)
{
	struct thread *t = new_thread("t");
	struct slot *no_write = cap(RIGHT_READ | RIGHT_GRANT, 1),
		    *no_read = cap(RIGHT_WRITE | RIGHT_GRANT, 1), *all = cap(BOTH, 1);

	WANT_STATUS("send through a capability without RIGHT_WRITE", ERR_RIGHTS,
		    rendezvous_send(t, no_write, say(t, 1, SYS_SEND, TAG(0, 1)), false),
		    "sending needs RIGHT_WRITE");
	WANT_STATUS("call likewise", ERR_RIGHTS,
		    rendezvous_send(t, no_write, say(t, 1, SYS_CALL, TAG(0, 1)), true),
		    "a call sends");
	WANT_STATUS("receive through one without RIGHT_READ", ERR_RIGHTS,
		    rendezvous_receive(t, no_read, SYS_RECV),
		    "receiving needs RIGHT_READ: or every client could take the others' messages");
	WANT_STATUS("send of 121 words", ERR_LENGTH,
		    rendezvous_send(t, all, say(t, 1, SYS_SEND, TAG(0, 121)), false),
		    "message_check finds the errors that concern the sender alone");
	WANT(!queued() && !wakes && t->state == THREAD_READY,
	     "check everything before changing anything", "a refused operation changes nothing",
	     "a thread was queued, woken or blocked");
}

static void receiver_first(void)
{
	struct thread *r = new_thread("receiver"), *s = new_thread("sender");

	WANT_STATUS("receive, with no sender there", DELIVERED, receive(r, 0),
		    "the thread waits: its registers are filled when a message comes");
	want_state(r, THREAD_RECEIVING, "the receiver, while it waits", "schedule_block it");
	WANT(ep->receivers.head == r, "a thread that waits stands in the endpoint's queue",
	     "the receiver is queued", "it is not");
	WANT_STATUS("send to a waiting receiver", OK, send(s, 3, BADGE, 0, false),
		    "the receiver is there: the sender goes on at once");
	want_state(s, THREAD_READY, "the sender afterwards",
		   "a plain send does not wait once it was received");
	want_state(r, THREAD_READY, "the receiver afterwards",
		   "the second to arrive wakes the first: thread_wake");
	WANT_U64("threads woken", 1, wakes, "the second to arrive wakes the first, once");
	want_none_queued();
	want_message(r, 3, BADGE, false);
	WANT(!links, "only a call leaves a caller waiting", "no thread waits for an answer",
	     "one does: reply_link was called");
	WANT_U64("messages counted", 1, ep->messages, "stats_message counts delivered messages");
}

static void sender_first(void)
{
	struct thread *r = new_thread("receiver"), *s = new_thread("sender");

	WANT_STATUS("send, with no receiver there", DELIVERED, send(s, 4, BADGE, 0, false),
		    "the thread waits: its status is decided when a thread receives");
	want_state(s, THREAD_SENDING, "the sender, while it waits", "schedule_block it");
	WANT(ep->senders.head == s, "a thread that waits stands in the endpoint's queue",
	     "the sender is queued", "it is not");
	want_words(s, 4, "the waiting sender (its message stays there)");
	WANT_STATUS("receive, with a sender waiting", DELIVERED, receive(r, 0),
		    "look for waiting senders before you wait yourself");
	want_state(r, THREAD_READY, "the receiver", "a sender was there: it does not wait");
	want_none_queued();
	want_message(r, 4, BADGE, false);
	want_state(s, THREAD_READY, "the sender afterwards",
		   "a plain send is over when it was received: only a call waits on (see TAG_OP of "
		   "its tag)");
	WANT_STATUS("the result of its send", OK, s->regs.rax, "thread_wake(sender, OK)");
	WANT(!links, "only a call leaves a caller waiting", "the sender waits for no answer",
	     "it is linked to a Reply");
	WANT_U64("messages counted", 1, ep->messages,
		 "stats_message counts delivered messages, in whichever order the two came");
}

static void want_called(struct thread *c, struct thread *r, u64 n, const char *order)
{
	want_none_queued();
	want_message(r, n, BADGE + 1, true);
	WANT_U64(text("calls of reply_link, %s", order), 1, links,
		 "a caller waits for its answer: reply_link(&receiver->bound_reply, caller, "
		 "THREAD_AWAITING)");
	WANT(linked_caller == c && linked_reply == &r->bound_reply,
	     "it is the RECEIVER's bound Reply that owes the answer",
	     "the receiver's bound Reply is linked to the caller",
	     linked_reply == &c->bound_reply ? "the caller's own is"
					     : "another, or another thread");
	WANT_STATE("the state in which the caller is linked", THREAD_AWAITING, linked_state,
		   linked_state == THREAD_FAULTED
			   ? "THREAD_FAULTED is for a thread that made no call"
			   : "the state is what the caller waits for from now "
			     "on, not the one that it is in");
	WANT(last_woken != c && wakes <= 1, "a caller must not go on before its answer",
	     "the caller is not woken", "it is");
}

static void calls(void)
{
	struct thread *r = new_thread("receiver"), *c = new_thread("caller");

	receive(r, 0);
	schedule_requests = 0;
	WANT_STATUS("call to a waiting receiver", DELIVERED, send(c, 5, BADGE + 1, 0, true),
		    "the caller waits: DELIVERED, its registers are filled by the reply");
	want_called(c, r, 5, "when the receiver was first");
	WANT(schedule_requests > 0, "the caller does not run any more: schedule_request()",
	     "another thread is picked before the kernel is left", "no pick was asked for");
	r = new_thread("receiver"), c = new_thread("caller");
	links = wakes = 0;
	WANT_STATUS(
		"call, with no receiver there", DELIVERED, send(c, 6, BADGE + 1, 0, true), NULL);
	want_state(c, THREAD_SENDING, "the caller, while no thread receives",
		   "it waits for a receiver first, for the answer later");
	WANT_STATUS("receive, with a caller waiting", DELIVERED, receive(r, 0), NULL);
	want_state(r, THREAD_READY, "the receiver", "a caller was there: it does not wait");
	want_called(c, r, 6, "when it was first itself");
}

static void nonblocking(void)
{
	struct thread *a = new_thread("a"), *b = new_thread("b");

	WANT_STATUS("non-blocking send, with no receiver there", ERR_WOULD_BLOCK,
		    send(a, 1, 1, TAG_NONBLOCK, false), "TAG_NONBLOCK: fail rather than wait");
	WANT_STATUS("non-blocking call likewise", ERR_WOULD_BLOCK,
		    send(a, 1, 1, TAG_NONBLOCK, true), "TAG_NONBLOCK: fail rather than wait");
	WANT_STATUS("non-blocking receive likewise", ERR_WOULD_BLOCK, receive(b, TAG_NONBLOCK),
		    "TAG_NONBLOCK: fail rather than wait");
	WANT(!queued() && a->state == THREAD_READY && b->state == THREAD_READY,
	     "a call that would have to wait changes nothing", "no thread waits",
	     "one is queued or blocked");
	receive(b, 0);
	WANT_STATUS("non-blocking send, with a receiver waiting", OK,
		    send(a, 2, BADGE, TAG_NONBLOCK, false),
		    "a receiver is there: nothing would block");
	want_none_queued();
	want_message(b, 2, BADGE, false);
	send(a, 7, BADGE, 0, false);
	WANT_STATUS("non-blocking receive, with a sender waiting", DELIVERED,
		    receive(b, TAG_NONBLOCK), "a sender is there: nothing would block");
	want_message(b, 7, BADGE, false);
}

static void in_turn(void)
{
	struct thread *s[3], *r = new_thread("receiver");

	for (u32 i = 0; i < 3; i++)
		send(s[i] = new_thread("sender"), 10 + i, BADGE + i, 0, false);
	for (u32 i = 0; i < 3; i++) {
		WANT_STATUS("receive, with senders waiting", DELIVERED, receive(r, 0), NULL);
		want_state(r, THREAD_READY, "the receiver", "senders were there: it does not wait");
		WANT(ep->senders.head != s[i],
		     "a sender whose message was taken must leave the queue",
		     text("after receive %u the queue begins with the next sender", i + 1),
		     "it begins with the one whose message was taken");
		want_words(
			r, 10 + i,
			text("the receiver, from sender %u of 3: first come, first served", i + 1));
		want_message(r, 10 + i, BADGE + i, false);
		for (u32 k = 0; k < 3; k++)
			WANT((s[k]->state == THREAD_READY) == (k <= i),
			     k > i   ? "a receive takes one message, and wakes its sender only"
			     : links ? "only a call waits for an answer (see TAG_OP of its tag)"
				     : "a plain send is over when it was received",
			     text("after receive %u the first %u senders go on", i + 1, i + 1),
			     text("sender %u is %s", k + 1, state_word(s[k]->state)));
	}
	struct thread *a = new_thread("a"), *b = new_thread("b");
	receive(a, 0), receive(b, 0);
	send(new_thread("sender"), 20, 1, 0, false);
	want_state(a, THREAD_READY, "of two receivers the first",
		   b->state == THREAD_READY ? "first come, first served"
					    : "the second to arrive wakes the first: thread_wake");
	want_state(b, THREAD_RECEIVING, "and the second", "one message goes to one receiver");
}

static void undeliverable(void)
{
	struct thread *r = new_thread("receiver"), *s = new_thread("long"),
		      *t = new_thread("short");
	struct slot *all = cap(BOTH, BADGE);

	r->buffer = NULL;
	receive(r, 0);
	WANT_STATUS("send of 9 words to a receiver without IPC buffer", ERR_BUFFER,
		    rendezvous_send(s, all, say(s, 1, SYS_SEND, TAG(1, 9)), false),
		    "the error of message_deliver is the sender's status");
	WANT(ep->receivers.head == r && r->state == THREAD_RECEIVING,
	     "a message that was not delivered leaves the receiver as it was",
	     "the receiver still waits", "it does not");
	endpoint_remove(ep, r);
	r->state = THREAD_READY;
	rendezvous_send(s, all, say(s, 1, SYS_SEND, TAG(1, 9)), false);
	send(t, 2, BADGE, 0, false);
	WANT_STATUS(
		"receive, with two messages waiting: the first cannot be delivered, the second can",
		DELIVERED, receive(r, 0), NULL);
	want_message(r, 2, BADGE, false);
	want_state(s, THREAD_READY, "the first sender",
		   "a sender whose message cannot be delivered is turned away with that status, "
		   "and the next is tried");
	WANT_STATUS("the result of its send", ERR_BUFFER, s->regs.rax,
		    "a sender whose message cannot be delivered is turned away with that status");
	WANT(!links, NULL, "no thread owes it an answer", "one does");
}

/* One more than a single receive turns away. */
#define TOO_LONG 9

static void bounded(void)
{
	struct thread *r = new_thread("receiver"), *s[TOO_LONG];
	struct slot *all = cap(BOTH, BADGE);
	u32 away = 0;

	r->buffer = NULL;
	for (u32 i = 0; i < TOO_LONG; i++) {
		s[i] = new_thread("long");
		rendezvous_send(s[i], all, say(s[i], 1, SYS_SEND, TAG(1, 9)), false);
	}
	send(new_thread("short"), 2, BADGE, 0, false);
	WANT_STATUS(
		text("receive, with %u messages waiting that it cannot take", TOO_LONG), PREEMPTED,
		receive(r, 0),
		"a task that queues messages that cannot be delivered must not hold the processor "
		"in here: after FAILED_SENDERS_PER_RECEIVE of them others get their turn");
	for (u32 i = 0; i < TOO_LONG; i++)
		away += s[i]->state == THREAD_READY;
	WANT_U64("senders turned away by it", TOO_LONG - 1, away,
		 "up to FAILED_SENDERS_PER_RECEIVE are turned away; the next still waits");
	WANT(ep->senders.head == s[TOO_LONG - 1], "take the first, each time",
	     "the ninth is the first of the queue now", "it is not");
	want_state(r, THREAD_READY, "the receiver, which will receive again",
		   "PREEMPTED does not wait");
	WANT_STATUS("the receive begun again", DELIVERED, receive(r, 0), NULL);
	want_message(r, 2, BADGE, false);
}

static void owed(void)
{
	struct thread *r = new_thread("receiver"), *c = new_thread("caller");

	r->bound_reply.caller = c, c->awaiting = &r->bound_reply, c->state = THREAD_AWAITING;
	receive(r, TAG_NONBLOCK);
	WANT(drops == 1 && dropped == &r->bound_reply,
	     "a server that receives again without having answered has dropped its caller: "
	     "reply_drop(&t->bound_reply)",
	     "the caller of a server that receives again wakes with an error",
	     drops ? "another was dropped, or more than once" : "it still waits");
	r = new_thread("another receiver");
	notified = true;
	WANT_STATUS("receive, with the bound notification signalled", DELIVERED, receive(r, 0),
		    "notification_take_bound and closed_take come before waiting");
	want_state(r, THREAD_READY, "the receiver then", "it has something: it does not wait");
	notified = false, closed = true;
	WANT_STATUS("receive, with a closed capability to report", DELIVERED, receive(r, 0),
		    "notification_take_bound and closed_take come before waiting");
	want_state(r, THREAD_READY, "the receiver then", "it has something: it does not wait");
}

static void turned_away(void)
{
	undeliverable();
	ep = NULL, wakes = 0;
	bounded();
}

static const struct unit_check checks[] = {
	{"1.5.a", rights},      {"1.5.b", receiver_first}, {"1.5.c", sender_first},
	{"1.5.d", calls},       {"1.5.e", nonblocking},    {"1.5.f", in_turn},
	{"1.5.g", turned_away}, {"1.5.h", owed},
};
UNIT_MAIN(checks)
