/*
 * The last replies. With them a request that is not idempotent takes effect exactly once, even if the server dies
 * during it.
 *
 * A client's stub numbers its requests (lib/microk/stub.h) and sends one again, with the same number, when the
 * server died before it answered. A thread has one request under way at a time, so its last reply for each
 * description (open file, session, socket) is enough: a service keeps it in the same transaction as the request's
 * effect, and looks here before it serves a request.
 */
#pragma once
#include "lib/microk/server.h"
#include "lib/state/state.h"
#include "microk/types.h"

struct state_reply {
	u64 description; /* the badge that the request came by; neither 0 nor ~0 */
	u64 thread;      /* of the client's, which the request's number names (stub_thread_of) */
	u64 number;      /* of the request */
	u64 status;      /* of the answer */
	u32 length;      /* in words, at most plan.reply_words: the answer itself, or what rebuilds it (an old offset, a slot) */
	u64 words[STATE_REPLY_WORDS];
	u64 last; /* of a search: the number of the thread's last reply, which the rest is of; 0: none is kept */
};

/* Looks for the answer to a request: `reply` has description, thread and number, and gets the rest, whose `last` is
 * that number if it was served. OK: the request was
 * served, and this was the answer. ERR_NOT_FOUND: it was not served, and there is room for its reply. ERR_NO_SPACE:
 * it was not served, and there is no room for a further pair of description and thread: refuse it before it has an
 * effect. ERR_ARG: the description is not allowed. */
enum microk_status state_reply_find(const struct state *s, struct state_reply *reply);

/* The usual handler of `abandon` for a service that keeps its answers whole, and defers no request that is `once`:
 * leaves the kept answer to r->number in *r->message, or returns ERR_CANCELLED. One thread serves a client's
 * requests one after the other, so a request whose client asks this was finished, or went with an instance that had
 * not finished it. */
enum microk_status state_reply_abandon(const struct state *s, struct request *r);

/* Keeps a reply, in place of the thread's last one for that description; in a transaction. ERR_NO_SPACE: there is
 * room for no further pair of description and thread. ERR_ARG: a description that is not allowed; ERR_LENGTH: the
 * reply is too long; and the errors of state_write. */
enum microk_status state_reply_keep(struct state *s, const struct state_reply *reply);

/* The description of the table's entry `index`, below plan.replies; 0 if it is free. */
u64 state_reply_at(const struct state *s, u32 index);

/* The description is closed: forgets its replies; in a transaction. Errors of state_write. */
enum microk_status state_reply_forget(struct state *s, u64 description);
