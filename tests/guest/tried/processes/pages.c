/*
 * Pages of processes. A page is a Frame in the slot of the process's CNode of pages that its address has, so the
 * kernel's state is the state: a successor of this server finds each page where it was. Each change that a fault makes is one call.
 */
#include "lib/microk/memory.h"
#include "lib/microk/string.h"
#include "tests/guest/tried/processes/server.h"

static enum microk_status map_page(struct process *p, u64 address, u64 rights)
{
	struct space_map_frames_result done;

	return space_map_frames(
		kept(p, KEPT_SPACE),
		&(struct space_map_frames){
			.cnode = kept(p, KEPT_PAGES),
			.index = PAGE_SLOT(address),
			.count = 1,
			.address = ALIGN_DOWN(address, PAGE_SIZE),
			.rights = rights},
		&done);
}

static enum microk_status protect_page(struct process *p, u64 address, u64 rights)
{
	return space_protect_frames(
		kept(p, KEPT_SPACE),
		&(struct space_protect_frames){
			.cnode = kept(p, KEPT_PAGES),
			.index = PAGE_SLOT(address),
			.count = 1,
			.rights = rights},
		NULL);
}

/* The content of a page's slot. False: there is no page. */
static bool look(struct process *p, u64 address, struct cnode_next_result *slot)
{
	u64 index = PAGE_SLOT(address);

	return cnode_next(kept(p, KEPT_PAGES), index, slot) == OK && slot->index == index;
}

/* Whether it is made of the process's own memory: a fork takes RIGHT_WRITE from the child's copies. */
static bool is_own(const struct cnode_next_result *slot)
{
	return slot->rights & RIGHT_WRITE;
}

/* ---- Faults ---- */

enum microk_status page_make(struct process *p, const struct region *r, u64 address)
{
	return untyped_map_frame(
		world->objects[r->object - 1].chunk,
		&(struct untyped_map_frame){
			.pages = 1,
			.cnode = kept(p, KEPT_PAGES),
			.index = PAGE_SLOT(address),
			.address_space = kept(p, KEPT_SPACE),
			.address = ALIGN_DOWN(address, PAGE_SIZE),
			.rights = r->rights});
}

/* The page that others have, too, becomes one of the process's own memory. (One that is not mapped stays so; its rights are
 * none.) */
static enum microk_status page_copy(struct process *p, const struct region *r, u64 address)
{
	return untyped_replace_frame(
		world->objects[r->object - 1].chunk,
		&(struct untyped_replace_frame){
			.cnode = kept(p, KEPT_PAGES),
			.index = PAGE_SLOT(address),
			.address_space = kept(p, KEPT_SPACE),
			.rights = r->rights | RIGHT_READ});
}

/*
 * The process is to write a page of its own, of which others have copies of the capability: it keeps the page, and
 * each of these gets a copy, made of its own memory. So no process pays for a page twice, however often a process
 * forks. A fork keeps addresses, so theirs is the same.
 */
static enum microk_status page_part(struct process *p, u64 address)
{
	struct cnode_next_result slot;
	enum microk_status status = OK;

	for (struct process *q = world->processes; q < world->processes + PROCESSES && status == OK;
	     q++) {
		const struct region *r;

		if (q == p || q->use != PROCESS_RUNS || !(r = region_find(q, address)))
			continue;
		if (look(q, address, &slot) && !is_own(&slot))
			status = page_copy(q, r, address);
	}
	return status;
}

enum microk_status page_resolve(struct process *p, u64 address, bool write, bool present)
{
	struct region *r = region_find(p, address);
	struct cnode_next_result slot;

	if (!r || !r->rights || (write && !(r->rights & RIGHT_WRITE)))
		return ERR_RANGE;
	if (!present) {
		enum microk_status status = page_make(p, r, address);

		if (status != ERR_OCCUPIED)
			return status;
	}
	if (!look(p, address, &slot))
		return ERR_STATE;
	bool own = is_own(&slot);
	if (slot.value == 0)
		return map_page(p, address,
				own && !slot.children ? r->rights : r->rights & ~(u64)RIGHT_WRITE);
	if (!write)
		return OK;
	if (!own)
		return page_copy(p, r, address);
	if (slot.children) {
		enum microk_status status = page_part(p, address);

		if (status != OK)
			return status;
	}
	return protect_page(p, address, r->rights);
}

/* ---- The server's own way to a process's memory ---- */

static cap_t scratch;
static u8 *scratch_bytes;

static enum microk_status scratch_make(void)
{
	void *bytes;
	enum microk_status status = scratch ? OK : memory_make(1, &scratch, &bytes);

	if (status == OK && !scratch_bytes)
		scratch_bytes = bytes;
	return status;
}

enum microk_status page_write(struct process *p, u64 address, cap_t source, u64 offset, u64 bytes)
{
	return cnode_copy_bytes(
		kept(p, KEPT_PAGES),
		&(struct cnode_copy_bytes){
			.index = PAGE_SLOT(address),
			.offset = address % PAGE_SIZE,
			.source_cnode = SLOT_CNODE,
			.source_index = source,
			.source_offset = offset,
			.bytes = bytes});
}

enum microk_status page_fill(struct process *p, const struct region *r, u64 address,
			     const void *data, u64 bytes)
{
	enum microk_status status = scratch_make();

	if (status == OK)
		status = page_make(p, r, address);
	if (status != OK)
		return status;
	memcpy(scratch_bytes, data, bytes);
	return page_write(p, address, scratch, 0, bytes);
}

/* The page is there, and the bytes are within it. */
static enum microk_status reach(struct process *p, u64 address, u64 bytes, bool write)
{
	struct cnode_next_result slot;
	enum microk_status status = scratch_make();

	if (address % PAGE_SIZE + bytes > PAGE_SIZE || address < WINDOW || address >= WINDOW_END)
		return ERR_RANGE;
	return status == OK ? page_resolve(p, address, write, look(p, address, &slot)) : status;
}

enum microk_status peek(struct process *p, u64 address, void *to, u64 bytes)
{
	enum microk_status status = reach(p, address, bytes, false);

	if (status == OK)
		status = cnode_copy_bytes(
			SLOT_CNODE,
			&(struct cnode_copy_bytes){
				.index = scratch,
				.source_cnode = kept(p, KEPT_PAGES),
				.source_index = PAGE_SLOT(address),
				.source_offset = address % PAGE_SIZE,
				.bytes = bytes});
	if (status == OK)
		memcpy(to, scratch_bytes, bytes);
	return status;
}

enum microk_status poke(struct process *p, u64 address, const void *from, u64 bytes)
{
	enum microk_status status = reach(p, address, bytes, true);

	if (status != OK)
		return status;
	memcpy(scratch_bytes, from, bytes);
	return page_write(p, address, scratch, 0, bytes);
}
