/*
 * Pages of processes. A page is a Frame in the slot of the process's CNode of pages that its address has, so the
 * kernel's state is the state: a successor of this server finds each page where it was. Only a copy takes more than
 * one step; `flight` is its page.
 */
#include "lib/microk/memory.h"
#include "lib/microk/slots.h"
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

static bool describe(struct process *p, u64 address, struct cnode_describe_result *slot)
{
	return cnode_describe(kept(p, KEPT_PAGES), PAGE_SLOT(address), slot) == OK &&
	       slot->type == CAP_FRAME;
}

/* The process's page, in a slot of the server's own: FRAME_COPY takes its Frames from the caller's CSpace only. */
static cap_t page_slot;

static enum microk_status page_borrow(struct process *p, u64 address)
{
	if (!page_slot)
		page_slot = slot_alloc();
	return cnode_copy(
		SLOT_CNODE,
		&(struct cnode_copy){.index = page_slot,
				     .source_cnode = kept(p, KEPT_PAGES),
				     .source_index = PAGE_SLOT(address),
				     .rights = RIGHT_ALL});
}

static void page_return(void)
{
	cnode_delete(SLOT_CNODE, page_slot);
}

/* ---- A copy of a page that others have, too ---- */

static enum microk_status fresh_make(struct process *p, const struct region *r)
{
	return untyped_retype(
		world->objects[r->object - 1].chunk,
		&(struct untyped_retype){
			.type = CAP_FRAME,
			.size = 1,
			.cnode = SLOT_CNODE,
			.index = kept(p, KEPT_FRESH),
			.count = 1});
}

static enum microk_status fresh_place(struct process *p, const struct region *r, u64 address)
{
	enum microk_status status = cnode_move(
		kept(p, KEPT_PAGES),
		&(struct cnode_move){.index = PAGE_SLOT(address),
				     .source_cnode = SLOT_CNODE,
				     .source_index = kept(p, KEPT_FRESH)});

	return status == OK ? map_page(p, address, r->rights) : status;
}

static enum microk_status fresh_copy(struct process *p, u64 address)
{
	enum microk_status status = page_borrow(p, address);

	if (status != OK)
		return status;
	status = frame_copy(
		kept(p, KEPT_FRESH), &(struct frame_copy){.source = page_slot, .bytes = PAGE_SIZE});
	page_return();
	if (status == OK)
		status = cnode_delete(kept(p, KEPT_PAGES), PAGE_SLOT(address));
	return status;
}

/* Each step can be the last of this instance: page_finish goes on. */
static enum microk_status page_copy(struct process *p, const struct region *r, u64 address)
{
	enum microk_status status;

	p->flight = address;
	status = fresh_make(p, r);
	if (status == OK)
		status = fresh_copy(p, address);
	if (status == OK)
		status = fresh_place(p, r, address);
	p->flight = 0;
	return status;
}

void page_finish(struct process *p)
{
	struct region *r = p->flight ? region_find(p, p->flight) : NULL;
	struct cnode_describe_result fresh = {0}, slot;

	if (r && cnode_describe(SLOT_CNODE, kept(p, KEPT_FRESH), &fresh) == OK &&
	    fresh.type == CAP_FRAME) {
		if (describe(p, p->flight, &slot))
			fresh_copy(p, p->flight);
		fresh_place(p, r, p->flight);
	} else if (r && describe(p, p->flight, &slot) && slot.value == 0) {
		map_page(p, p->flight, r->rights);
	}
	p->flight = 0;
}

/* ---- Faults ---- */

static enum microk_status page_make(struct process *p, const struct region *r, u64 address)
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

/*
 * The process is to write a page of its own, of which others have copies of the capability: it keeps the page, and
 * each of these gets a copy, made of its own memory. So no process pays for a page twice, however often a process
 * forks. A fork keeps addresses, so theirs is the same.
 */
static enum microk_status page_part(struct process *p, u64 address, u64 slot_identity)
{
	enum microk_status status = OK;

	for (struct process *q = world->processes; q < world->processes + PROCESSES && status == OK;
	     q++) {
		const struct region *r;
		struct cnode_describe_result slot;

		if (q == p || q->use != PROCESS_RUNS || !(r = region_find(q, address)))
			continue;
		if (describe(q, address, &slot) && slot.parent_identity == slot_identity)
			status = page_copy(q, r, address);
	}
	return status;
}

enum microk_status page_resolve(struct process *p, u64 address, bool write, bool present)
{
	struct region *r = region_find(p, address);
	struct cnode_describe_result slot;

	if (!r || !r->rights || (write && !(r->rights & RIGHT_WRITE)))
		return ERR_RANGE;
	if (!present) {
		enum microk_status status = page_make(p, r, address);

		if (status != ERR_OCCUPIED)
			return status;
	}
	if (!describe(p, address, &slot))
		return ERR_STATE;
	bool own = slot.parent_identity == world->objects[r->object - 1].identity;
	if (slot.value == 0)
		return map_page(p, address,
				own && !slot.children ? r->rights : r->rights & ~(u64)RIGHT_WRITE);
	if (!write)
		return OK;
	if (!own)
		return page_copy(p, r, address);
	if (slot.children) {
		enum microk_status status = page_part(p, address, slot.slot_identity);

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

enum microk_status page_fill_begin(struct process *p, const struct region *r)
{
	return fresh_make(p, r);
}

enum microk_status page_fill_end(struct process *p, const struct region *r, u64 address)
{
	return fresh_place(p, r, address);
}

enum microk_status page_fill(struct process *p, const struct region *r, u64 address,
			     const void *data, u64 bytes)
{
	enum microk_status status = scratch_make();

	if (status == OK)
		status = fresh_make(p, r);
	if (status != OK)
		return status;
	memcpy(scratch_bytes, data, bytes);
	status = frame_copy(
		kept(p, KEPT_FRESH),
		&(struct frame_copy){
			.offset = address % PAGE_SIZE, .source = scratch, .bytes = bytes});
	return status == OK ? fresh_place(p, r, address) : status;
}

/* The page is there, and the bytes are within it. */
static enum microk_status reach(struct process *p, u64 address, u64 bytes, bool write)
{
	struct cnode_describe_result slot;
	enum microk_status status = scratch_make();

	if (address % PAGE_SIZE + bytes > PAGE_SIZE || address < WINDOW || address >= WINDOW_END)
		return ERR_RANGE;
	if (status == OK)
		status = page_resolve(p, address, write, describe(p, address, &slot));
	return status == OK ? page_borrow(p, address) : status;
}

enum microk_status peek(struct process *p, u64 address, void *to, u64 bytes)
{
	enum microk_status status = reach(p, address, bytes, false);

	if (status != OK)
		return status;
	status = frame_copy(
		scratch,
		&(struct frame_copy){
			.source = page_slot, .source_offset = address % PAGE_SIZE, .bytes = bytes});
	page_return();
	memcpy(to, scratch_bytes, bytes);
	return status;
}

enum microk_status poke(struct process *p, u64 address, const void *from, u64 bytes)
{
	enum microk_status status = reach(p, address, bytes, true);

	if (status != OK)
		return status;
	memcpy(scratch_bytes, from, bytes);
	status = frame_copy(
		page_slot,
		&(struct frame_copy){
			.offset = address % PAGE_SIZE, .source = scratch, .bytes = bytes});
	page_return();
	return status;
}
