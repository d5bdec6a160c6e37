/* Around a server's descriptors: a CNode of a few slots, and a table of descriptions. */
#include "handle_fakes.h"
#include "lib/fileserver/lent.h"
#include "lib/fileserver/locks.h"
#include "lib/fileserver/once.h"
#include "lib/fileserver/opening.h"
#include "lib/fileserver/watch.h"
#include "lib/microk/startup.h"
#include "unit.h"

SHARED struct description table[DESCRIPTIONS_MAX];
SHARED struct slot_fake slots_of[PLACES];
SHARED bool kept[PLACES];
SHARED u32 mints, deleted[PLACES], closed[PLACES], lent_dropped[PLACES];
SHARED enum microk_status mint_status;

static enum microk_status mint_in(const u64 *w)
{
	struct slot_fake *s = &slots_of[(w[0] - FIRST_SLOT) % PLACES];

	mints++;
	if (mint_status != OK)
		return mint_status;
	if (w[0] < FIRST_SLOT || w[0] >= FIRST_SLOT + PLACES)
		return ERR_RANGE;
	if (s->filled)
		return ERR_OCCUPIED;
	*s = (struct slot_fake){
		.filled = 1, .rights = w[3], .badge = w[4], .flags = w[5], .source = w[2]};
	return w[1] == SLOT_CNODE ? OK : ERR_CAP;
}

enum microk_status method_call(cap_t cap, u16 label, const u64 *words, size_t count,
			       struct message *result)
{
	u64 slot = words[0] - FIRST_SLOT;

	if (cap != SLOT_CNODE)
		return ERR_CAP;
	if (label == CNODE_MINT && count == 6)
		return mint_in(words);
	if (slot >= PLACES)
		return ERR_RANGE;
	if (label == CNODE_DELETE) {
		deleted[slot]++;
		slots_of[slot].filled = 0;
		return OK;
	}
	if (label != CNODE_DESCRIBE)
		return ERR_METHOD;
	if (!slots_of[slot].filled)
		return ERR_CAP;
	struct cnode_describe_result d = {.children = slots_of[slot].children};
	for (u32 i = 0; i < MSG_REGS && i < sizeof(d) / 8; i++)
		result->word[i] = ((u64 *)&d)[i];
	return OK;
}

const struct description *keep_descriptions(void)
{
	return table;
}

u32 keep_description_count(void)
{
	return DESCRIPTIONS_MAX;
}

u32 description_number(const struct description *d)
{
	return (u32)(d - table);
}

u64 description_badge(const struct description *d)
{
	return 1ul << 63 | (u64)d->generation << 16 | description_number(d);
}

bool badge_is_description(u64 badge)
{
	return badge >> 63;
}

const struct description *description_find(u64 badge)
{
	const struct description *d = &table[badge % DESCRIPTIONS_MAX];

	return badge >> 63 && d->use == DESCRIPTION_OPEN && description_badge(d) == badge
		       ? d
		       : NULL;
}

bool once_is_kept(u64 badge, u64 number)
{
	(void)badge;
	for (u32 i = 0; i < PLACES; i++)
		if (table[i].number == number)
			return kept[i];
	return false;
}

bool once_take_earlier(u64 *badge, struct kept *k)
{
	return (void)badge, (void)k, false;
}

void lent_drop(const struct description *d)
{
	lent_dropped[description_number(d)]++;
}

void watch_drop(const struct description *d)
{
	(void)d;
}

void opening_close(const struct description *d)
{
	closed[description_number(d)]++;
	table[description_number(d)].use = 0;
}

void begin_handles(void)
{
	handle_setup(ENDPOINT, FIRST_SLOT);
}

void locks_drop(u64 owner)
{
	(void)owner;
}

enum microk_status mint(u32 number, cap_t *slot)
{
	return handle_mint(&table[number], slot);
}

void close_number(u32 number)
{
	handle_closed(&table[number]);
}
