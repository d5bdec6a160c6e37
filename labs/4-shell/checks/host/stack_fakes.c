/* Around a new process's stack: its memory, in pages. */
#include "stack_fakes.h"
#include "servers/proc/pages.h"
#include "servers/proc/pieces.h"
#include "servers/proc/regions.h"
#include "microk/cap.h"
#include "unit.h"

SHARED u8 memory[MEMORY_PAGES * PAGE_SIZE];
SHARED u32 region_count;
SHARED struct region regions[4];
SHARED u32 regions_room = 4;
SHARED u32 peeks_left = ~0u, pokes_left = ~0u;
SHARED u32 beyond;
SHARED u64 stack;
static struct process process;

const struct region *region_find(const struct process *p, u64 address)
{
	(void)p;
	for (u32 i = 0; i < region_count; i++)
		if (address >= regions[i].start &&
		    address - regions[i].start < regions[i].pages * PAGE_SIZE)
			return &regions[i];
	return NULL;
}

enum microk_status regions_add(const struct process *p, u64 address, u64 pages, u32 rights)
{
	if (region_count == regions_room || region_count == ARRAY_LEN(regions))
		return ERR_MEMORY;
	if (address % PAGE_SIZE || region_find(p, address))
		return ERR_OCCUPIED;
	regions[region_count++] =
		(struct region){.start = address, .pages = (u32)pages, .rights = rights};
	return OK;
}

static u8 *reach(const struct process *p, u64 address, u64 bytes)
{
	if (address % PAGE_SIZE + bytes <= PAGE_SIZE && region_find(p, address) &&
	    address >= MEMORY)
		return memory + (address - MEMORY);
	beyond++;
	return NULL;
}

enum microk_status peek(const struct process *p, u64 address, void *to, u64 bytes)
{
	const u8 *from = reach(p, address, bytes);

	if (!from || !peeks_left)
		return from ? ERR_STATE : ERR_RANGE;
	peeks_left--;
	__builtin_memcpy(to, from, bytes);
	return OK;
}

enum microk_status poke(const struct process *p, u64 address, const void *from, u64 bytes)
{
	u8 *to = reach(p, address, bytes);

	if (!to || !pokes_left)
		return to ? ERR_STATE : ERR_RANGE;
	pokes_left--;
	__builtin_memcpy(to, from, bytes);
	return OK;
}

void world_begin(void) {}
void world_abort(void) {}
enum microk_status world_commit(void)
{
	return OK;
}
void pieces_recount(void) {}

void give_arguments(void)
{
	regions_add(
		&process, FIRST_STRING, PROCESS_ARGUMENTS / PAGE_SIZE, RIGHT_READ | RIGHT_WRITE);
}

enum microk_status build(const struct image *image, u32 number, u32 arguments, u32 variables)
{
	process.number = number;
	return stack_build(&process, image, arguments, variables, &stack);
}
