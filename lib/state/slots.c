/* The slot table: an array of notes, by slot. */
#include "lib/state/slots.h"
#include "lib/state/area.h"

static const struct state_slot_entry *entry_of(const struct state *s, cap_t slot)
{
	const struct state_slot_entry *table = state_slot_table(s);
	u64 first = s->area->first_slot;

	return slot >= first && slot - first < s->area->slots ? &table[slot - first] : NULL;
}

enum microk_status state_slot_note(struct state *s, cap_t slot, struct state_slot note)
{
	const struct state_slot_entry *e = entry_of(s, slot);
	struct state_slot_entry now = {.kind = note.kind, .object = note.kind ? note.object : 0};

	return e ? state_write(s, e, &now, sizeof(now)) : state_refuse(s, ERR_RANGE);
}

struct state_slot state_slot_find(const struct state *s, cap_t slot)
{
	const struct state_slot_entry *e = entry_of(s, slot);

	return e ? (struct state_slot){.kind = e->kind, .object = e->object}
		 : (struct state_slot){0};
}

/* The first slot from `slot` on that is noted, or that is not; 0 if there is none. */
static cap_t search(const struct state *s, cap_t slot, bool noted)
{
	const struct state_slot_entry *table = state_slot_table(s);
	cap_t first = s->area->first_slot, end = first + s->area->slots;

	for (slot = MAX(slot, first); slot < end; slot++)
		if ((table[slot - first].kind != 0) == noted)
			return slot;
	return 0;
}

cap_t state_slot_next(const struct state *s, cap_t after)
{
	return search(s, after + 1, true);
}

cap_t state_slot_unused(const struct state *s)
{
	return search(s, 1, false);
}
