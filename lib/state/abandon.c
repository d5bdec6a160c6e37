/* The answer to a client that has given up waiting for a request (lib/microk/stub.h: stub_abandon). */
#include "lib/state/replies.h"
#include "lib/microk/message.h"
#include "lib/microk/stub.h"

enum microk_status state_reply_abandon(const struct state *s, struct request *r)
{
	struct state_reply kept = {
		.description = r->badge, .thread = stub_thread_of(r->number), .number = r->number};

	if (state_reply_find(s, &kept) != OK)
		return ERR_CANCELLED;
	for (u32 i = 0; i < kept.length; i++)
		message_word_set(r->message, i, kept.words[i]);
	r->message->tag = TAG(kept.status, kept.length);
	return OK;
}
