/* Exercise 1.6, call/reply, and the part of 1.7, peer death, in the same file. */
#include "ipc/reply.h"
#include "reply_fakes.h"
#include "threads.h"

static struct thread *server, *caller;

static void new_pair(void)
{
	server = new_thread("server");
	caller = new_thread("caller");
	say(server, 1, SYS_REPLY, TAG(7, 8));
	say(caller, 2, SYS_CALL, TAG(3, 8));
}

/* The debt as it is after a right reply_link, so that a mistake there is no other function's. */
static void owe(struct thread *by, struct thread *to, u8 state)
{
	reply_link(&by->bound_reply, to, state);
	by->bound_reply.caller = to;
	to->awaiting = &by->bound_reply;
	to->state = state;
}

static void meet(u8 state)
{
	new_pair();
	owe(server, caller, state);
}

static u64 answer(void)
{
	return reply_send(&server->bound_reply, server, server->regs.rax);
}

static void both_sides(void)
{
	new_pair();
	reply_link(&server->bound_reply, caller, THREAD_AWAITING);
	WANT(server->bound_reply.caller == caller,
	     "the Reply names the caller that waits for the answer",
	     "reply_link sets the Reply's caller", "it did not");
	WANT(caller->awaiting == &server->bound_reply,
	     "the caller names the Reply, so that it can be found if the caller ends",
	     "and the caller's `awaiting`", "it did not");
	WANT_STATE("the caller's state", THREAD_AWAITING, caller->state,
		   "a caller that stays ready returns at once, with its own words as the answer");
	WANT(reply_unlink(&server->bound_reply) == caller, "it returns the linked thread",
	     "reply_unlink returns the caller", "something else");
	WANT(!server->bound_reply.caller && !caller->awaiting,
	     "a link has two sides: clear both, or a second reply finds a caller that has gone on",
	     "both sides of the link are cleared",
	     server->bound_reply.caller ? "the Reply still names the caller"
					: "the caller still names the Reply");
	WANT(!reply_unlink(&server->bound_reply), "there may be no caller",
	     "reply_unlink of a Reply that owes nothing is NULL", "it is not");
}

/* From stage 2 on a server runs as urgently as its caller: the scheduler must be notified of both ends of a
 * debt. */
static void told(void)
{
	struct reply *object = unit_object(64, sizeof(*object));

	object->header.type = CAP_REPLY;
	meet(THREAD_AWAITING);
	WANT(lends == 1 && lent_to == server && lent_by == caller,
	     "notify the scheduler that the owner now owes the caller an answer: "
	     "inherit_begin(r->owner, caller)",
	     "reply_link calls inherit_begin(owner, caller), once",
	     lends ? "it was called otherwise" : "it was not called");
	reply_unlink(&server->bound_reply);
	WANT(returns == 1 && returned_by == server,
	     "notify the scheduler that the owner owes nothing any more: inherit_return(r->owner, "
	     "caller)",
	     "reply_unlink calls inherit_return(owner, caller), once",
	     returns ? "it was called otherwise" : "it was not called");
	WANT(!returned_early,
	     "inherit_return looks at the callers that its thread still owes an answer: strike the "
	     "debt out first",
	     "when it is called, the Reply names no caller", "it still names the caller");
	caller = new_thread("caller");
	reply_link(object, caller, THREAD_AWAITING);
	bool linked = object->caller == caller && caller->awaiting == object;
	WANT(linked && reply_unlink(object) == caller && !object->caller && !caller->awaiting,
	     "a Reply object has no owner, and links its caller as any other does",
	     "a Reply without owner names its caller, and after reply_unlink neither names the "
	     "other",
	     "one of the names is wrong");
	WANT(lends == 1 && returns == 1,
	     "a Reply object has no owner: any thread may answer through it",
	     "for a Reply without owner the scheduler is not notified",
	     "inherit_begin or inherit_return was called");
}

