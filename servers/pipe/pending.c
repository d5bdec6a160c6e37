#include "servers/pipe/pending.h"
#include "servers/pipe/channel.h"

const struct channel *pending_again;

_Static_assert(RING_BYTES >= 4 * sizeof(struct pending) * PIPE_BACKLOG,
	       "also of those that wait again");

bool pending_has_room(const struct channel *c, const struct end *name)
{
	return pending_count(c) < name->backlog;
}

void pending_put(const struct channel *c, const struct end *e)
{
	const struct pending p = {end_number(e), e->generation};

	kept_set(&c->place, channel_put(c, c->place, (const u8 *)&p, sizeof(p)));
}

/* One that was closed meanwhile is passed over. */
const struct end *pending_first(const struct channel *c, u64 *place)
{
	struct pending p;

	while (place_count(*place)) {
		*place = channel_get(c, *place, (u8 *)&p, sizeof(p));
		const struct end *e = &kept->ends[p.end % ENDS_MAX];
		if (e->use && e->flags & END_PENDING && e->generation == p.generation)
			return e;
	}
	return NULL;
}

struct waiter *pending_request(const struct channel *c, u32 kind)
{
	struct waiter *w = waiting_first(c, OPENING);

	while (w && !(w->ask.size & kind))
		w = w->next;
	return w;
}

void pending_refuse(const struct channel *c)
{
	struct waiter *w;

	while ((w = pending_request(c, PENDING_CONNECTS)))
		waiting_fail(w, ERR_BROKEN);
}
