#include "servers/pipe/waiting.h"
#include "lib/microk/slots.h"
#include "lib/microk/string.h"
#include "lib/microk/stub.h"

static struct waiter all[WAITING_MAX]; /* unused ones have no channel */
static u32 used;                       /* those that wait now */
static u32 most; /* those that have ever been used: the objects that were made */
struct waiter *waiting_queues[CHANNELS_MAX][QUEUES];

void waiting_fail(struct waiter *w, enum microk_status status)
{
	struct message m = {.tag = TAG(status, 0)};

	stub_reply(w->reply,
		   &m); /* a caller that went on gets nothing; the object is empty then, too */
	waiting_remove(w);
}

static bool is_paid_by(const struct waiter *w, u64 payer)
{
	return w->channel && w->ask.end->payer == payer;
}

/* One that is not used; a further one is made. */
static struct waiter *find_free(void)
{
	for (struct waiter *w = all; w < all + most; w++)
		if (!w->channel)
			return w;
	if (most == WAITING_MAX)
		return NULL;
	struct waiter *w = &all[most];
	if (!w->reply)
		w->reply = reply_slot_alloc();
	if (!w->reply)
		return NULL;
	most++;
	return w;
}

/*
 * A caller that has gone (its thread was ended) stays in its queue until it would be served: the kernel does not report it, but its
 * Reply object takes another caller. Finds such a one, among those of the client.
 */
static struct waiter *take_over_absent(struct request *r, u64 payer)
{
	for (struct waiter *w = all; w < all + most; w++) {
		if (!is_paid_by(w, payer) || request_defer(r, w->reply) != OK)
			continue;
		waiting_remove(w);
		return w;
	}
	return NULL;
}

static struct waiter *find_place(struct request *r, u64 payer)
{
	struct waiter *w = NULL;
	u32 held = 0;

	/* No client has its share as long as all of them together have less. */
	for (u32 i = 0; used >= WAITING_EACH && i < most; i++)
		held += is_paid_by(&all[i], payer);
	if (held < WAITING_EACH)
		w = find_free();
	if (!w)
		return take_over_absent(r, payer);
	return request_defer(r, w->reply) == OK ? w : NULL;
}

/* EXERCISE 4.5 pipes-by-deferred-reply: begin */
enum microk_status waiting_add(struct request *r, const struct channel *c, enum way way,
			       const struct ask *ask)
{
	struct waiter **at = &waiting_queues[channel_number(c)][way];

	if (!r->is_call)
		return ERR_NO_REPLY;
	struct waiter *w = find_place(r, ask->end->payer);
	if (!w)
		return ERR_NO_SPACE;
	w->ask = *ask;
	if (ask->data)
		w->ask.data = memcpy(w->data, ask->data, ask->size);
	if (ask->file)
		r->server->received[0] = 0; /* the runtime takes another slot for the next one */
	used++;
	w->channel = c;
	w->way = way;
	w->next = NULL;
	w->due = 0;
	while (*at)
		at = &(*at)->next;
	*at = w;
	return STATUS_DEFERRED;
}

void waiting_remove(struct waiter *w)
{
	struct waiter **at = &waiting_queues[channel_number(w->channel)][w->way];

	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
	w->channel = NULL;
	used--;
	if (w->ask.file)
		slot_drop(w->ask.file); /* an empty slot, if it has been sent */
	w->ask.file = 0;
}
/* EXERCISE 4.5 pipes-by-deferred-reply: end */

bool waiting_drop(u64 badge, u64 number)
{
	for (struct waiter *w = all; w < all + most; w++) {
		if (!w->channel || w->ask.who.badge != badge || w->ask.who.number != number)
			continue;
		waiting_fail(w, ERR_CANCELLED);
		return true;
	}
	return false;
}

void waiting_close_way(u64 badge, enum way way)
{
	for (struct waiter *w = all; w < all + most; w++)
		if (w->channel && w->ask.who.badge == badge && w->way == way)
			waiting_fail(w, ERR_GONE);
}

void waiting_close(u64 badge)
{
	for (enum way way = 0; way < QUEUES; way++)
		waiting_close_way(badge, way);
}