static void delivers(void)
{
	meet(THREAD_AWAITING);
	WANT_STATUS("reply_send", OK, answer(), NULL);
	want_words(caller, 1, "the caller");
	want_words(server, 1, "the server (they stay)");
	const char *woken_with_ok =
		caller->regs.rax == OK
			? "the caller wakes with the tag that message_deliver made "
			  "(its own rax), not with OK"
			: NULL;
	WANT_U64("the label of the answer that the caller gets", 7, TAG_LABEL(caller->regs.rax),
		 woken_with_ok);
	WANT_U64("its length", 8, TAG_LENGTH(caller->regs.rax), woken_with_ok);
	WANT_U64("its badge", 0, caller->regs.rdi,
		 "an answer comes through no capability: its origin is all 0");
	WANT_U64("its protocol rights", 0, TAG_PROT(caller->regs.rax),
		 "an answer comes through no capability: its origin is all 0");
	WANT_U64("its flag TAG_IS_CALL", 0, !!(caller->regs.rax & TAG_IS_CALL),
		 "an answer comes through no capability: its origin is all 0");
	WANT(wakes == 1 && last_woken == caller && caller->state == THREAD_READY,
	     "the caller runs again: thread_wake", "the caller is woken, once",
	     wakes ? "another was, or more than once" : "no thread was");
	WANT_STATE("the server's state", THREAD_READY, server->state,
		   "a thread that replies goes on");
}

static const char first_row[] =
	"the table's first row that fits is the result: test for a caller first";

static void only_once(void)
{
	server = new_thread("server");
	say(server, 1, SYS_REPLY, TAG(0, 1));
	/* Links and unlinks a caller, so that an open exercise is reached and reported. */
	reply_link(&server->bound_reply, caller = new_thread("caller"), THREAD_AWAITING);
	reply_unlink(&server->bound_reply);
	server->bound_reply.caller = NULL;
	WANT_STATUS("a reply without a caller", ERR_NO_REPLY, answer(), "test for a caller first");
	server->regs.rax = SYS_REPLY | TAG(0, 121);
	WANT_STATUS("a reply of 121 words without a caller", ERR_NO_REPLY, answer(), first_row);
	struct ipcbuf *buffer = server->buffer;
	server->buffer = NULL;
	server->regs.rax = SYS_REPLY | TAG(0, 9);
	WANT_STATUS("a reply of 9 words from a server without IPC buffer, without a caller",
		    ERR_NO_REPLY, answer(), first_row);
	server->buffer = buffer;
	meet(THREAD_AWAITING);
	answer();
	u32 before = wakes;
	say(caller, 9, SYS_CALL, TAG(3, 8));
	WANT_STATUS("a second reply to the same caller", ERR_NO_REPLY, answer(),
		    "the answer ends the link: reply_unlink");
	WANT_U64("threads woken by it", 0, wakes - before,
		 "the caller has gone on: its registers must not be touched");
	want_words(caller, 9, "the caller, which has gone on");
}

/* After an answer that was refused. */
static void still_waits(u8 state)
{
	WANT(server->bound_reply.caller == caller && caller->state == state && !wakes,
	     "check everything before changing anything: after a reply that was refused the caller "
	     "is still owed one",
	     "the caller still waits, and can be answered",
	     wakes                         ? "it was woken"
	     : !server->bound_reply.caller ? "it is linked no more: no server can ever answer it"
					   : text("its state is %s", state_word(caller->state)));
}

static void refused(void)
{
	const char *why = "message_check finds the errors in the server's own message";

	meet(THREAD_FAULTED);
	server->regs.rax = SYS_REPLY | TAG(0, 121);
	WANT_STATUS("a reply of 121 words to a faulted thread", ERR_LENGTH, answer(), why);
	still_waits(THREAD_FAULTED);
	meet(THREAD_AWAITING);
	server->buffer = NULL;
	server->regs.rax = SYS_REPLY | TAG(0, 9);
	WANT_STATUS(
		"a reply of 9 words from a server without IPC buffer", ERR_BUFFER, answer(), why);
	still_waits(THREAD_AWAITING);
	meet(THREAD_AWAITING);
	server->regs.rax = SYS_REPLY | TAG(0, 121);
	WANT_STATUS("a reply of 121 words", ERR_LENGTH, answer(), why);
	still_waits(THREAD_AWAITING);
	say(server, 1, SYS_REPLY, TAG(7, 8));
	WANT_STATUS("a proper reply then", OK, answer(),
		    "after a reply that was refused the caller is still owed one");
	want_words(caller, 1, "the caller");
}

