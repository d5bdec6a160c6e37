/*
 * Removing names. A file without a name goes to the list of orphans on the disk in the same operation, and is freed after it,
 * or with its last close: so a power cut or a successor finds it there, and e2fsck -p frees it.
 */
#include "servers/vfs/ext2/volume.h"

enum microk_status links_drop(struct ext2 *e, const struct held *h, u32 links)
{
	struct ext2_inode raw = inode_read(e, &h->inode);
	u64 pages = (inode_bytes(&raw) + PAGE_SIZE - 1) / PAGE_SIZE;

	raw.links_count = (u16)(raw.links_count > links ? raw.links_count - links : 0);
	inode_touch(e, &raw, TIME_CHANGED);
	inode_write(e, &h->inode, &raw);
	if (raw.links_count)
		return OK;
	if (!h->node->opens)
		op_pending(e, h->inode.number, (u32)MIN(pages, (u64)UINT32_MAX));
	return orphan_add(e, &h->inode);
}

/* The directory and the entry's inode, locked. */
static enum microk_status hold_entry(struct ext2 *e, u64 directory, struct fs_name name,
				     struct held *d, struct held *h, struct place_of_entry *p)
{
	enum microk_status status = hold(e, directory, d);

	if (status == OK)
		status = directory_find(e, d->node, &d->inode, name, p);
	if (status == OK)
		status = hold_number(e, p->entry->inode, h);
	return status;
}

static enum microk_status remove_file(struct ext2 *e, struct held *d, struct held *h,
				      struct fs_name name, struct place_of_entry *p)
{
	if (inode_is(h->inode.raw, MODE_DIRECTORY))
		return ERR_IS_DIR;
	directory_remove(e, d->node, &d->inode, name, p);
	return links_drop(e, h, 1);
}

static enum microk_status remove_directory(struct ext2 *e, struct held *d, struct held *h,
					   struct fs_name name, struct place_of_entry *p)
{
	enum microk_status status;
	bool empty;

	if (!inode_is(h->inode.raw, MODE_DIRECTORY))
		return ERR_NOT_DIR;
	if (h->inode.number == EXT2_ROOT || h->inode.number == d->inode.number)
		return damaged(e, "a directory contains itself or the root", d->inode.number);
	status = directory_is_empty(e, &h->inode, &empty);
	if (status != OK)
		return status;
	if (!empty)
		return ERR_NOT_EMPTY;
	directory_remove(e, d->node, &d->inode, name, p);
	links_add(e, &d->inode, -1);
	return links_drop(e, h, h->inode.raw->links_count);
}

enum microk_status ext2_unlink(struct fs *fs, u64 directory, struct fs_name name, bool is_directory)
{
	struct ext2 *e = ext2_of(fs);
	struct held d = NOT_HELD, h = NOT_HELD;
	struct place_of_entry p = {.block = NO_META};
	enum microk_status status = op_begin(e);

	if (status != OK)
		return status;
	status = hold_entry(e, directory, name, &d, &h, &p);
	if (status == OK)
		status = is_directory ? remove_directory(e, &d, &h, name, &p)
				      : remove_file(e, &d, &h, name, &p);
	block_put(e, &p.block);
	release(e, &h);
	release(e, &d);
	return op_end(e, status);
}
