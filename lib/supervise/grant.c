#include "lib/supervise/grant.h"
#include "gen/lib/microk/methods.h"
#include "lib/microk/string.h"

u64 frame_pages(cap_t first, u32 count)
{
	u64 pages = 0;

	for (u32 i = 0; i < count; i++) {
		struct frame_info_result frame;
		if (frame_info(first + i, &frame) == OK)
			pages += frame.pages;
	}
	return pages;
}

/* ---- Making the masters ---- */

/* A single master, in a slot that the caller fills. */
static enum microk_status take_slot(struct grant *g, struct supply *slots, u64 rights)
{
	if ((g->master = supply_slot(slots)) == 0)
		return ERR_LIMIT;
	g->count = 1;
	g->rights = rights;
	return OK;
}

/* For a range of ports or interrupts. The instance reads the first number in its startup page. */
static enum microk_status take_range_slot(struct grant *g, struct supply *slots, u64 first)
{
	g->address = first;
	return take_slot(g, slots, RIGHT_ALL);
}

static enum microk_status copy_row(struct grant *g, struct supply *slots, cap_t from, u32 count,
				   u64 rights)
{
	enum microk_status status = OK;

	if ((g->master = supply_slots(slots, count)) == 0)
		return ERR_LIMIT;
	for (u32 i = 0; i < count && status == OK; i++)
		status = cnode_copy(
			SLOT_CNODE,
			&(struct cnode_copy){
				.index = g->master + i,
				.source_cnode = SLOT_CNODE,
				.source_index = from + i,
				.rights = rights,
			});
	g->count = status == OK ? count : 0;
	g->rights = rights;
	return status;
}

enum microk_status grant_copy(struct grant *g, struct supply *slots, cap_t from, u64 rights)
{
	return copy_row(g, slots, from, 1, rights);
}

enum microk_status grant_frames(struct grant *g, struct supply *slots, cap_t first, u32 count,
				u64 rights, u64 address)
{
	if (count > SPAWN_GRANTS)
		return ERR_LIMIT;
	g->pages = frame_pages(first, count);
	g->address = address;
	return copy_row(g, slots, first, count, rights);
}

enum microk_status grant_mint(struct grant *g, struct supply *slots, cap_t endpoint, u64 rights,
			      u64 badge, u64 flags)
{
	enum microk_status status = take_slot(g, slots, rights);

	if (status != OK)
		return status;
	return cnode_mint(
		SLOT_CNODE,
		&(struct cnode_mint){
			.index = g->master,
			.source_cnode = SLOT_CNODE,
			.source_index = endpoint,
			.rights = rights,
			.badge = badge,
			.flags = flags});
}

enum microk_status grant_ports(struct grant *g, struct supply *slots, cap_t from, u64 first,
			       u64 last)
{
	enum microk_status status = take_range_slot(g, slots, first);

	if (status != OK)
		return status;
	return ioport_narrow(
		from, &(struct ioport_narrow){.first = first,
					      .count = last - first + 1,
					      .cnode = SLOT_CNODE,
					      .index = g->master});
}

enum microk_status grant_interrupts(struct grant *g, struct supply *slots, cap_t from, u64 first,
				    u64 last)
{
	enum microk_status status = take_range_slot(g, slots, first);

	if (status != OK)
		return status;
	return irq_narrow(
		from, &(struct irq_narrow){.first = first,
					   .count = last - first + 1,
					   .cnode = SLOT_CNODE,
					   .index = g->master});
}

enum microk_status grant_requester(struct grant *g, struct supply *slots, cap_t from, u64 requester)
{
	enum microk_status status = take_range_slot(g, slots, requester);

	if (status != OK)
		return status;
	return iospace_narrow(
		from,
		&(struct iospace_narrow){
			.first = requester, .count = 1, .cnode = SLOT_CNODE, .index = g->master});
}

/* ---- Giving and taking back ---- */

enum microk_status grant_list(struct grant *g, struct startup *page, u32 *slot)
{
	if (g->count > SLOT_FREE - *slot)
		return ERR_LIMIT;
	g->slot = *slot;
	*slot += g->count;
	struct startup_entry *e = &page->entries[page->count++];
	string_copy(e->name, sizeof(e->name), g->name);
	e->slot = g->slot;
	e->pages = (u32)g->pages;
	e->address = g->address;
	return OK;
}

enum microk_status grant_give(const struct grant *g, struct spawn *to)
{
	u64 address = g->address;
	enum microk_status status = OK;

	if (g->held)
		g->held(true);
	for (u32 i = 0; i < g->count && status == OK; i++) {
		u64 pages = g->address == 0 ? 0 : frame_pages(g->master + i, 1);
		if (g->pages == 0 || g->address == 0)
			status = spawn_give(to, g->master + i, g->rights, g->slot + i);
		else
			status = spawn_give_frame(
				to, g->master + i, address, g->rights, g->attributes, g->slot + i);
		address += pages * PAGE_SIZE;
	}
	return status;
}

void grant_take_back(const struct grant *g)
{
	if (g->stays)
		return;
	for (u32 i = 0; i < g->count; i++)
		cnode_revoke(SLOT_CNODE, g->master + i);
	if (g->held)
		g->held(false);
}
