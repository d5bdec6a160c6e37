/* Readers that wait at the end of a file: each in a Reply object, which dies with the instance. Its caller then sends the
 * request again, and waits here anew. */
#include "lib/microk/message.h"
#include "lib/microk/server.h"
#include "gen/lib/microk/methods.h"
#include "lib/microk/startup.h"
#include "tests/guest/tried/files/server.h"

#define WAITS 4

static struct wait {
	cap_t reply; /* made once */
	u64 badge;   /* 0: free */
	u64 words[3];
} waits[WAITS];

static const struct numbered reads = {read_act, read_answer, 3};

enum microk_status wait_begin(const struct call *c)
{
	struct wait *w = waits;

	while (w < waits + WAITS && w->badge)
		w++;
	if (w == waits + WAITS)
		return ERR_NO_SPACE;
	if (!w->reply)
		w->reply = reply_slot_alloc();
	if (!w->reply || cnode_save_caller(SLOT_CNODE, w->reply) != OK)
		return ERR_NO_SPACE;
	w->badge = c->badge;
	for (u32 i = 0; i < ARRAY_LEN(w->words); i++)
		w->words[i] = c->message->word[i];
	return STATUS_DEFERRED;
}

static void answer(struct wait *w, struct message *m, enum microk_status status)
{
	if (status != OK)
		m->tag = TAG(status, 0);
	w->badge = 0;
	ipc(SYS_SEND, w->reply, m);
}

void wait_serve(void)
{
	for (struct wait *w = waits; w < waits + WAITS; w++) {
		struct message m = {.word = {w->words[0], w->words[1], w->words[2]}};
		struct call c = {.message = &m, .badge = w->badge, .length = 3};
		enum microk_status status = w->badge ? serve_numbered(&reads, &c) : STATUS_DEFERRED;

		if (status != STATUS_DEFERRED)
			answer(w, &m, status);
	}
}

void wait_end(u64 badge)
{
	for (struct wait *w = waits; w < waits + WAITS; w++)
		if (w->badge == badge)
			answer(w, &(struct message){0}, ERR_GONE);
}
