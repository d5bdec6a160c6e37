#include "servers/pipe/make.h"
#include "servers/pipe/close.h"
#include "servers/pipe/pending.h"
#include "servers/pipe/made.h"
#include "servers/pipe/terminal.h"

static bool is_same_client(const struct made *m, const struct asker *who)
{
	return m->badge == who->badge && m->number >> 32 == who->number >> 32;
}

/* Its answer did not arrive. */
static bool waits_again(const struct made *m)
{
	const struct end *e = &kept->ends[m->end[0]], *listener = end_find(m->badge);

	if (m->end[1] != MADE_ACCEPTED || !listener || end_is_held(e))
		return false;
	kept_begin();
	KEPT_SET(m->badge, 0ul);
	KEPT_SET(e->flags, e->flags | END_PENDING);
	pending_put(channel_named(listener->name), e);
	kept_commit();
	pending_again = channel_named(listener->name);
	return true;
}

/* The client will not ask again for these descriptions. */
static void give_up(const struct made *m)
{
	u32 ends[2] = {m->end[0], m->end[1]};

	made_forget(m);
	for (u32 i = 0; i < ARRAY_LEN(ends) && ends[i] < ENDS_MAX; i++)
		if (kept->ends[ends[i]].use && !end_is_held(&kept->ends[ends[i]]))
			close_end(&kept->ends[ends[i]]);
}

/* A free entry, after those of the client's earlier requests have gone. */
static const struct made *entry_for(const struct asker *who)
{
	const struct made *unused = NULL;

	for (const struct made *m = kept->made; m < kept->made + MADE_MAX; m++) {
		if (m->badge && is_same_client(m, who))
			give_up(m);
		if (!m->badge && !unused)
			unused = m;
	}
	return unused;
}

/* ---- Places ---- */

struct places {
	const struct made *entry;
	const struct end *end[2];
	const struct channel *channel[2];
	const struct terminal *terminal;
};

static bool find_free(u64 payer, u32 ends, u32 channels, struct places *p)
{
	p->end[0] = end_free(payer, NULL);
	p->end[1] = ends > 1 && p->end[0] ? end_free(payer, p->end[0]) : NULL;
	p->channel[0] = channels ? channel_free(payer, NULL) : NULL;
	p->channel[1] = channels > 1 && p->channel[0] ? channel_free(payer, p->channel[0]) : NULL;
	return p->end[ends - 1] && (!channels || p->channel[channels - 1]);
}

static enum microk_status find_places(const struct asker *who, u64 payer, u32 ends, u32 channels,
				      struct places *p)
{
	p->entry = entry_for(who);
	if (!p->entry)
		return ERR_NO_SPACE;
	if (find_free(payer, ends, channels, p))
		return OK;
	close_unheld(); /* the client may have closed some just now */
	return find_free(payer, ends, channels, p) ? OK : ERR_NO_SPACE;
}

/* In a transaction. */
static void note(const struct asker *who, const struct places *p)
{
	const struct made entry = {
		who->badge,
		who->number,
		{end_number(p->end[0]), p->end[1] ? end_number(p->end[1]) : MADE_ONE}};

	kept_write(p->entry, &entry, sizeof(entry));
}

static u32 named(const struct channel *c)
{
	return channel_number(c) + 1;
}

/* ---- Descriptions ---- */

/* In a transaction. */
static void open_pipe(const struct places *p, struct end as)
{
	as.kind = KIND_PIPE;
	as.in = named(p->channel[0]);
	end_open(p->end[0], &as);
	as.out = as.in;
	as.in = 0;
	end_open(p->end[1], &as);
}

static void open_pair(const struct places *p, struct end as)
{
	as.kind = KIND_SOCKET;
	for (u32 i = 0; i < 2; i++) {
		as.in = named(p->channel[i]);
		as.out = named(p->channel[!i]);
		end_open(p->end[i], &as);
	}
}

static void open_fifo(const struct places *p, struct end as)
{
	as.kind = KIND_PIPE;
	as.name = (u16)named(p->channel[0]);
	end_open(p->end[0], &as);
}

/* The master first, then the slave. */
static void open_terminal(const struct places *p, struct end as)
{
	as.kind = KIND_TERMINAL;
	terminal_open(p->terminal, p->channel[0], p->channel[1]);
	as.in = named(p->channel[1]);
	as.out = named(p->channel[0]);
	end_open(p->end[0], &as);
	as.in = named(p->channel[0]);
	as.out = named(p->channel[1]);
	end_open(p->end[1], &as);
}

/* The listener first, then the name, which has the backlog. */
static void open_listener(const struct places *p, struct end as)
{
	struct end listener = as;

	KEPT_SET(p->channel[0]->kind, (u8)CHANNEL_CONNECTIONS);
	listener.kind = as.kind = KIND_SOCKET;
	listener.name = as.name = (u16)named(p->channel[0]);
	listener.flags |= END_LISTENER;
	listener.backlog = 0;
	end_open(p->end[0], &listener);
	as.flags = 0;
	end_open(p->end[1], &as);
}

