/*
 * A file's blocks: 12 pointers in the inode, then blocks of pointers with one, two and three levels.
 *
 * A look-up ends at an array of pointers, in the inode or in one block, and its neighbours there are the file's next blocks: a
 * run of contiguous ones is found, and allocated, without a second look-up.
 */
#include "lib/microk/string.h"
#include "servers/vfs/ext2/volume.h"

/* The place of one pointer. */
struct slot {
	struct block block; /* the array's; NO_META: it is in the inode */
	u32 number;         /* the block's; 0 */
	u32 *pointer;       /* NULL: a block of pointers is missing */
	u64 room;           /* pointers from here to the array's end, or blocks of the hole */
};

static u64 span_of(const struct ext2 *e, u32 level)
{
	u64 span = 1;

	while (level--)
		span *= e->pointers;
	return span;
}

static bool in_range(const struct ext2 *e, u32 block)
{
	return block > e->first_block && block < e->blocks;
}

static void count_sectors(struct ext2 *e, const struct inode *i, i64 blocks)
{
	u32 sectors = (u32)(i->raw->blocks + blocks * (e->block_bytes / 512));

	block_write(e, &i->block, &i->raw->blocks, &sectors, sizeof(sectors));
}

/* The block of the array that `s` is in: the inode's page, or the block of pointers. */
static const struct block *holder(const struct inode *i, const struct slot *s)
{
	return s->block.at == CACHE_NONE ? &i->block : &s->block;
}

/* Makes the missing block of pointers below `s`. */
static enum microk_status make_pointers(struct ext2 *e, const struct inode *i, const struct slot *s,
					u32 goal)
{
	struct block fresh;
	u32 number, got;
	enum microk_status status = blocks_allocate(e, goal, 1, &number, &got);

	if (status == OK)
		status = block_fresh(e, number, &fresh);
	if (status != OK)
		return status;
	block_put(e, &fresh);
	block_write(e, holder(i, s), s->pointer, &number, sizeof(number));
	count_sectors(e, i, 1);
	return OK;
}

static u32 goal_of(const struct ext2 *e, const struct inode *i)
{
	return e->first_block + (i->number - 1) / e->group_inodes * e->group_blocks + 1;
}

/* Goes from the pointer in `s` to the one below it. */
static enum microk_status descend(struct ext2 *e, struct slot *s, u64 index)
{
	u32 number = *s->pointer;
	struct block below;
	enum microk_status status;

	if (!in_range(e, number))
		return damaged(e, "a file's block lies outside of the file system", number);
	status = block_get(e, number, &below);
	if (status != OK)
		return status;
	block_put(e, &s->block);
	s->block = below;
	s->number = number;
	s->pointer = (u32 *)below.data + index;
	s->room = e->pointers - index;
	return OK;
}

/* How many pointers from p[0] on name contiguous blocks, or are 0 like it. */
static u32 run_of(const u32 *p, u64 room, u64 most)
{
	u32 run = 1;

	while (run < room && run < most && p[run] == (p[0] ? p[0] + run : 0))
		run++;
	return run;
}

/* EXERCISE 3.5 ext2-block-map: begin */
/* The levels above a logical block, which becomes the index below the first of them; EXT2_POINTERS: it is too far. */
static u32 levels_of(const struct ext2 *e, u64 *logical)
{
	u64 span = e->pointers;

	if (*logical < EXT2_DIRECT)
		return 0;
	*logical -= EXT2_DIRECT;
	for (u32 level = 1; level <= 3; level++, span *= e->pointers) {
		if (*logical < span)
			return level;
		*logical -= span;
	}
	return EXT2_POINTERS;
}

static enum microk_status slot_find(struct ext2 *e, const struct inode *i, u64 logical, bool make,
				    struct slot *s)
{
	u32 level = levels_of(e, &logical);
	enum microk_status status = OK;

	*s = (struct slot){.block = NO_META};
	if (level == EXT2_POINTERS)
		return ERR_TOO_LARGE;
	if (level == 0) {
		s->pointer = &i->raw->block[logical];
		s->room = EXT2_DIRECT - logical;
		return OK;
	}
	s->pointer = &i->raw->block[EXT2_DIRECT + level - 1];
	for (; level && status == OK; level--) {
		u64 span = span_of(e, level), index = logical % span / span_of(e, level - 1);

		if (!*s->pointer) {
			if (!make) {
				s->pointer = NULL;
				s->room = span - logical % span;
				break;
			}
			status = make_pointers(e, i, s, s->number ? s->number + 1 : goal_of(e, i));
		}
		if (status == OK)
			status = descend(e, s, index);
	}
	if (status != OK || !s->pointer)
		block_put(e, &s->block);
	return status;
}

enum microk_status map_find(struct ext2 *e, const struct inode *i, u64 logical, u32 want,
			    u32 *block, u32 *run)
{
	struct slot s;
	enum microk_status status = slot_find(e, i, logical, false, &s);

	*block = NO_BLOCK;
	if (status != OK)
		return status;
	if (!s.pointer) {
		*run = (u32)MIN(s.room, 1ul << 30);
		return OK;
	}
	*run = run_of(s.pointer, s.room, want);
	if (*s.pointer) {
		*block = *s.pointer;
		if (!in_range(e, *block) || !in_range(e, *block + *run - 1))
			status = damaged(
				e, "a file's block lies outside of the file system", *block);
	}
	block_put(e, &s.block);
	return status;
}
/* EXERCISE 3.5 ext2-block-map: end */

/* A block that was metadata in an operation that was undone may still be part of the batch; now it is a file's. */
static void forget_metadata(struct ext2 *e, u32 first, u32 count)
{
	u32 bits = PAGE_BITS - e->block_bits;

	for (u32 n = first; n < first + count; n++) {
		u32 at = cache_find(e->cache, e->volume, NODE_DEVICE, n >> bits);

		if (at != CACHE_NONE)
			cache_clear_logged(e->cache, at, 1u << (n & ((1u << bits) - 1)));
	}
}

static void write_pointers(struct ext2 *e, const struct block *b, u32 *pointer, u32 first,
			   u32 count)
{
	u32 part[32];

	for (u32 done = 0; done < count;) {
		u32 n = 0;

		for (; n < ARRAY_LEN(part) && done + n < count; n++)
			part[n] = first + done + n;
		block_write(e, b, pointer + done, part, n * sizeof(*part));
		done += n;
	}
}

enum microk_status map_make(struct ext2 *e, const struct inode *i, u64 logical, u32 want,
			    u32 *block, u32 *run, bool *fresh)
{
	struct slot s;
	u32 goal;
	enum microk_status status = slot_find(e, i, logical, true, &s);

	*fresh = false;
	if (status != OK)
		return status;
	*run = run_of(s.pointer, s.room, want);
	if (*s.pointer) {
		*block = *s.pointer;
		if (!block_is_data(e, *block) || !block_is_data(e, *block + *run - 1))
			status = damaged(e, "a file's block is not one for a file", *block);
		block_put(e, &s.block);
		return status;
	}
	goal = s.number ? s.number + 1 : goal_of(e, i);
	if (s.pointer > (s.number ? (u32 *)s.block.data : i->raw->block) && s.pointer[-1])
		goal = s.pointer[-1] + 1;
	status = blocks_allocate(e, goal, *run, block, run);
	if (status == OK) {
		forget_metadata(e, *block, *run);
		write_pointers(e, holder(i, &s), s.pointer, *block, *run);
		count_sectors(e, i, *run);
		*fresh = true;
	}
	block_put(e, &s.block);
	return status;
}
