#include "servers/pipe/close.h"
#include "gen/lib/microk/methods.h"
#include "lib/microk/startup.h"
#include "servers/pipe/flights.h"
#include "servers/pipe/pending.h"
#include "servers/pipe/lent.h"
#include "servers/pipe/made.h"
#include "servers/pipe/moved.h"
#include "servers/pipe/terminal.h"
#include "servers/pipe/transfer.h"
#include "servers/pipe/watch.h"

/* In a transaction: the channel has one reader, writer or name less. The last reader or writer takes everything with it. */
static void leave(const struct channel *c, u64 badge, u32 readers, u32 writers, u32 names)
{
	struct channel now = *c;

	now.readers -= (u16)readers;
	now.writers -= (u16)writers;
	now.names -= (u16)names;
	bool is_last = !now.readers && !now.writers;
	moved_forget(c, badge, is_last);
	if (is_last) {
		answers_forget(c);
		flight_forget(c);
		now = (struct channel){.names = now.names, .kind = now.names ? now.kind : 0};
	}
	kept_write(c, &now, sizeof(now));
}

/* Of a datagram socket without writers, no further name can make one. */
static void name_left(const struct channel *c)
{
	if (c->kind == CHANNEL_DATAGRAMS)
		transfer_settle(c);
}

static void close_one(const struct end *e)
{
	const struct channel *in = channel_at(e->in), *out = channel_at(e->out);
	const struct channel *name = channel_at(e->name);
	const struct terminal *t = terminal_at(e);
	bool is_master = terminal_is_master(e), is_listener = end_is_listener(e);
	u64 badge = end_badge(e);

	waiting_close(badge);
	cnode_delete(SLOT_CNODE, end_slot(e, END_HANDLE));
	lent_drop(e);
	watch_drop(e);
	kept_begin();
	if (in)
		leave(in, badge, 1, 0, 0);
	if (out)
		leave(out, badge, 0, 1, 0);
	if (name)
		leave(name, badge, is_listener, 0, !is_listener);
	if (t)
		terminal_left(t, is_master);
	KEPT_SET(e->use, 0u);
	kept_commit();
	if (in)
		transfer_settle(in);
	if (out)
		transfer_settle(out);
	if (is_listener)
		pending_refuse(name);
	else if (name)
		name_left(name);
}

/* An end leaves its place only after it was closed, so a death between the two leaves none without a place. */
static void close_pending(const struct channel *c)
{
	const struct end *e;
	u64 place = c->place;

	while ((e = pending_first(c, &place)))
		close_one(e);
	kept_begin();
	kept_set(&c->place, 0);
	kept_commit();
}

void close_end(const struct end *e)
{
	if (end_is_listener(e))
		close_pending(channel_named(e->name));
	close_one(e);
}

void close_half(const struct end *e, enum way way)
{
	const struct channel *c = channel_at(way == READING ? e->in : e->out);

	if (!c)
		return;
	waiting_close_way(end_badge(e), way);
	kept_begin();
	leave(c, end_badge(e), way == READING, way == WRITING, 0);
	if (way == READING)
		KEPT_SET(e->in, 0u);
	else
		KEPT_SET(e->out, 0u);
	kept_commit();
	transfer_settle(c);
}

/* Without an end, nothing may be in its slots: a predecessor died while it closed it, or before it had opened it. */
static void empty_slots(const struct end *e)
{
	for (enum end_slot which = 0; which < END_SLOTS; which++)
		cnode_delete(SLOT_CNODE, end_slot(e, which));
}

void close_unheld(void)
{
	for (const struct end *e = kept->ends; e < kept->ends + ENDS_MAX; e++)
		if (e->use && !(e->flags & END_PENDING) && !end_is_held(e) && !made_of(e))
			close_end(e);
}

/* A client that holds one of the descriptions has the answer. */
static void forget_arrived(void)
{
	for (const struct end *e = kept->ends; e < kept->ends + ENDS_MAX; e++) {
		const struct made *m = e->use ? made_of(e) : NULL;
		if (m && end_is_held(e))
			made_forget(m);
	}
}

void close_take_over(void)
{
	moved_recount();
	flight_recount();
	flight_clean();
	forget_arrived();
	for (const struct end *e = kept->ends; e < kept->ends + ENDS_MAX; e++)
		if (!e->use)
			empty_slots(e);
	close_unheld();
}
