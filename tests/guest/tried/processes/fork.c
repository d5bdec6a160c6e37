/*
 * fork. The child's pages are copies of the parent's capabilities, mapped readable; the parent's become readable, too.
 * The first of the two that writes a page gets a copy of it (pages.c).
 */
#include "tests/guest/tried/processes/server.h"

/* Derives all Frames of the parent's CNode of pages into the child's. */
static enum microk_status derive_pages(struct process *child, struct process *parent)
{
	struct cnode_next_result next = {0};
	enum microk_status status = OK;

	for (u64 slot = 1; slot <= WINDOW_PAGES && status == OK; slot = next.index + 1) {
		status = cnode_next(kept(parent, KEPT_PAGES), slot, &next);
		if (status != OK || !next.index)
			return status;
		status = cnode_copy(
			kept(child, KEPT_PAGES),
			&(struct cnode_copy){.index = next.index,
					     .source_cnode = kept(parent, KEPT_PAGES),
					     .source_index = next.index,
					     .rights = RIGHT_READ | RIGHT_EXEC});
	}
	return status;
}

/* SPACE_MAP_FRAMES stops at an empty slot, so it is called for each row of pages. */
static enum microk_status map_rows(struct process *p, const struct region *r)
{
	u64 end = PAGE_SLOT(r->end), slot = PAGE_SLOT(r->start);
	enum microk_status status = OK;

	while (slot < end && status == OK) {
		struct cnode_next_result next;
		struct space_map_frames_result row = {0};

		status = cnode_next(kept(p, KEPT_PAGES), slot, &next);
		if (status != OK || !next.index || next.index >= end)
			return status;
		slot = next.index;
		status = space_map_frames(
			kept(p, KEPT_SPACE),
			&(struct space_map_frames){
				.cnode = kept(p, KEPT_PAGES),
				.index = slot,
				.count = end - slot,
				.address = WINDOW + (slot - 1) * PAGE_SIZE,
				.rights = r->rights & ~(u64)RIGHT_WRITE},
			&row);
		slot += row.done;
	}
	return status;
}

static enum microk_status protect_region(struct process *p, const struct region *r)
{
	return space_protect_frames(
		kept(p, KEPT_SPACE),
		&(struct space_protect_frames){
			.cnode = kept(p, KEPT_PAGES),
			.index = PAGE_SLOT(r->start),
			.count = (r->end - r->start) / PAGE_SIZE,
			.rights = RIGHT_READ},
		NULL);
}

static bool share_memory(struct process *child, struct process *parent)
{
	for (u32 i = 0; i < REGIONS; i++) {
		struct region *from = &parent->regions[i];

		if (from->end && !region_inherit(&child->regions[i], from))
			return false;
	}
	if (derive_pages(child, parent) != OK)
		return false;
	for (u32 i = 0; i < REGIONS; i++) {
		struct region *r = &child->regions[i];

		if (r->end && r->rights && map_rows(child, r) != OK)
			return false;
		if (r->end && (r->rights & RIGHT_WRITE) && protect_region(parent, r) != OK)
			return false;
	}
	return true;
}

/* The child goes on after the same system call, with the answer 0. */
static bool begin(struct process *child, const struct call *c, u32 thread)
{
	cap_t own = thread_cap(child, &child->threads[thread]),
	      its = thread_cap(c->process, c->thread);
	struct general_registers general;
	struct fpu_registers fpu;

	if (general_read(its, &general) != OK || fpu_read(its, &fpu) != OK)
		return false;
	general.rax = TAG(OK, 1);
	general.rsi = 0;
	return general_write(own, &general) == OK && fpu_write(own, &fpu) == OK &&
	       thread_resume(own) == OK;
}

i64 fork_process(const struct call *c)
{
	struct process *child = process_make(number_of(c->process));
	u32 thread = (u32)(c->thread - c->process->threads);

	if (!child)
		return -ENOMEM;
	child->signal_entry = c->process->signal_entry;
	if (!share_memory(child, c->process) || thread_make(child, thread) != thread ||
	    !begin(child, c, thread)) {
		process_drop(child);
		return -ENOMEM;
	}
	return (i64)PROCESS_TID(number_of(child), 0);
}
