/*
 * Orphans: inodes that are to be freed (no links) or shortened (their blocks end after their size), in a list on the disk that
 * begins in the superblock and goes on in each inode's dtime. e2fsck -p and Linux complete them, and so does a mount here.
 */
#include "servers/vfs/ext2/volume.h"

/* Whether the inode is in the list, as far as that can be read. */
static bool is_listed(struct ext2 *e, u32 number)
{
	u32 at = super_of(e)->last_orphan;

	for (u32 steps = 0; at && at != number && steps <= e->inodes; steps++) {
		struct inode i;

		if (inode_get(e, at, &i) != OK)
			return false;
		at = i.raw->dtime;
		inode_put(e, &i);
	}
	return at == number;
}

/* It is there already if it is cut twice in one change, or if the work on it failed before. */
enum microk_status orphan_add(struct ext2 *e, const struct inode *i)
{
	struct ext2_super *super = super_of(e);
	u32 next = super->last_orphan;

	if (is_listed(e, i->number))
		return OK;

	block_write(e, &i->block, &i->raw->dtime, &next, sizeof(next));
	block_write(e, &e->super, &super->last_orphan, &i->number, sizeof(i->number));
	return OK;
}

enum microk_status orphan_may_grow(struct ext2 *e, const struct inode *i)
{
	if (!i->raw->links_count || !is_listed(e, i->number))
		return OK;
	op_pending(e, i->number, UINT32_MAX);
	return ERR_IO;
}

/* Finds the orphan before `number` in the list. */
static enum microk_status find_before(struct ext2 *e, u32 number, struct inode *before)
{
	u32 at = super_of(e)->last_orphan;

	for (u32 steps = 0; at && steps <= e->inodes; steps++) {
		enum microk_status status = inode_get(e, at, before);

		if (status != OK)
			return status;
		if (before->raw->dtime == number)
			return OK;
		at = before->raw->dtime;
		inode_put(e, before);
	}
	return damaged(e, "an inode is missing from the list of orphans", number);
}

enum microk_status orphan_remove(struct ext2 *e, const struct inode *i)
{
	struct ext2_super *super = super_of(e);
	u32 next = i->raw->dtime, none = 0;
	struct inode before = {.block = NO_META};
	enum microk_status status = OK;

	if (super->last_orphan == i->number) {
		block_write(e, &e->super, &super->last_orphan, &next, sizeof(next));
	} else {
		status = find_before(e, i->number, &before);
		if (status == OK) {
			block_write(e, &before.block, &before.raw->dtime, &next, sizeof(next));
			inode_put(e, &before);
		}
	}
	block_write(e, &i->block, &i->raw->dtime, &none, sizeof(none));
	return status;
}

/* A step of the work on an orphan is final; the batch has room for the next one. */
static enum microk_status step(struct ext2 *e)
{
	enum microk_status status = change_step(e->cache);
	const struct ext2_words *w = e->words;

	if (status == OK &&
	    (e->cache->volume[e->volume].logged + OP_BLOCKS > e->journal.batch_most ||
	     w->freed + OP_RUNS + 8 > EXT2_FREED_MOST))
		status = journal_commit(e);
	return status;
}

/* The block of extended attributes, which inodes can share. */
static void drop_attributes(struct ext2 *e, const struct inode *i)
{
	u32 block = i->raw->file_acl, none = 0, count;
	struct block b;

	if (!block)
		return;
	block_write(e, &i->block, &i->raw->file_acl, &none, sizeof(none));
	if (block <= e->first_block || block_get(e, block, &b) != OK)
		return;
	struct ext2_xattr *x = (struct ext2_xattr *)b.data;
	count = x->refcount - 1;
	if (x->magic != XATTR_MAGIC)
		damaged(e, "a block of extended attributes is damaged", block);
	else if (x->refcount > 1)
		block_write(e, &b, &x->refcount, &count, sizeof(count));
	else
		blocks_free(e, block, 1);
	block_put(e, &b);
}

static enum microk_status shrink(struct ext2 *e, const struct inode *i, u64 from)
{
	enum microk_status status = OK;
	bool more = inode_has_blocks(e, i->raw);

	while (more && status == OK) {
		status = map_shrink(e, i, from, &more);
		if (more && status == OK)
			status = step(e);
	}
	return status;
}

/* Pages after the end go, and the rest of the last one is cleared, as e2fsck and Linux expect it on the disk. */
static enum microk_status cut_pages(struct ext2 *e, const struct inode *i, u64 size, u32 end_page)
{
	u64 pages = (size + PAGE_SIZE - 1) / PAGE_SIZE;
	struct node *n;
	enum microk_status status;

	cache_drop(e->cache, e->volume, i->number, (u32)pages, MAX(end_page, (u32)pages));
	if (!size || !inode_is(i->raw, MODE_FILE))
		return OK;
	status = node_get(e, i->number, &n);
	if (status != OK)
		return status;
	status = file_clear_tail(e, n, i, size);
	node_put(e, n);
	return status;
}

enum microk_status orphan_reap(struct ext2 *e, u32 number, u32 end_page)
{
	const struct node *n = node_find(e, number);
	struct inode i;
	enum microk_status status = inode_get(e, number, &i);
	bool frees;
	u64 size;

	if (status != OK)
		return status;
	frees = !i.raw->links_count && !(n && n->opens);
	size = frees ? 0 : inode_bytes(i.raw);
	status = cut_pages(e, &i, size, end_page);
	if (status == OK)
		status = step(e);
	if (status == OK)
		status = shrink(e, &i, (size + e->block_bytes - 1) >> e->block_bits);
	if (status == OK && (frees || i.raw->links_count))
		status = orphan_remove(e, &i);
	if (status == OK && frees) {
		drop_attributes(e, &i);
		status = inode_free(e, &i);
	}
	inode_put(e, &i);
	if (status != OK)
		change_refuse(e->cache, status);
	return step(e);
}

enum microk_status ext2_reap(struct fs *fs)
{
	struct ext2 *e = ext2_of(fs);
	u32 at, next;
	enum microk_status status;

	if (e->read_only)
		return OK;
	status = op_begin(e);
	if (status != OK)
		return status;
	at = super_of(e)->last_orphan;
	for (u32 steps = 0; at && status == OK; steps++, at = next) {
		struct inode i;

		if (at < e->first_inode || at > e->inodes || steps > e->inodes) {
			status = damaged(e, "the list of orphans is damaged", at);
			break;
		}
		status = inode_get(e, at, &i);
		if (status != OK)
			break;
		next = i.raw->dtime;
		inode_put(e, &i);
		/* One that descriptions keep can have been cut, too: the bytes after its end must not come back. */
		status = orphan_reap(e, at, UINT32_MAX);
	}
	return op_end(e, status);
}
