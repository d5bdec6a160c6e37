#include "lib/fileserver/waiting.h"
#include "lib/fileserver/account.h"
#include "gen/lib/microk/methods.h"
#include "lib/microk/message.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"
#include "lib/microk/stub.h"

struct waiting {
	bool used;
	u32 starts;
	cap_t reply; /* a Reply object */
	struct request request;
	struct message message;
	u64 words[MSG_WORDS]; /* those after the registers, at their index */
	cap_t received[MSG_CAPS];
};

static struct waiting all[WAITING_MAX];
static u32 count;
static bool set_up, again, due;

enum microk_status waiting_setup(void)
{
	for (u32 i = 0; i < WAITING_MAX; i++)
		if ((all[i].reply = reply_slot_alloc()) == 0)
			return ERR_LIMIT;
	set_up = true;
	return OK;
}

u32 waiting_count(void)
{
	return count;
}

static struct waiting *find_free(void)
{
	for (u32 i = 0; i < WAITING_MAX; i++)
		if (!all[i].used)
			return &all[i];
	return NULL;
}

bool waiting_has_share(u64 badge)
{
	u64 payer = account_payer(badge);
	u32 held = 0;

	for (u32 i = 0; i < WAITING_MAX; i++)
		held += all[i].used && account_payer(all[i].request.badge) == payer;
	return held < WAITING_EACH;
}

bool waiting_may_hold(const struct request *r)
{
	return again || (set_up && count < WAITING_MAX / 2 && waiting_has_share(r->badge));
}

void waiting_change(void)
{
	due = count != 0;
}

bool waiting_is_due(void)
{
	bool was = due;

	due = false;
	return was;
}

bool waiting_add(struct request *r, u32 starts)
{
	struct waiting *w = find_free();

	if (!w || request_defer(r, w->reply) != OK)
		return false;
	w->used = true;
	w->starts = starts;
	w->request = *r;
	w->message = *r->message;
	w->request.message = &w->message;
	w->request.deferred =
		false; /* so that the dispatch fills its answer in, when it is served */
	for (u32 i = MSG_REGS; i < r->length; i++)
		w->words[i] = ipc_buffer->words[i];
	memset(w->received, 0, sizeof(w->received));
	for (u32 i = 0; i < r->caps && r->server && i < r->server->receive_caps; i++) {
		w->received[i] = r->server->received[i];
		r->server->received[i] = 0;
	}
	count++;
	return true;
}

/* Exchanges the capabilities that came with the request with those that the server has now. */
static void swap_received(struct waiting *w)
{
	struct server *s = w->request.server;

	for (u32 i = 0; s && i < s->receive_caps; i++) {
		cap_t held = s->received[i];
		s->received[i] = w->received[i];
		w->received[i] = held;
	}
}

static void answer(const struct server *s, struct waiting *w, struct message *m)
{
	u32 caps = TAG_CAPS(m->tag);
	cap_t sent[MSG_CAPS];

	for (u32 i = 0; i < caps; i++)
		sent[i] = ipc_buffer->send_caps[i];
	enum microk_status status = stub_reply(w->reply, m);
	if (caps && status == OK)
		s->delivered(sent, caps);
	else if (caps)
		s->undelivered(w->request.badge, sent, caps);
}

void waiting_retry(const struct server *s, bool (*run)(struct request *r, u32 *starts))
{
	for (u32 i = 0; i < WAITING_MAX && count; i++) {
		struct waiting *w = &all[i];
		if (!w->used)
			continue;
		struct request r = w->request;
		struct message m = w->message;
		r.message = &m;
		for (u32 k = MSG_REGS; k < r.length; k++)
			ipc_buffer->words[k] = w->words[k];
		swap_received(w);
		m.tag = TAG(ERR_PROTOCOL, 0);
		again = true;
		bool done = run(&r, &w->starts);
		again = false;
		swap_received(w);
		if (!done)
			continue;
		w->used = false;
		count--;
		answer(s, w, &m);
		for (u32 k = 0; k < MSG_CAPS; k++)
			if (w->received[k])
				slot_drop(w->received[k]);
	}
}

bool waiting_drop(u64 badge, u64 number, bool (*is_numbered)(u16 label))
{
	for (u32 i = 0; i < WAITING_MAX; i++) {
		struct waiting *w = &all[i];
		if (!w->used || w->request.badge != badge || w->request.number != number ||
		    !is_numbered(w->request.label))
			continue;
		struct message m = {.tag = TAG(ERR_CANCELLED, 0)};
		stub_reply(w->reply, &m); /* the caller went on; this empties the Reply object */
		w->used = false;
		count--;
		return true;
	}
	return false;
}
