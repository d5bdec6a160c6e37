/*
 * Free blocks: the groups' bitmaps.
 *
 * The search begins at a goal (the block after the file's last one), takes the first free block from there on and as many
 * after it as are wanted, and goes on through the groups. So a file that is written in order lies in order.
 *
 * A block that was freed in this batch is not allocated before the batch is on the disk: until then the old owner may still
 * be the one that a power cut brings back, and the log may hold a copy of the block, with which a replay would overwrite the
 * new owner's data. jbd2 keeps a second copy of each bitmap for this; here it is a list of runs, which is short, because a
 * batch is committed before the list is full.
 */
#include "lib/state/state.h"
#include "servers/vfs/ext2/volume.h"

static u32 group_of(const struct ext2 *e, u32 block)
{
	return (block - e->first_block) / e->group_blocks;
}

static u32 group_first(const struct ext2 *e, u32 group)
{
	return e->first_block + group * e->group_blocks;
}

static u32 group_size(const struct ext2 *e, u32 group)
{
	return MIN(e->group_blocks, e->blocks - group_first(e, group));
}

static bool in_group(const struct ext2 *e, u32 group, u32 block, u32 count)
{
	u32 first = group_first(e, group), size = group_size(e, group);

	return block >= first && block - first < size && count <= size - (block - first);
}

enum microk_status group_get(struct ext2 *e, u32 group, struct block *b, struct ext2_group **g)
{
	u32 in_block = e->block_bytes / (u32)sizeof(struct ext2_group);
	enum microk_status status = block_get(e, e->first_block + 1 + group / in_block, b);

	if (status != OK)
		return status;
	*g = (struct ext2_group *)b->data + group % in_block;
	if (in_group(e, group, (*g)->block_bitmap, 1) &&
	    in_group(e, group, (*g)->inode_bitmap, 1) &&
	    in_group(e, group, (*g)->inode_table, e->table_blocks))
		return OK;
	block_put(e, b);
	return damaged(e, "a group's tables lie outside of the group", group);
}

/* Whether a power of `base` (or 1). */
static bool is_power(u32 number, u32 base)
{
	while (number > 1 && number % base == 0)
		number /= base;
	return number == 1;
}

/* Whether the group begins with a copy of the superblock and of the groups' descriptors. */
static bool has_super(const struct ext2 *e, u32 group)
{
	return group <= 1 || !e->sparse || is_power(group, 3) || is_power(group, 5) ||
	       is_power(group, 7);
}

static bool is_table(const struct ext2 *e, const struct ext2_group *g, u32 group, u32 block)
{
	u32 in_block = e->block_bytes / (u32)sizeof(struct ext2_group);
	u32 heads = 1 + (e->groups + in_block - 1) / in_block;

	return block == g->block_bitmap || block == g->inode_bitmap ||
	       block - g->inode_table < e->table_blocks ||
	       (has_super(e, group) && block - group_first(e, group) < heads);
}

bool block_is_data(struct ext2 *e, u32 number)
{
	struct ext2_group *g;
	struct block b;
	bool table;

	if (number <= e->first_block || number >= e->blocks ||
	    group_get(e, group_of(e, number), &b, &g) != OK)
		return false;
	table = is_table(e, g, group_of(e, number), number);
	block_put(e, &b);
	return !table;
}

/* ---- The blocks that this batch has freed ---- */

/* The end of the freed run that `block` lies in, or `block`; *limit becomes the first freed block after it if that is lower. */
static u32 skip_freed(const struct ext2 *e, u32 block, u32 *limit)
{
	const struct ext2_words *w = e->words;

	for (u64 n = 0; n < w->freed; n++) {
		u32 first = (u32)(w->freed_run[n] >> 32), count = (u32)w->freed_run[n];

		if (block - first < count)
			return first + count;
		if (first > block && first < *limit)
			*limit = first;
	}
	return block;
}

/* The list is not undone with an operation: it then has blocks that are in use, which does no harm. */
static void note_freed(struct ext2 *e, u32 first, u32 count)
{
	struct ext2_words *w = e->words;
	u64 n = w->freed;
	u64 last = n ? w->freed_run[n - 1] : 0;

	e->freed_blocks += count;
	if (n && (u32)(last >> 32) + (u32)last == first) {
		state_store(&w->freed_run[n - 1], last + count);
	} else if (n && first + count == last >> 32) {
		state_store(&w->freed_run[n - 1], (u64)first << 32 | ((u32)last + count));
	} else {
		state_store(&w->freed_run[n], (u64)first << 32 | count);
		state_store(&w->freed, n + 1);
	}
}

/* ---- Bitmaps ---- */

u32 bitmap_next_zero(const u64 *map, u32 bit, u32 end)
{
	while (bit < end) {
		u64 free = ~map[bit / 64] >> bit % 64;

		if (free)
			return MIN(bit + (u32)__builtin_ctzl(free), end);
		bit = (bit | 63) + 1;
	}
	return end;
}

static bool bit_is_set(const u64 *map, u32 bit)
{
	return map[bit / 64] >> bit % 64 & 1;
}

