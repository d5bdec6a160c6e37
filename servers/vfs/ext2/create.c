/* New names: files, directories, symbolic links, and further links to a file. */
#include "lib/microk/string.h"
#include "servers/vfs/ext2/volume.h"

void links_add(struct ext2 *e, const struct inode *i, int more)
{
	u16 links = (u16)(i->raw->links_count + more);

	block_write(e, &i->block, &i->raw->links_count, &links, sizeof(links));
}

/* The directory, locked, without an entry of that name. */
static enum microk_status hold_for_new(struct ext2 *e, u64 directory, struct fs_name name,
				       struct held *d)
{
	struct place_of_entry p;
	enum microk_status status = hold(e, directory, d);

	if (status != OK)
		return status;
	status = directory_find(e, d->node, &d->inode, name, &p);
	if (status == OK) {
		block_put(e, &p.block);
		return ERR_EXISTS;
	}
	if (status == ERR_NOT_FOUND)
		return d->inode.raw->links_count
			       ? OK
			       : ERR_NOT_FOUND; /* an open directory that was removed stays empty */
	return status;
}

/* The target goes into the pointers if it fits there, and otherwise into a block that the journal covers. */
static enum microk_status write_target(struct ext2 *e, const struct inode *i,
				       const struct fs_new *new)
{
	struct ext2_inode raw;
	struct block b;
	u32 number, run;
	bool fresh;
	enum microk_status status = OK;

	if (new->target_length < EXT2_FAST_LINK) {
		block_write(e, &i->block, i->raw->block, new->target, new->target_length);
	} else {
		status = map_make(e, i, 0, 1, &number, &run, &fresh);
		if (status == OK)
			status = block_fresh(e, number, &b);
		if (status != OK)
			return status;
		memcpy(b.data, new->target, new->target_length); /* a fresh block is not undone */
		block_put(e, &b);
	}
	raw = inode_read(e, i);
	raw.size = (u32) new->target_length;
	inode_write(e, i, &raw);
	return status;
}

/* Fills the new inode, and gives it its links. */
static enum microk_status fill_new(struct ext2 *e, const struct held *d, const struct inode *i,
				   const struct fs_new *new)
{
	enum microk_status status = OK;

	links_add(e, i, 1);
	if (new->kind == KIND_LINK)
		return write_target(e, i, new);
	if (new->kind != KIND_DIRECTORY)
		return OK;
	status = directory_make(e, i, d->inode.number);
	links_add(e, i, 1);
	links_add(e, &d->inode, 1);
	return status;
}

/* Whether it can be made here at all. *mode: with its type. */
static enum microk_status check_new(const struct ext2 *e, const struct fs_new *new, u32 *mode)
{
	u32 type;

	switch (new->kind) {
	case KIND_FILE: type = MODE_FILE; break;
	case KIND_DIRECTORY: type = MODE_DIRECTORY; break;
	case KIND_LINK: type = MODE_LINK; break;
	case KIND_PIPE: type = MODE_FIFO; break;
	case KIND_SOCKET: type = MODE_SOCKET; break;
	default: return ERR_DENIED;
	}
	*mode = type | (new->mode &FILE_MODE_MAX);
	if (type != MODE_LINK)
		return OK;
	if (!new->target_length)
		return ERR_NOT_FOUND;
	return new->target_length < e->block_bytes ? OK : ERR_NAME;
}

enum microk_status ext2_make(struct fs *fs, u64 directory, struct fs_name name,
			     const struct fs_new *what, struct fs_node *out)
{
	struct ext2 *e = ext2_of(fs);
	struct held d = NOT_HELD;
	struct inode i = {.block = NO_META};
	u32 mode;
	enum microk_status status = check_new(e, what, &mode);

	if (status == OK)
		status = op_begin(e);
	if (status != OK)
		return status;
	status = hold_for_new(e, directory, name, &d);
	if (status == OK && what->kind == KIND_DIRECTORY &&
	    d.inode.raw->links_count >= EXT2_LINKS_MOST)
		status = ERR_LINKS;
	if (status == OK)
		status = inode_allocate(e, d.inode.number, mode, what, &i);
	if (status == OK)
		status = fill_new(e, &d, &i, what);
	if (status == OK)
		status = directory_add(e, d.node, &d.inode, name, i.number, mode);
	if (status == OK)
		*out = inode_node(&i);
	inode_put(e, &i);
	release(e, &d);
	return op_end(e, status);
}

enum microk_status ext2_link(struct fs *fs, u64 directory, struct fs_name name, u64 id)
{
	struct ext2 *e = ext2_of(fs);
	struct held d = NOT_HELD, h = NOT_HELD;
	enum microk_status status = op_begin(e);

	if (status != OK)
		return status;
	status = hold_for_new(e, directory, name, &d);
	if (status == OK)
		status = hold(e, id, &h);
	if (status == OK && inode_is(h.inode.raw, MODE_DIRECTORY))
		status = ERR_IS_DIR;
	else if (status == OK && !h.inode.raw->links_count)
		status = ERR_NOT_FOUND; /* it would have to leave the orphans again */
	else if (status == OK && h.inode.raw->links_count >= EXT2_LINKS_MOST)
		status = ERR_LINKS;
	if (status == OK)
		status =
			directory_add(e, d.node, &d.inode, name, h.inode.number, h.inode.raw->mode);
	if (status == OK) {
		struct ext2_inode raw = inode_read(e, &h.inode);

		raw.links_count++;
		inode_touch(e, &raw, TIME_CHANGED);
		inode_write(e, &h.inode, &raw);
	}
	release(e, &h);
	release(e, &d);
	return op_end(e, status);
}

/* Reads the target of a link whose node is locked. */
static enum microk_status read_target(struct ext2 *e, const struct inode *i, char *target,
				      size_t room, size_t *length)
{
	struct block b;
	u32 number, run;
	enum microk_status status;

	if (!inode_is(i->raw, MODE_LINK))
		return ERR_NOT_LINK;
	*length = MIN(room, (size_t)i->raw->size);
	if (!inode_has_blocks(e, i->raw)) {
		memcpy(target, i->raw->block, *length);
		return OK;
	}
	if (i->raw->size > e->block_bytes)
		return damaged(e, "a link's target is too long", i->number);
	status = map_find(e, i, 0, 1, &number, &run);
	if (status == OK && number == NO_BLOCK)
		status = damaged(e, "a link has no target", i->number);
	if (status == OK)
		status = block_get(e, number, &b);
	if (status != OK)
		return status;
	memcpy(target, b.data, *length);
	block_put(e, &b);
	return OK;
}

enum microk_status ext2_read_link(struct fs *fs, u64 id, char *to, size_t room, size_t *length)
{
	struct ext2 *e = ext2_of(fs);
	struct inode i;
	struct node *n;
	enum microk_status status = node_get(e, (u32)id, &n);

	if (status != OK)
		return status;
	node_lock_shared(e, n);
	status = inode_of_node(e, n, id, &i);
	if (status == OK) {
		status = read_target(e, &i, to, room, length);
		inode_put(e, &i);
	}
	node_unlock_shared(e, n);
	node_put(e, n);
	return status;
}
