#include "servers/pipe/make.h"
#include "servers/pipe/close.h"
#include "servers/pipe/made.h"

static bool is_same_client(const struct made *m, const struct asker *who)
{
	return m->badge == who->badge && m->number >> 32 == who->number >> 32;
}

/* The client will not ask again for these descriptions. */
static void give_up(const struct made *m)
{
	u32 ends[2] = {m->end[0], m->end[1]};

	made_forget(m);
	for (u32 i = 0; i < ARRAY_LEN(ends); i++)
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

/* The free places for a pipe. */
struct places {
	const struct end *reader, *writer;
	const struct channel *channel;
};

static bool find_places(u64 payer, struct places *p)
{
	p->reader = end_free(payer, NULL);
	p->writer = p->reader ? end_free(payer, p->reader) : NULL;
	p->channel = channel_free(payer, NULL);
	return p->writer && p->channel;
}

enum microk_status make_pipe(const struct asker *who, u32 flags, const struct made **made)
{
	const struct made *m = entry_for(who);
	struct end as = {.kind = KIND_PIPE, .flags = flags, .payer = who->badge};
	struct places p;

	if (!m)
		return ERR_NO_SPACE;
	if (!find_places(who->badge, &p)) {
		close_unheld(); /* the client may have closed some just now */
		if (!find_places(who->badge, &p))
			return ERR_NO_SPACE;
	}
	struct made entry = {who->badge, who->number, {end_number(p.reader), end_number(p.writer)}};
	kept_begin();
	as.in = channel_number(p.channel) + 1;
	end_open(p.reader, &as);
	as.out = as.in;
	as.in = 0;
	end_open(p.writer, &as);
	kept_write(m, &entry, sizeof(entry));
	*made = m;
	return kept_commit();
}

void make_arrived(cap_t slot)
{
	const struct made *m = made_with(slot);

	if (m)
		made_forget(m);
}

void make_lost(cap_t slot)
{
	const struct made *m = made_with(slot);

	if (m)
		give_up(m);
}

void make_client_gone(u64 badge)
{
	for (const struct made *m = kept->made; m < kept->made + MADE_MAX; m++)
		if (m->badge == badge)
			give_up(m);
}
