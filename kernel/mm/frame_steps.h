/* A Frame's run of pages is mapped and unmapped in steps: the parts that the files mm/frame*.c share. */
#pragma once
#include "lib/status.h"
#include "mm/io_space.h"
#include "object/slot.h"

#define PAGES_AT_ONCE 4

/* Of a mapped Frame's address: the pages that are missing, and whether what is there is being taken back. */
#define MISSING 0x3fful
#define OCCUPIED 0x400ul /* since something else was mapped there */
#define NO_TABLE 0x800ul /* since a table was missing */
/* Its delete has begun: it cannot be mapped again. Otherwise a more urgent thread that does so again and again keeps a
 * revoke from ever ending. */
#define GOING (OCCUPIED | NO_TABLE)

_Static_assert(FRAME_MAX_PAGES <= MISSING && (MISSING | OCCUPIED | NO_TABLE) == PAGE_SIZE - 1,
	       "the bits of an address below a page");

/* The tables in which a Frame is mapped. */
struct frame_place {
	struct space *space; /* NULL: those of a device */
	struct io_space io;
};

static inline bool frame_is_part(const struct slot *s) { return s->space && (s->address & MISSING); }
static inline bool frame_is_going(const struct slot *s) { return s->space && (s->address & GOING) == GOING; }

/* Where the Frame is mapped. False: the tables are gone. */
bool frame_find_place(const struct slot *s, struct frame_place *p);

/* The entries of level 1 from that for `va` on; NULL: a table is missing. */
u64 *frame_entries(const struct frame_place *p, u64 va);

/* How many pages the step that begins at `va` takes, at most `left`: they are in one table. */
u32 frame_pages_of_step(u64 va, u32 left);

/* Maps all of them or none, with these bits of an entry. They are in one table (NULL: it is missing). */
status_t frame_map_step(u64 *entries, u64 pa, u32 pages, u64 flags);

/* The bits of the entry of the Frame's first page, like which the others are mapped; 0: it is not mapped. */
u64 frame_flags_of_first(const struct slot *s, const struct frame_place *p);

/* Goes on after the first step of a run, or with a part of it that is mapped, whose first page has these bits. PREEMPTED, or a
 * reason why it cannot be mapped: its mapped pages have been unmapped then. */
status_t frame_map_after_first(struct slot *s, const struct frame_place *p, u64 flags);
status_t frame_map_part(struct slot *s, const struct frame_place *p, u64 first);

/* Unmaps the last pages, if all of them take more than one step. False: the rest is one. */
bool frame_unmap_step(struct slot *s);
