/*
 * Freeing a file's blocks from its end towards `from`, as many in one operation as the undo log, the batch and the list of
 * freed runs take. Each operation leaves a file whose pointers and bitmaps agree, so that the next one, or a successor, or
 * e2fsck can go on.
 *
 * Damage does not stop it: a block that cannot be freed is reported, and lost until e2fsck finds it, so that a damaged file
 * can be removed.
 */
#include "servers/vfs/ext2/volume.h"

struct shrink {
	struct ext2 *e;
	const struct inode *inode;
	u64 from;
	u32 first, count; /* a run that is not yet freed */
	u32 runs, blocks;
	bool full;
};

static void free_run(struct shrink *s)
{
	if (s->count) {
		blocks_free(s->e, s->first, s->count);
		s->runs++;
	}
	s->count = 0;
}

static void free_block(struct shrink *s, u32 block)
{
	s->blocks++;
	if (block <= s->e->first_block || block >= s->e->blocks) {
		damaged(s->e, "a file's block lies outside of the file system", block);
		return;
	}
	if (s->count && block + 1 == s->first) {
		s->first--;
		s->count++;
		return;
	}
	if (s->count && block == s->first + s->count) {
		s->count++;
		return;
	}
	free_run(s);
	s->first = block;
	s->count = 1;
}

static bool is_full(struct shrink *s)
{
	s->full |= s->runs >= OP_RUNS || change_room(s->e->cache) < CHANGE_RECORDS / 4;
	return s->full;
}

/* Runs that freeing the whole array in order from its end takes. */
static u32 runs_of(const u32 *p, u32 count)
{
	u32 runs = 0, last = 0;

	for (u32 n = count; n-- > 0;) {
		if (p[n] && p[n] + 1 != last)
			runs++;
		if (p[n])
			last = p[n];
	}
	return runs;
}

static bool shrink_branch(struct shrink *s, u32 number, u32 level, u64 start, u64 span);

/* The array of a block of pointers, whose entries stand for `span` blocks each. */
/* NOLINTNEXTLINE(misc-no-recursion): three levels at most */
static void shrink_array(struct shrink *s, const struct block *b, u32 level, u64 start, u64 span)
{
	struct ext2 *e = s->e;
	u32 *p = (u32 *)b->data;
	const u32 none = 0;

	for (u32 n = e->pointers; n-- > 0 && start + (n + 1) * span > s->from;) {
		if (!p[n])
			continue;
		if (is_full(s))
			return;
		if (shrink_branch(s, p[n], level - 1, start + n * span, span / e->pointers))
			block_write(e, b, &p[n], &none, sizeof(none));
	}
}

/* Frees what lies at s->from and after it below one pointer. True: all is gone, and the pointer must be cleared. */
/* NOLINTNEXTLINE(misc-no-recursion): likewise */
static bool shrink_branch(struct shrink *s, u32 number, u32 level, u64 start, u64 span)
{
	struct ext2 *e = s->e;
	struct block b;

	if (level == 0) {
		free_block(s, number);
		return true;
	}
	if (number <= e->first_block || block_get(e, number, &b) != OK) {
		damaged(e, "a file's block of pointers is lost", number);
		s->blocks++;
		return true;
	}
	/* If the whole block goes, its pointers need not be cleared one by one. */
	if (level == 1 && start >= s->from &&
	    runs_of((u32 *)b.data, e->pointers) + s->runs < OP_RUNS) {
		for (u32 n = e->pointers; n-- > 0;)
			if (((u32 *)b.data)[n])
				free_block(s, ((u32 *)b.data)[n]);
	} else {
		shrink_array(s, &b, level, start, span);
	}
	block_put(e, &b);
	if (s->full || start < s->from)
		return false;
	free_block(s, number);
	return true;
}

static void shrink_inode(struct shrink *s)
{
	struct ext2 *e = s->e;
	const struct inode *i = s->inode;
	const u32 none = 0;
	u64 p = e->pointers;
	u64 start[4] = {0, EXT2_DIRECT, EXT2_DIRECT + p, EXT2_DIRECT + p + p * p};
	u64 span[4] = {1, 1, p, p * p}; /* of an entry of the topmost array */

	for (u32 n = EXT2_POINTERS; n-- > 0;) {
		u32 level = n < EXT2_DIRECT ? 0 : n - EXT2_DIRECT + 1;
		u64 at = level ? start[level] : n, all = level ? span[level] * p : 1;

		if (at + all <= s->from)
			return;
		if (!i->raw->block[n])
			continue;
		if (is_full(s))
			return;
		if (shrink_branch(s, i->raw->block[n], level, at, span[level]))
			block_write(e, &i->block, &i->raw->block[n], &none, sizeof(none));
	}
}

enum microk_status map_shrink(struct ext2 *e, const struct inode *i, u64 from, bool *more)
{
	struct shrink s = {.e = e, .inode = i, .from = from};
	u32 sectors;

	shrink_inode(&s);
	free_run(&s);
	sectors = s.blocks * (e->block_bytes / 512);
	sectors = i->raw->blocks - MIN(i->raw->blocks, sectors);
	block_write(e, &i->block, &i->raw->blocks, &sectors, sizeof(sectors));
	*more = s.full;
	return OK;
}
