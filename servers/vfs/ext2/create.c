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

struct new_node {
	u32 mode;
	struct fs_name target;
	const struct fs_attributes *as;
};

/* The target goes into the pointers if it fits there, and otherwise into a block that the journal covers. */
static enum microk_status write_target(struct ext2 *e, const struct inode *i, struct fs_name target)
{
	struct ext2_inode raw;
	struct block b;
	u32 number, run;
	bool fresh;
	enum microk_status status = OK;

	if (target.length < EXT2_FAST_LINK) {
		block_write(e, &i->block, i->raw->block, target.text, target.length);
	} else {
		status = map_make(e, i, 0, 1, &number, &run, &fresh);
		if (status == OK)
			status = block_fresh(e, number, &b);
		if (status != OK)
			return status;
		memcpy(b.data, target.text, target.length); /* a fresh block is not undone */
		block_put(e, &b);
	}
	raw = inode_read(e, i);
	raw.size = (u32)target.length;
	inode_write(e, i, &raw);
	return status;
}

/* Fills the new inode, and gives it its links. */
static enum microk_status fill_new(struct ext2 *e, const struct held *d, const struct inode *i,
				   const struct new_node *new)
{
	enum microk_status status = OK;

	links_add(e, i, 1);
	if (new->mode == MODE_LINK)
		return write_target(e, i, new->target);
	if (new->mode != MODE_DIRECTORY)
		return OK;
	status = directory_make(e, i, d->inode.number);
	links_add(e, i, 1);
	links_add(e, &d->inode, 1);
	return status;
}

static enum microk_status make(struct fs *fs, u64 directory, struct fs_name name,
			       const struct new_node *new, struct fs_node *out)
{
	struct ext2 *e = ext2_of(fs);
	struct held d = NOT_HELD;
	struct inode i = {.block = NO_META};
	enum microk_status status = op_begin(e);
	u32 mode = new->mode | (new->as->mode & 07777);

	if (status != OK)
		return status;
	status = hold_for_new(e, directory, name, &d);
	if (status == OK && new->mode == MODE_DIRECTORY &&
	    d.inode.raw->links_count >= EXT2_LINKS_MOST)
		status = ERR_LIMIT;
	if (status == OK)
		status = inode_allocate(e, d.inode.number, mode, new->as, &i);
	if (status == OK)
		status = fill_new(e, &d, &i, new);
	if (status == OK)
		status = directory_add(e, d.node, &d.inode, name, i.number, mode);
	if (status == OK)
		*out = (struct fs_node){
			.id = inode_id(&i), .kind = inode_kind(i.raw), .bytes = inode_bytes(i.raw)};
	inode_put(e, &i);
	release(e, &d);
	return op_end(e, status);
}

enum microk_status ext2_create(struct fs *fs, u64 directory, struct fs_name name,
			       const struct fs_attributes *as, struct fs_node *out)
{
	struct new_node new = {.mode = MODE_FILE, .as = as};

	return make(fs, directory, name, &new, out);
}

enum microk_status ext2_mkdir(struct fs *fs, u64 directory, struct fs_name name,
			      const struct fs_attributes *as, struct fs_node *out)
{
	struct new_node new = {.mode = MODE_DIRECTORY, .as = as};

	return make(fs, directory, name, &new, out);
}

enum microk_status ext2_symlink(
	struct fs *fs, u64 directory, struct fs_name name, struct fs_name target,
	const struct fs_attributes *as, struct fs_node *out)
{
	struct new_node new = {.mode = MODE_LINK, .target = target, .as = as};

	if (!target.length || target.length >= ext2_of(fs)->block_bytes)
		return target.length ? ERR_NAME : ERR_NOT_FOUND;
	return make(fs, directory, name, &new, out);
}

enum microk_status ext2_link(struct fs *fs, u64 id, u64 directory, struct fs_name name)
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
		status = ERR_LIMIT;
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
		return ERR_DENIED;
	*length = MIN(room, (size_t)i->raw->size);
	if (!inode_has_blocks(e, i->raw)) {
		memcpy(target, i->raw->block, *length);
		return OK;
	}
	if (i->raw->size > e->block_bytes)
		return damaged(e, "a link's target is too long", i->number);
	status = map_find(e, i, 0, &number, &run);
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

enum microk_status ext2_readlink(struct fs *fs, u64 id, char *target, size_t room, size_t *length)
{
	struct ext2 *e = ext2_of(fs);
	struct inode i;
	struct node *n;
	enum microk_status status = node_get(e, (u32)id, &n);

	if (status != OK)
		return status;
	node_lock_shared(e, n);
	status = inode_of(e, id, &i);
	if (status == OK) {
		status = read_target(e, &i, target, room, length);
		inode_put(e, &i);
	}
	node_unlock_shared(e, n);
	node_put(e, n);
	return status;
}