/* Finds a run in one group, from bit `from` on; *got is 0 if it has none. */
static void find_run(const struct ext2 *e, const u64 *map, u32 group, u32 from, u32 want, u32 *bit,
		     u32 *got)
{
	u32 first = group_first(e, group), end = group_size(e, group);

	*got = 0;
	for (*bit = bitmap_next_zero(map, from, end); *bit < end;
	     *bit = bitmap_next_zero(map, *bit, end)) {
		u32 limit = first + end, after = skip_freed(e, first + *bit, &limit);

		if (after != first + *bit) {
			*bit = after - first;
			continue;
		}
		while (*got < want && *bit + *got < limit - first && !bit_is_set(map, *bit + *got))
			++*got;
		return;
	}
}

/* Sets or clears bits, a word at a time. False: one of them was so before. */
static bool write_bits(struct ext2 *e, const struct block *b, u32 bit, u32 count, bool value)
{
	u64 *map = (u64 *)b->data;
	bool all = true;

	while (count) {
		u32 part = MIN(count, 64 - bit % 64);
		u64 mask = (part == 64 ? ~0ul : (1ul << part) - 1) << bit % 64;
		u64 now = value ? map[bit / 64] | mask : map[bit / 64] & ~mask;

		all &= (map[bit / 64] & mask) == (value ? 0 : mask);
		block_write(e, b, &map[bit / 64], &now, sizeof(now));
		bit += part;
		count -= part;
	}
	return all;
}

/* Adjusts the counts of free blocks, of a group and of the whole. */
static void count_blocks(struct ext2 *e, const struct block *b, struct ext2_group *g, i64 more)
{
	u16 in_group = (u16)(g->free_blocks_count + more);
	u32 in_all = (u32)(super_of(e)->free_blocks_count + more);

	block_write(e, b, &g->free_blocks_count, &in_group, sizeof(in_group));
	block_write(e, &e->super, &super_of(e)->free_blocks_count, &in_all, sizeof(in_all));
}

/* Takes a run in one group whose descriptor is `g`. */
static enum microk_status take_in_group(
	struct ext2 *e, const struct block *gb, struct ext2_group *g, u32 group, u32 from, u32 want,
	u32 *first, u32 *got)
{
	struct block map;
	u32 bit;
	enum microk_status status = block_get(e, g->block_bitmap, &map);

	if (status != OK)
		return status;
	find_run(e, (const u64 *)map.data, group, from, MIN(want, (u32)g->free_blocks_count), &bit,
		 got);
	*first = group_first(e, group) + bit;
	for (u32 n = 0; n < *got && status == OK; n++)
		if (is_table(e, g, group, *first + n))
			status = damaged(e, "a group's bitmap has its own tables as free", group);
	if (*got && status == OK) {
		write_bits(e, &map, bit, *got, true);
		count_blocks(e, gb, g, -(i64)*got);
	}
	block_put(e, &map);
	return status;
}

enum microk_status blocks_allocate(struct ext2 *e, u32 goal, u32 want, u32 *first, u32 *got)
{
	enum microk_status status = OK;
	u32 group, from;

	if (goal <= e->first_block || goal >= e->blocks)
		goal = e->first_block + 1;
	group = group_of(e, goal);
	from = goal - group_first(e, group);
	*got = 0;
	/* The goal's group once more at the end: for the blocks before the goal. */
	for (u32 n = 0; n <= e->groups && !*got; n++) {
		struct ext2_group *g;
		struct block b;

		if (group_get(e, group, &b, &g) == OK) {
			if (g->free_blocks_count)
				status = take_in_group(e, &b, g, group, from, want, first, got);
			block_put(e, &b);
		}
		if (status != OK)
			return status;
		group = group + 1 == e->groups ? 0 : group + 1;
		from = 0;
	}
	return *got ? OK : ERR_FULL;
}

enum microk_status blocks_free(struct ext2 *e, u32 first, u32 count)
{
	while (count) {
		u32 group = group_of(e, first), bit = first - group_first(e, group);
		u32 part = MIN(count, group_size(e, group) - bit);
		struct ext2_group *g;
		struct block b, map;
		enum microk_status status = group_get(e, group, &b, &g);

		if (status != OK)
			return status;
		for (u32 n = 0; n < part && status == OK; n++)
			if (is_table(e, g, group, first + n))
				status =
					damaged(e, "a file has a block of the file system's tables",
						first + n);
		if (status == OK)
			status = block_get(e, g->block_bitmap, &map);
		if (status == OK) {
			for (u32 n = 0; n < part && status == OK; n++)
				if (!bit_is_set((const u64 *)map.data, bit + n))
					status = damaged(
						e, "a block of a file is free in the bitmap",
						first + n);
			if (status == OK) {
				note_freed(e, first, part);
				write_bits(e, &map, bit, part, false);
				count_blocks(e, &b, g, part);
			}
			block_put(e, &map);
		}
		block_put(e, &b);
		if (status != OK)
			return status;
		first += part;
		count -= part;
	}
	return OK;
}
