#include "servers/proc/pages.h"
#include "gen/lib/microk/methods.h"
#include "lib/microk/memory.h"
#include "lib/microk/string.h"
#include "servers/proc/pieces.h"
#include "servers/proc/region_list.h"

enum microk_status page_make(const struct process *p, const struct region *r, u64 address)
{
	struct page_place place = page_place(p, address);

	return untyped_map_frame(
		r->chunk,
		&(struct untyped_map_frame){
			.pages = 1,
			.cnode = place.cnode,
			.index = place.index,
			.address_space = process_own(p, OWN_SPACE),
			.address = ALIGN_DOWN(address, PAGE_SIZE),
			.rights = r->rights});
}

static enum microk_status map(const struct process *p, u64 address, u32 rights)
{
	struct page_place place = page_place(p, address);
	struct space_map_frames_result done = {0};

	return space_map_frames(
		process_own(p, OWN_SPACE),
		&(struct space_map_frames){
			.cnode = place.cnode,
			.index = place.index,
			.count = 1,
			.address = ALIGN_DOWN(address, PAGE_SIZE),
			.rights = rights},
		&done);
}

static enum microk_status protect(const struct process *p, u64 address, u32 rights)
{
	struct page_place place = page_place(p, address);

	return space_protect_frames(
		process_own(p, OWN_SPACE),
		&(struct space_protect_frames){
			.cnode = place.cnode, .index = place.index, .count = 1, .rights = rights},
		NULL);
}

/* ---- Pages in common ---- */

/* The content of a page's slot. False: there is no page. */
static bool look(const struct process *p, u64 address, struct cnode_next_result *slot)
{
	struct page_place place = page_place(p, address);

	return place.cnode && cnode_next(place.cnode, place.index, slot) == OK &&
	       slot->index == place.index;
}

static bool is_own(const struct cnode_next_result *slot)
{
	return slot->rights & RIGHT_WRITE;
}

/* A page of another's memory becomes one of the process's own. */
static enum microk_status copy(const struct process *p, const struct region *r, u64 address)
{
	struct page_place place = page_place(p, address);

	return untyped_replace_frame(
		r->chunk,
		&(struct untyped_replace_frame){
			.cnode = place.cnode,
			.index = place.index,
			.address_space = process_own(p, OWN_SPACE),
			.rights = r->rights | RIGHT_READ});
}

/* Each other process with this page gets a copy. A fork keeps addresses, so theirs is the same. */
static enum microk_status part(const struct process *p, u64 address)
{
	struct cnode_next_result slot;
	enum microk_status status = OK;

	for (u32 i = 0; i < PROCESSES && status == OK; i++) {
		const struct process *q = &world->processes[i];

		if (q == p || !(q->shares & SHARES_FROM) || !q->chunk)
			continue;
		const struct region *r = region_find(q, address);
		if (r && r->chunk && look(q, address, &slot) && !is_own(&slot))
			status = copy(q, r, address);
	}
	return status;
}

enum microk_status pages_part(const struct process *p, u64 address, u64 pages)
{
	enum microk_status status = OK;

	while (pages && status == OK && p->shares & SHARES_TO) {
		struct page_place place = page_place(p, address);
		struct cnode_next_result slot;
		u64 count = MIN(pages, place.run);

		for (u64 i = place.index; place.cnode && status == OK; i = slot.index + 1) {
			if (cnode_next(place.cnode, i, &slot) != OK || !slot.index ||
			    slot.index >= place.index + count)
				break;
			if (is_own(&slot) && slot.children)
				status = part(p, address + (slot.index - place.index) * PAGE_SIZE);
		}
		address += count * PAGE_SIZE;
		pages -= count;
	}
	return status;
}

enum microk_status pages_part_all(const struct process *p)
{
	return pages_part(p, PROCESS_BOTTOM, (PROCESS_STACK_TOP - PROCESS_BOTTOM) / PAGE_SIZE);
}

/* A page that is there, and that the process cannot use as it wants to: it was taken out by PROT_NONE; or a change was
 * cut off; or it is in common. */
static enum microk_status resolve_there(const struct process *p, const struct region *r,
					u64 address, bool write)
{
	struct cnode_next_result slot;
	u32 rights = r->rights;

	if (!look(p, address, &slot))
		return ERR_STATE;
	if (write && !is_own(&slot))
		return copy(p, r, address);
	if (write && slot.children) {
		enum microk_status status = part(p, address);
		if (status != OK)
			return status;
	} else if (!is_own(&slot) || slot.children) {
		rights &= ~RIGHT_WRITE;
	}
	enum microk_status status = map(p, address, rights);
	return status == ERR_STATE || status == ERR_OCCUPIED ? protect(p, address, rights) : status;
}

/* ---- Faults ---- */

enum microk_status page_resolve(const struct process *p, u64 address, bool write, bool exec)
{
	const struct region *r = region_find(p, address);

	if (!r || !r->rights || (write && !(r->rights & RIGHT_WRITE)) ||
	    (exec && !(r->rights & RIGHT_EXEC)))
		return ERR_RANGE;
	enum microk_status status = r->chunk ? page_make(p, r, address) : ERR_OCCUPIED;
	return status == ERR_OCCUPIED ? resolve_there(p, r, address, write) : status;
}

/* ---- The server's own way ---- */

static cap_t scratch;
static u8 *scratch_bytes;

enum microk_status pages_open(void)
{
	void *bytes;
	enum microk_status status = memory_make(1, &scratch, &bytes);

	scratch_bytes = bytes;
	return status;
}

enum microk_status page_fill(const struct process *p, u64 address, cap_t source, u64 offset,
			     u64 bytes)
{
	struct page_place place = page_place(p, address);

	return cnode_copy_bytes(
		place.cnode,
		&(struct cnode_copy_bytes){
			.index = place.index,
			.offset = address % PAGE_SIZE,
			.source_cnode = SLOT_CNODE,
			.source_index = source,
			.source_offset = offset,
			.bytes = bytes});
}

/* Makes the page, if it is not there, and its process's own, if it is to be written. */
static enum microk_status reach(const struct process *p, u64 address, u64 bytes, bool write)
{
	const struct region *r = region_find(p, address);
	struct cnode_next_result slot;

	if (address % PAGE_SIZE + bytes > PAGE_SIZE || !r || !r->rights)
		return ERR_RANGE;
	if (!look(p, address, &slot))
		return page_make(p, r, address);
	/* The startup page and the threads' buffers have other capabilities, and are never in common. */
	if (!write || address >= PROCESS_STACK_TOP || (is_own(&slot) && !slot.children))
		return OK;
	return resolve_there(p, r, address, true);
}

enum microk_status peek(const struct process *p, u64 address, void *to, u64 bytes)
{
	enum microk_status status = reach(p, address, bytes, false);
	struct page_place place = page_place(p, address);

	if (status == OK)
		status = cnode_copy_bytes(
			SLOT_CNODE,
			&(struct cnode_copy_bytes){
				.index = scratch,
				.source_cnode = place.cnode,
				.source_index = place.index,
				.source_offset = address % PAGE_SIZE,
				.bytes = bytes});
	if (status == OK)
		memcpy(to, scratch_bytes, bytes);
	return status;
}

enum microk_status poke(const struct process *p, u64 address, const void *from, u64 bytes)
{
	enum microk_status status = reach(p, address, bytes, true);

	if (status != OK)
		return status;
	memcpy(scratch_bytes, from, bytes);
	return page_fill(p, address, scratch, 0, bytes);
}
