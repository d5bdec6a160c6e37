/*
 * The cache of replies: a hash table with open addressing. An entry that is given up becomes STATE_KEPT_FREE, so that
 * searches for other entries go on past it, and the next reply whose search reaches it uses it again. Such entries at the
 * end of a search become unused.
 */
#include "lib/state/replies.h"
#include "lib/microk/string.h"
#include "lib/state/area.h"

static const struct state_kept *entry_at(const struct state *s, u64 index)
{
	return (const void *)((const u8 *)state_reply_table(s) +
			      index * STATE_KEPT_BYTES(s->area->reply_words));
}

static u64 home_of(const struct state *s, u64 description, u64 thread)
{
	u64 h = (description * 0x9e3779b97f4a7c15ul ^ thread) * 0xbf58476d1ce4e5b9ul;

	return (h ^ h >> 32) % s->area->replies;
}

/* The pair's entry; NULL if it has none. If there is none, *place is an entry that it could use, or NULL. */
static const struct state_kept *search(const struct state *s, u64 description, u64 thread,
				       const struct state_kept **place)
{
	u64 count = s->area->replies, home = count ? home_of(s, description, thread) : 0;

	*place = NULL;
	for (u64 n = 0; n < count; n++) {
		const struct state_kept *e = entry_at(s, (home + n) % count);

		if (e->description == description && e->thread == thread)
			return e;
		if (!*place && (!e->description || e->description == STATE_KEPT_FREE))
			*place = e;
		if (!e->description)
			break;
	}
	return NULL;
}

static bool is_allowed(u64 description)
{
	return description && description != STATE_KEPT_FREE;
}

enum microk_status state_reply_find(const struct state *s, struct state_reply *reply)
{
	const struct state_kept *place, *e;

	if (!is_allowed(reply->description))
		return ERR_ARG;
	e = search(s, reply->description, reply->thread, &place);
	reply->last = e ? e->number : 0;
	if (!e)
		return place ? ERR_NOT_FOUND : ERR_NO_SPACE;
	reply->status = e->status;
	reply->length = (u32)MIN(e->length, s->area->reply_words);
	memcpy(reply->words, e->words, reply->length * 8ul);
	return e->number == reply->number ? OK : ERR_NOT_FOUND;
}

u64 state_reply_at(const struct state *s, u32 index)
{
	u64 description = entry_at(s, index)->description;

	return description == STATE_KEPT_FREE ? 0 : description;
}

enum microk_status state_reply_keep(struct state *s, const struct state_reply *reply)
{
	const struct state_kept *place, *e;
	struct state_kept head = {
		.description = reply->description,
		.thread = reply->thread,
		.number = reply->number,
		.status = reply->status,
		.length = reply->length};
	enum microk_status status;

	if (!is_allowed(reply->description))
		return state_refuse(s, ERR_ARG);
	if (reply->length > s->area->reply_words)
		return state_refuse(s, ERR_LENGTH);
	e = search(s, reply->description, reply->thread, &place);
	if (!e)
		e = place;
	if (!e)
		return state_refuse(s, ERR_NO_SPACE);
	status = state_write(s, e, &head, sizeof(head));
	if (status == OK)
		status = state_write(s, e->words, reply->words, reply->length * 8ul);
	return status;
}

/* No search needs the free entries just before an unused one: they become unused too. */
static enum microk_status trim(struct state *s, u64 index)
{
	const u64 unused = 0, count = s->area->replies;
	enum microk_status status = OK;

	if (entry_at(s, (index + 1) % count)->description)
		return OK;
	for (u64 n = 0; n < count && status == OK; n++) {
		const struct state_kept *e = entry_at(s, (index + count - n) % count);

		if (e->description != STATE_KEPT_FREE)
			break;
		status = state_write(s, &e->description, &unused, sizeof(unused));
	}
	return status;
}

enum microk_status state_reply_forget(struct state *s, u64 description)
{
	const u64 given_up = STATE_KEPT_FREE;
	enum microk_status status = OK;

	if (!is_allowed(description))
		return state_refuse(s, ERR_ARG);
	for (u64 i = 0; i < s->area->replies && status == OK; i++) {
		const struct state_kept *e = entry_at(s, i);

		if (e->description != description)
			continue;
		status = state_write(s, &e->description, &given_up, sizeof(given_up));
		if (status == OK)
			status = trim(s, i);
	}
	return status;
}
