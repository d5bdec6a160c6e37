/* Around a file's block map: the blocks of pointers, an allocator that goes upwards, and a record of damage. */
#include "map_fakes.h"
#include "unit.h"

SHARED u32 content[TABLES][POINTERS];
SHARED u32 blocks_taken, blocks_given, unreadable;
SHARED u32 damage, next_free = 600, allocations, written_elsewhere;
SHARED u64 damaged_block;

static struct block block_of(u32 number)
{
	return (struct block){.at = number, .mask = 1, .data = (u8 *)content[number - FIRST]};
}

enum microk_status block_get(struct ext2 *e, u32 number, struct block *b)
{
	(void)e;
	*b = NO_META;
	if (number < FIRST || number >= FIRST + TABLES || number == unreadable)
		return ERR_IO;
	blocks_taken++;
	*b = block_of(number);
	return OK;
}

enum microk_status block_fresh(struct ext2 *e, u32 number, struct block *b)
{
	enum microk_status status = block_get(e, number, b);

	for (u32 i = 0; status == OK && i < POINTERS; i++)
		content[number - FIRST][i] = 0;
	return status;
}

void block_put(struct ext2 *e, struct block *b)
{
	(void)e;
	if (b->at != CACHE_NONE)
		blocks_given++;
	*b = NO_META;
}

void block_write(struct ext2 *e, const struct block *b, void *to, const void *from, u64 bytes)
{
	(void)e;
	if (b->at != CACHE_NONE &&
	    ((u8 *)to < b->data || (u8 *)to + bytes > b->data + POINTERS * sizeof(u32)))
		written_elsewhere++;
	for (u64 i = 0; i < bytes; i++)
		((u8 *)to)[i] = ((const u8 *)from)[i];
}

enum microk_status damaged(struct ext2 *e, const char *what, u64 number)
{
	(void)e, (void)what;
	damage++;
	damaged_block = number;
	return ERR_DAMAGED;
}

bool block_is_data(struct ext2 *e, u32 number)
{
	return number > e->first_block && number < e->blocks;
}

/* Blocks of pointers come from the end of the content, blocks of the file from 600 on. */
enum microk_status blocks_allocate(struct ext2 *e, u32 goal, u32 want, u32 *first, u32 *got)
{
	(void)e, (void)goal;
	*got = want;
	*first = want == 1 ? FIRST + TABLES - 1 - allocations++ : next_free;
	if (want > 1)
		next_free += want;
	return OK;
}

u32 cache_find(const struct cache *c, u32 volume, u32 node, u32 page)
{
	return (void)c, (void)volume, (void)node, (void)page, CACHE_NONE;
}

void cache_clear_logged(struct cache *c, u32 at, u32 mask)
{
	(void)c, (void)at, (void)mask;
}

enum microk_status make_blocks(struct ext2 *e, const struct inode *i, u64 logical, u32 want,
			       struct made *made)
{
	return map_make(e, i, logical, want, &made->block, &made->run, &made->fresh);
}
