/*
 * Memory for what init makes. Page tables are made on demand: a mapping that fails with
 * ERR_TABLE says so, which costs nothing where the table is there already.
 *
 * Weighed: seL4's libraries keep a split allocator with a free list over Untypeds; Genode gives
 * each child a quota in bytes. Here one Untyped per service is the quota, and the rest is a bump.
 */
#include "servers/init/memory.h"
#include "gen/lib/microk/methods.h"
#include "microk/cap.h"
#include "microk/info.h"
#include "lib/microk/string.h"

/* A part of init's own address space where a frame is filled before its owner sees it; one
 * level-1 table covers it. */
#define WINDOW 0x200000000ul
#define TABLE_SPAN (512 * PAGE_SIZE)

/* Frames made here stay below 512 pages: a run of that size, where it is aligned, is mapped by one
 * entry of level 2, in the place of the window's table. */
#define FILL_PAGES (FRAME_MAX_PAGES / 2)

static cap_t next_slot = INIT_SLOTS;

cap_t slots_take(u32 count)
{
	if (count > ROOT_CNODE_SLOTS - next_slot)
		return 0;
	cap_t first = next_slot;
	next_slot += count;
	return first;
}

/* The smallest Untyped that is large enough comes first: they are sorted, largest first. */
enum microk_status pool_make(u64 type, u64 size, cap_t slot)
{
	enum microk_status s = ERR_MEMORY;
	for (cap_t u = ROOT_UNTYPED_END; u-- > ROOT_UNTYPED;) {
		s = untyped_retype(u, &(struct untyped_retype){.type = type,
							       .size = size,
							       .cnode = ROOT_CNODE,
							       .index = slot,
							       .count = 1});
		if (s != ERR_MEMORY && s != ERR_CAP)
			return s;
	}
	return ERR_MEMORY;
}

u64 pool_free(void)
{
	struct untyped_info_result untyped;
	u64 total = 0;
	for (cap_t u = ROOT_UNTYPED; u < ROOT_UNTYPED_END; u++)
		if (untyped_info(u, &untyped) == OK)
			total += untyped.bytes - untyped.bytes_used;
	return total;
}

cap_t mapper_slot(struct mapper *m)
{
	return m->next < m->end ? m->next++ : 0;
}

static enum microk_status make(struct mapper *m, u64 type, u64 size, cap_t slot)
{
	if (slot == 0)
		return ERR_LIMIT;
	if (m->memory == 0)
		return pool_make(type, size, slot);
	return untyped_retype(m->memory, &(struct untyped_retype){.type = type,
								  .size = size,
								  .cnode = ROOT_CNODE,
								  .index = slot,
								  .count = 1});
}

/* Puts the tables that one address lacks, down to level `lowest`: where one is already it stays. */
static enum microk_status put_tables(struct mapper *m, u64 address, u64 lowest)
{
	for (u64 level = 3; level >= lowest; level--) {
		if (m->spare == 0) {
			cap_t slot = mapper_slot(m);
			enum microk_status s = make(m, CAP_PAGE_TABLE, 0, slot);
			if (s != OK)
				return s;
			m->spare = slot;
		}
		enum microk_status s =
			table_map(m->spare, &(struct table_map){.address_space = m->space,
								.address = address,
								.level = level});
		if (s == OK)
			m->spare = 0;
		else if (s != ERR_OCCUPIED)
			return s;
	}
	return OK;
}

/* A run that the kernel maps as one large page needs no table of level 1; one would be in its way. */
static u64 lowest_level(cap_t frame, u64 pages, u64 address)
{
	struct frame_info_result info;
	bool large = pages == FRAME_MAX_PAGES && frame_info(frame, &info) == OK &&
		     info.fits_a_large_page && (address & (TABLE_SPAN - 1)) == 0;
	return large ? 2 : 1;
}

enum microk_status mapper_map(struct mapper *m, cap_t frame, u64 pages, u64 address, u64 rights,
			      u64 attributes)
{
	enum microk_status s = frame_map(frame, &(struct frame_map){.address_space = m->space,
								    .address = address,
								    .rights = rights,
								    .attributes = attributes});
	if (s != ERR_TABLE)
		return s;
	u64 end = address + pages * PAGE_SIZE, lowest = lowest_level(frame, pages, address);
	for (u64 at = ALIGN_DOWN(address, TABLE_SPAN); at < end; at += TABLE_SPAN)
		if ((s = put_tables(m, at, lowest)) != OK)
			return s;
	return frame_map(frame, &(struct frame_map){.address_space = m->space,
						    .address = address,
						    .rights = rights,
						    .attributes = attributes});
}

static cap_t window_copy; /* the slot of the second capability to the frame in the window */

static enum microk_status map_window(cap_t frame, u64 pages, u64 rights)
{
	static struct mapper window;
	if (window_copy == 0) {
		cap_t first = slots_take(5); /* the copy, three tables, one spare */
		if (first == 0)
			return ERR_LIMIT;
		window_copy = first;
		window = (struct mapper){.space = ROOT_SPACE, .next = first + 1, .end = first + 5};
	}
	enum microk_status s =
		cnode_copy(ROOT_CNODE, &(struct cnode_copy){.index = window_copy,
							    .source_cnode = ROOT_CNODE,
							    .source_index = frame,
							    .rights = rights});
	if (s != OK)
		return s;
	s = mapper_map(&window, window_copy, pages, WINDOW, rights, 0);
	if (s != OK)
		window_close();
	return s;
}

void *window_open(cap_t frame, u64 pages, u64 rights)
{
	return map_window(frame, pages, rights) == OK ? (void *)WINDOW : NULL;
}

void window_close(void)
{
	cnode_delete(ROOT_CNODE, window_copy); /* which also takes it out of the window */
}

/* Copies data to the start of a frame. */
static enum microk_status fill(cap_t frame, u64 pages, const void *data, u64 bytes)
{
	enum microk_status s = map_window(frame, pages, RIGHT_READ | RIGHT_WRITE);
	if (s != OK)
		return s;
	memcpy((void *)WINDOW, data, bytes);
	window_close();
	return OK;
}

enum microk_status mapper_fill(struct mapper *m, u64 address, u64 memory_bytes, const void *data,
			       u64 data_bytes, u64 rights, cap_t *first)
{
	u64 left = ALIGN_UP(memory_bytes, PAGE_SIZE) / PAGE_SIZE;
	if (first != NULL)
		*first = m->next;
	while (left > 0) {
		u64 pages = left < FILL_PAGES ? left : FILL_PAGES;
		u64 bytes = data_bytes < pages * PAGE_SIZE ? data_bytes : pages * PAGE_SIZE;
		cap_t frame = mapper_slot(m);
		enum microk_status s = make(m, CAP_FRAME, pages, frame);
		if (s == OK && bytes > 0)
			s = fill(frame, pages, data, bytes);
		if (s == OK)
			s = mapper_map(m, frame, pages, address, rights, 0);
		if (s != OK)
			return s;
		data = (const u8 *)data + bytes;
		data_bytes -= bytes;
		address += pages * PAGE_SIZE;
		left -= pages;
	}
	return OK;
}
