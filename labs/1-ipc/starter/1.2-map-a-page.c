#include "lib/exercise.h"

static void missing(void)
{
	exercise_missing("1.2", "map a page", "labs/1-ipc/handout.md#12-map-a-page");
}

u64 *map_entry(u64 *root, u64 va, u32 level)
{
	(void)root, (void)index_of(va, level);
	missing();
	return NULL;
}

status_t map_flags(u32 rights, u32 attributes, u64 *flags)
{
	(void)rights, (void)attributes;
	missing();
	*flags = 0;
	return OK;
}

status_t map_page(u64 *root, u64 va, u64 pa, u64 flags, u32 level)
{
	(void)root, (void)va, (void)pa, (void)flags, (void)page_bytes(level);
	missing();
	return OK; /* so that the boot goes on: nothing was mapped */
}