static void open_datagrams(const struct places *p, struct end as)
{
	for (u32 i = 0; i < 2; i++)
		KEPT_SET(p->channel[i]->kind, (u8)CHANNEL_DATAGRAMS);
	open_pair(p, as);
}

/* The reader first, then the name. */
static void open_datagram(const struct places *p, struct end as)
{
	struct end reader = as;

	KEPT_SET(p->channel[0]->kind, (u8)CHANNEL_DATAGRAMS);
	reader.kind = as.kind = KIND_SOCKET;
	reader.in = named(p->channel[0]);
	end_open(p->end[0], &reader);
	as.flags = 0;
	as.name = (u16)named(p->channel[0]);
	end_open(p->end[1], &as);
}

static const struct {
	u32 ends, channels;
	void (*open)(const struct places *p, struct end as);
} kinds[] = {
	[MAKE_PIPE] = {2, 1, open_pipe},         [MAKE_PAIR] = {2, 2, open_pair},
	[MAKE_FIFO] = {1, 1, open_fifo},         [MAKE_TERMINAL] = {2, 2, open_terminal},
	[MAKE_LISTENER] = {2, 1, open_listener}, [MAKE_DATAGRAMS] = {2, 2, open_datagrams},
	[MAKE_DATAGRAM] = {2, 1, open_datagram},
};

enum microk_status make_ends(const struct asker *who, enum made_kind kind, u32 flags, u32 backlog,
			     const struct made **m)
{
	const struct end as = {.flags = flags, .payer = who->badge, .backlog = backlog};
	struct places p;
	enum microk_status status =
		find_places(who, who->badge, kinds[kind].ends, kinds[kind].channels, &p);

	p.terminal = terminal_free(who->badge);
	if (status == OK && kind == MAKE_TERMINAL && !p.terminal)
		status = ERR_NO_SPACE;
	if (status != OK)
		return status;
	kept_begin();
	kinds[kind].open(&p, as);
	note(who, &p);
	*m = p.entry;
	return kept_commit();
}

enum microk_status make_opened(const struct asker *who, const struct end *as, const struct made **m)
{
	struct places p;
	enum microk_status status = find_places(who, as->payer, 1, 0, &p);

	if (status != OK)
		return status;
	kept_begin();
	end_open(p.end[0], as);
	note(who, &p);
	*m = p.entry;
	return kept_commit();
}

enum microk_status make_connected(const struct asker *who, const struct end *name, u32 flags,
				  const struct made **m)
{
	const struct channel *c = channel_named(name->name);
	struct end as = {.kind = KIND_SOCKET, .flags = flags, .payer = name->payer};
	struct places p;
	enum microk_status status = find_places(who, name->payer, 2, 2, &p);

	if (status != OK)
		return status;
	kept_begin();
	as.in = named(p.channel[0]);
	as.out = named(p.channel[1]);
	end_open(p.end[0], &as);
	as.flags = END_PENDING;
	as.in = named(p.channel[1]);
	as.out = named(p.channel[0]);
	end_open(p.end[1], &as);
	pending_put(c, p.end[1]);
	p.end[1] = NULL; /* the client has no answer about it */
	note(who, &p);
	*m = p.entry;
	return kept_commit();
}

enum microk_status make_accepted(const struct asker *who, const struct end *listener, u32 flags,
				 const struct made **m)
{
	const struct channel *c = channel_named(listener->name);
	const struct made *entry = entry_for(who);
	u64 place = c->place;
	const struct end *e = pending_first(c, &place);

	if (e && !entry)
		return ERR_NO_SPACE;
	kept_begin();
	kept_set(&c->place, place);
	if (e) {
		const struct made it = {who->badge, who->number, {end_number(e), MADE_ACCEPTED}};
		KEPT_SET(e->flags, (e->flags & ~(END_PENDING | PIPE_NO_WAIT)) | flags);
		kept_write(entry, &it, sizeof(it));
		*m = entry;
	}
	enum microk_status status = kept_commit();
	return status != OK || e ? status : ERR_NOT_FOUND;
}

/* ---- Answers ---- */

void make_arrived(cap_t slot)
{
	const struct made *m = made_with(slot);

	if (m)
		made_forget(m);
}

void make_lost(cap_t slot)
{
	const struct made *m = made_with(slot);

	if (m && !waits_again(m))
		give_up(m);
}

bool make_closed(const struct end *e)
{
	const struct made *m = made_of(e);

	if (m)
		give_up(m);
	return m;
}

bool make_given_up(const struct asker *who)
{
	const struct made *m = made_find(who);

	if (m && !waits_again(m))
		give_up(m);
	return m;
}

void make_client_gone(u64 badge)
{
	for (const struct made *m = kept->made; m < kept->made + MADE_MAX; m++)
		if (m->badge == badge)
			give_up(m);
}
