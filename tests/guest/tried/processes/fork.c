/*
 * fork. The child's pages are copies of the parent's capabilities, mapped readable; the parent's become readable, too.
 * The first of the two that writes a page gets a copy of it (pages.c).
 */
#include "tests/guest/tried/processes/server.h"

/* The child gets a capability of each page that the parent has. */
static enum microk_status derive_region(struct process *child, struct process *parent,
					const struct region *r)
{
	u64 pages = (r->end - r->start) / PAGE_SIZE;
	struct cnode_copy_slots_result all = {0};
	enum microk_status status = cnode_copy_slots(
		kept(child, KEPT_PAGES),
		&(struct cnode_copy_slots){
			.index = PAGE_SLOT(r->start),
			.source_cnode = kept(parent, KEPT_PAGES),
			.source_index = PAGE_SLOT(r->start),
			.count = pages,
			.rights = RIGHT_READ | RIGHT_EXEC},
		&all);

	return status == OK && all.done < pages ? ERR_STATE : status;
}

static enum microk_status map_region(struct process *p, const struct region *r)
{
	u64 pages = (r->end - r->start) / PAGE_SIZE;
	struct space_map_frames_result all = {0};
	enum microk_status status = space_map_frames(
		kept(p, KEPT_SPACE),
		&(struct space_map_frames){
			.cnode = kept(p, KEPT_PAGES),
			.index = PAGE_SLOT(r->start),
			.count = pages,
			.address = r->start,
			.rights = r->rights & ~(u64)RIGHT_WRITE,
			.attributes = MAP_SPARSE},
		&all);

	return status == OK && all.done < pages ? ERR_STATE : status;
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
	for (u32 i = 0; i < REGIONS; i++) {
		struct region *r = &child->regions[i];

		if (r->end && derive_region(child, parent, r) != OK)
			return false;
		if (r->end && r->rights && map_region(child, r) != OK)
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
