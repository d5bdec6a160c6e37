#include "servers/pipe/flights.h"
#include "gen/lib/microk/methods.h"
#include "lib/microk/startup.h"

static u32 count;       /* of all: mostly 0, so that no request searches for them */
static bool is_dropped; /* one was, and its slot has not been emptied */

/* ---- The table ---- */

static cap_t slot_of(const struct flight *f)
{
	return SLOT_TOTAL + END_SLOTS * ENDS_MAX + (cap_t)(f - kept->flights);
}

static bool is_of(const struct flight *f, const struct channel *c)
{
	return f->channel == channel_number(c) + 1ul;
}

/* In a transaction, which may be undone: the slot keeps its capability until flight_clean. */
static void drop(const struct flight *f)
{
	KEPT_SET(f->channel, 0ul);
	is_dropped = true;
	count--;
}

enum microk_status flight_check(cap_t file)
{
	struct cnode_describe_result it;

	if (file == 0 || cnode_describe(SLOT_CNODE, file, &it) != OK || it.type != CAP_ENDPOINT)
		return ERR_TYPE;
	if (!end_is_own(&it))
		return OK;
	const struct end *e = end_find(it.value);
	return e && e->kind == KIND_SOCKET ? ERR_DENIED : OK;
}

/* A place for one more of the channel; its share of the table is its client's. */
static const struct flight *find_place(const struct channel *c)
{
	const struct flight *unused = NULL;
	u32 here = 0, paid = 0;

	for (const struct flight *f = kept->flights; f < kept->flights + FLIGHTS_MAX; f++) {
		here += is_of(f, c);
		paid += f->channel &&
			kept->payers[f->channel - 1] == kept->payers[channel_number(c)];
		if (!f->channel && !unused)
			unused = f;
	}
	return here < FLIGHTS_PER_CHANNEL && paid < FLIGHTS_MAX / 4 * 3 ? unused : NULL;
}

enum microk_status flight_add(const struct channel *c, u32 before, cap_t file)
{
	const struct flight *f = find_place(c);
	struct flight entry = {
		.channel = channel_number(c) + 1ul, .before = before, .state = FLIGHT_SENT};

	if (!f)
		return ERR_NO_SPACE;
	cnode_delete(SLOT_CNODE, slot_of(f));
	enum microk_status status = cnode_move(
		SLOT_CNODE,
		&(struct cnode_move){
			.index = slot_of(f), .source_cnode = SLOT_CNODE, .source_index = file});
	if (status != OK)
		return status;
	kept_write(f, &entry, sizeof(entry));
	count++;
	return OK;
}

/* ---- Reads ---- */

u32 flight_limit(const struct channel *c, u32 size)
{
	if (count == 0)
		return size;
	/* Several may belong to the first byte. */
	for (const struct flight *f = kept->flights; f < kept->flights + FLIGHTS_MAX; f++)
		if (is_of(f, c) && f->state == FLIGHT_SENT && f->before)
			size = MIN(size, (u32)f->before);
	return size;
}

void flight_read(const struct channel *c, u32 size, const struct asker *who)
{
	for (const struct flight *f = kept->flights; count && f < kept->flights + FLIGHTS_MAX;
	     f++) {
		struct flight now = *f;

		if (!is_of(f, c))
			continue;
		if (f->state != FLIGHT_SENT) { /* of an earlier read */
			drop(f);
			continue;
		}
		if (f->before)
			now.before -= size;
		else
			now = (struct flight){f->channel, 0, FLIGHT_READ, *who};
		kept_write(f, &now, sizeof(now));
	}
}

void flight_unread(const struct channel *c, u32 size, const struct asker *who)
{
	for (const struct flight *f = kept->flights; count && f < kept->flights + FLIGHTS_MAX;
	     f++) {
		if (!is_of(f, c))
			continue;
		if (f->state == FLIGHT_SENT)
			KEPT_SET(f->before, f->before + size);
		else if (f->who.badge == who->badge && f->who.number == who->number)
			KEPT_SET(f->state, (u64)FLIGHT_SENT);
	}
}

void flight_cut(const struct channel *c, u32 before)
{
	for (const struct flight *f = kept->flights; count && f < kept->flights + FLIGHTS_MAX; f++)
		if (is_of(f, c) && f->state == FLIGHT_SENT && f->before >= before)
			drop(f);
}

void flight_forget(const struct channel *c)
{
	for (const struct flight *f = kept->flights; count && f < kept->flights + FLIGHTS_MAX; f++)
		if (is_of(f, c))
			drop(f);
}

/* ---- Taking ---- */

static const struct flight *find_given(const struct channel *c, const struct asker *who)
{
	for (const struct flight *f = kept->flights; f < kept->flights + FLIGHTS_MAX; f++)
		if (is_of(f, c) && f->state == FLIGHT_GIVEN && f->who.badge == who->badge &&
		    f->who.number == who->number)
			return f;
	return NULL;
}

static const struct flight *find_read(const struct channel *c)
{
	for (const struct flight *f = kept->flights; f < kept->flights + FLIGHTS_MAX; f++)
		if (is_of(f, c) && f->state == FLIGHT_READ)
			return f;
	return NULL;
}

enum microk_status flight_take(const struct channel *c, const struct asker *who, cap_t *slot)
{
	const struct flight *f = find_given(c, who);

	if (!f) {
		f = find_read(c);
		if (!f)
			return ERR_NOT_FOUND;
		struct flight now = *f;
		now.state = FLIGHT_GIVEN;
		now.who = *who;
		kept_begin();
		kept_write(f, &now, sizeof(now));
		enum microk_status status = kept_commit();
		if (status != OK)
			return status;
	}
	*slot = slot_of(f);
	return OK;
}

static const struct flight *given_in(cap_t slot)
{
	for (const struct flight *f = kept->flights; f < kept->flights + FLIGHTS_MAX; f++)
		if (slot_of(f) == slot)
			return f->channel && f->state == FLIGHT_GIVEN ? f : NULL;
	return NULL;
}

bool flight_arrived(cap_t slot)
{
	const struct flight *f = given_in(slot);

	if (!f)
		return false;
	kept_begin();
	drop(f);
	kept_commit();
	flight_clean();
	return true;
}

static void give_back(const struct flight *f)
{
	kept_begin();
	KEPT_SET(f->state, (u64)FLIGHT_READ);
	kept_commit();
}

bool flight_lost(cap_t slot)
{
	const struct flight *f = given_in(slot);

	if (f)
		give_back(f);
	return f;
}

void flight_given_up(const struct channel *c, const struct asker *who)
{
	const struct flight *f = count ? find_given(c, who) : NULL;

	if (f)
		give_back(f);
}

void flight_clean(void)
{
	for (const struct flight *f = kept->flights; is_dropped && f < kept->flights + FLIGHTS_MAX;
	     f++)
		if (!f->channel)
			cnode_delete(SLOT_CNODE, slot_of(f));
	is_dropped = false;
}

void flight_recount(void)
{
	count = 0;
	for (u32 i = 0; i < FLIGHTS_MAX; i++)
		count += kept->flights[i].channel != 0;
	is_dropped = true;
}
