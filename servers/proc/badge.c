#include "servers/proc/badge.h"
#include "gen/lib/microk/methods.h"

#define KIND_SHIFT 56
#define GENERATION_SHIFT 24
#define PLACE_SHIFT 16

static cap_t endpoint;

void badge_setup(cap_t own)
{
	endpoint = own;
}

static u64 badge_of(const struct process *p, enum badge_kind kind, u32 place)
{
	return BADGE_OF_PROCESS | (u64)kind << KIND_SHIFT |
	       (u64)(p->generation & DISTINCT) << GENERATION_SHIFT | (u64)place << PLACE_SHIFT |
	       process_index(p);
}

const struct process *badge_process(u64 badge, enum badge_kind *kind)
{
	u32 index = badge & 0xffff;

	if (!badge_is_of_process(badge) || index >= PROCESSES)
		return NULL;
	*kind = (enum badge_kind)(badge >> KIND_SHIFT & 0x3f);
	if (*kind == BADGE_HOLDER)
		return process_find(process_number_in(index, badge >> GENERATION_SHIFT & DISTINCT));
	const struct process *p = &world->processes[index];
	return p->use != PROCESS_NONE && p->use != PROCESS_RESTS &&
			       (p->generation & DISTINCT) == (badge >> GENERATION_SHIFT & DISTINCT)
		       ? p
		       : NULL;
}

enum microk_status badge_mint(const struct process *p, enum badge_kind kind, u32 place, cap_t cnode,
			      u64 index, u64 rights, u64 flags)
{
	return cnode_mint(
		cnode,
		&(struct cnode_mint){
			.index = index,
			.source_cnode = SLOT_CNODE,
			.source_index = endpoint,
			.rights = rights,
			.badge = badge_of(p, kind, place),
			.flags = MINT_BADGE | flags});
}

u32 badge_place(u64 badge)
{
	return badge >> PLACE_SHIFT & 0xff;
}