/* Another thread may answer through a Reply than the one that it is bound to. */
static void of_another(void)
{
	struct thread *other = new_thread("another");

	meet(THREAD_AWAITING);
	say(other, 5, SYS_REPLY, TAG(6, 8));
	WANT_STATUS("a reply by another thread than the Reply's owner", OK,
		    reply_send(&server->bound_reply, other, other->regs.rax), NULL);
	want_words(caller, 5, "the caller");
}

/* After an answer, whether it could be taken or not. */
static void owes_nothing(void)
{
	WANT(!server->bound_reply.caller && !caller->awaiting,
	     "the debt is gone with the answer, also if the caller could not take it, and if it "
	     "had "
	     "faulted: reply_unlink",
	     "neither the Reply nor the caller names the other",
	     server->bound_reply.caller ? "the Reply still names the caller"
					: "the caller still names the Reply");
}

static void not_taken(void)
{
	meet(THREAD_AWAITING);
	caller->buffer = NULL;
	server->regs.rax = SYS_REPLY | TAG(0, 9);
	WANT_STATUS("a long reply to a caller without IPC buffer, for the server", OK, answer(),
		    "it is the caller's fault, not the server's");
	WANT(wakes == 1 && last_woken == caller,
	     "every call ends in an answer or an error, never in silence", "the caller is woken",
	     "it still waits");
	WANT_STATUS("the result of its call", ERR_BUFFER, caller->regs.rax,
		    caller->regs.rax == OK
			    ? "an answer that the caller cannot take ends its call with that error"
			    : NULL);
	owes_nothing();
	meet(THREAD_AWAITING);
	wakes = 0;
	server->regs.rax = SYS_REPLY | TAG(0, 1) | 1ul << TAG_CAPS_SHIFT;
	WANT_STATUS("a reply whose capabilities cannot be transferred, for the server", OK,
		    answer(), NULL);
	WANT(wakes == 1 && last_woken == caller,
	     "every call ends in an answer or an error, never in silence", "the caller is woken",
	     "it still waits");
	WANT_STATUS("the result of its call", ERR_TRANSFER, caller->regs.rax,
		    caller->regs.rax == OK
			    ? "an answer that the caller cannot take ends its call with that error"
			    : NULL);
	WANT_U64("transfer_failed calls", 1, transfers_failed,
		 "a server that minted a capability for this answer must be notified: "
		 "transfer_failed");
	WANT(failed_of == server && failed_caps == 1,
	     "the server minted them: transfer_failed(from, TAG_CAPS(tag))",
	     "transfer_failed was called for the server and its 1 capability",
	     failed_of == server ? text("for %u capabilities", failed_caps) : "for another thread");
	owes_nothing();
}

static void faulted(void)
{
	meet(THREAD_FAULTED);
	u64 rax = caller->regs.rax;
	server->regs.rax = SYS_REPLY | TAG(0, 8);
	WANT_STATUS("a reply with label 0 to a faulted thread", OK, answer(), NULL);
	WANT_STATE("its state", THREAD_READY, caller->state, "label 0 lets a faulted thread go on");
	want_words(caller, 2, "the faulted thread, which made no call: they stay");
	WANT_U64("its rax", rax, caller->regs.rax,
		 "it made no system call: resume it as it is, do not wake it with a status");
	WANT_U64("threads resumed", 1, wakes,
		 "a state alone puts no thread into the ready list: thread_resume does");
	owes_nothing();
	for (u64 label = 1; label <= 3; label++) {
		meet(THREAD_FAULTED);
		server->regs.rax = SYS_REPLY | TAG(label, 0);
		WANT_STATUS(text("a reply with label %lu", label), OK, answer(), NULL);
		WANT_STATE("its state", THREAD_STOPPED, caller->state,
			   "any other label leaves it stopped");
		owes_nothing();
	}
}

static void dropped(void)
{
	meet(THREAD_AWAITING);
	reply_drop(&server->bound_reply);
	WANT(wakes == 1 && last_woken == caller,
	     "every call ends in an answer or in ERR_PEER_DIED, never in silence: thread_wake the "
	     "caller",
	     "the caller is woken", wakes ? "another was" : "it still waits");
	WANT_STATUS("the result of its call", ERR_PEER_DIED, caller->regs.rax,
		    "a call without an answer did not succeed");
	WANT(!server->bound_reply.caller && !caller->awaiting,
	     "a Reply that dropped its caller owes nothing more: reply_unlink",
	     "both sides of the link are cleared", "one still names the other");
	say(caller, 9, SYS_CALL, TAG(3, 8));
	reply_drop(&server->bound_reply);
	WANT_U64("threads woken by a second drop", 1, wakes,
		 "a Reply that dropped its caller owes nothing more");
}

/* Two faulted threads, the second the first's handler, and a client that waits for the first. */
static void chain(void)
{
	struct thread *faulted = new_thread("faulted"), *client = new_thread("client");

	meet(THREAD_FAULTED);
	owe(caller, faulted, THREAD_FAULTED);
	owe(faulted, client, THREAD_AWAITING);
	wakes = 0;
	reply_drop(&server->bound_reply);
	WANT(caller->state == THREAD_STOPPED && faulted->state == THREAD_STOPPED,
	     "a thread that waits for a stopped thread would wait for ever, and so would its own "
	     "callers",
	     "a faulted thread, and one whose handler it was, are both stopped",
	     caller->state != THREAD_STOPPED ? "the first is not" : "the second is not");
	WANT(wakes == 1 && last_woken == client,
	     client->awaiting ? "a faulted thread that stays stopped answers no more calls: drop "
				"its caller, too"
	     : wakes          ? NULL
			      : "it was unlinked and not woken: thread_wake",
	     "the client of a faulted server is woken when the server's handler dies",
	     wakes ? "another was, or more than once" : "it waits for ever");
	WANT_STATUS("the result of its call", ERR_PEER_DIED, client->regs.rax,
		    "a call without an answer did not succeed");
	WANT(!caller->bound_reply.caller && !faulted->bound_reply.caller && !client->awaiting,
	     "each link of the chain is cleared: reply_unlink", "no Reply names a caller",
	     "a Reply still names its caller, or the client its Reply");
}

static void handler_died(void)
{
	meet(THREAD_AWAITING);
	reply_drop(&server->bound_reply);
	meet(THREAD_FAULTED);
	wakes = reports = 0;
	reply_drop(&server->bound_reply);
	WANT(reports == 1 && last_reported == caller,
	     "the fault of a thread whose handler died goes to the next handler: fault_again",
	     "fault_again was called for the faulted thread, once",
	     reports ? "it was called otherwise" : "it was not called");
	WANT_STATE("the state of a faulted thread whose fault no handler takes", THREAD_STOPPED,
		   caller->state, "a faulted thread has no call to return from: it stays stopped");
	WANT_U64("threads woken", 0, wakes, "a faulted thread has no call to return from");
}

/* The faulted thread waits for another handler, and its client for the faulted thread. */
static void next_handler_takes_it(void)
{
	struct thread *client = new_thread("client");

	meet(THREAD_FAULTED);
	owe(caller, client, THREAD_AWAITING);
	next_handler = true, reported_linked = false, wakes = 0;
	reply_drop(&server->bound_reply);
	next_handler = false;
	WANT(!reported_linked, "strike out the old debt first: the thread will wait elsewhere",
	     "when fault_again is called, the thread waits for no Reply", "it still names one");
	WANT_STATE("the state of a faulted thread whose fault the next handler takes",
		   THREAD_SENDING, caller->state,
		   "fault_again returned true: the thread waits for the next handler");
	WANT(!wakes && caller->bound_reply.caller == client && client->state == THREAD_AWAITING,
	     "once its fault is handled, the thread will answer its client: nothing is dropped",
	     "the client of a faulted server whose fault is reported again goes on waiting",
	     wakes ? "it was woken" : "its link is gone");
}

static void answers(void)
{
	delivers(), of_another();
}
static void link(void)
{
	both_sides();
	lends = returns = 0, returned_early = false;
	told();
}
static void dropped_fault(void)
{
	handler_died(), chain(), next_handler_takes_it();
}

static const struct unit_check checks[] = {
	{"1.6.a", link},      {"1.6.b", answers}, {"1.6.c", only_once}, {"1.6.d", refused},
	{"1.6.e", not_taken}, {"1.6.f", faulted}, {"1.7.a", dropped},   {"1.7.b", dropped_fault},
};
UNIT_MAIN(checks)
