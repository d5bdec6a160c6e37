/*
 * Renaming: one operation, so that at every moment the file has the old name or the new one, and a file that the new name had
 * before is there until then.
 *
 * A directory that moves to another parent must not move below itself: the parents of its new place are followed up to the
 * root. No other operation can move one of them meanwhile, because there is one operation at a time; Linux needs a lock of its
 * own for this.
 */
#include "servers/vfs/ext2/volume.h"

struct move {
	struct ext2 *e;
	struct held from, to, node, victim;
	struct held *into; /* the new directory: `to`, or `from` if they are the same */
	struct place_of_entry old, new;
	struct fs_name old_name, new_name;
	bool directory, replaces, exclusive;
};

/* The number of a directory's parent. */
static enum microk_status parent_of(struct ext2 *e, u32 number, u32 *parent)
{
	struct place_of_entry p;
	struct node unused = {.listed = true};
	struct inode d;
	enum microk_status status = inode_get(e, number, &d);

	if (status != OK)
		return status;
	status = directory_find(e, &unused, &d, (struct fs_name){"..", 2}, &p);
	if (status == OK) {
		*parent = p.entry->inode;
		block_put(e, &p.block);
	}
	inode_put(e, &d);
	return status;
}

/* ERR_ARG if directory `number` is `above` or lies below it. */
static enum microk_status check_below(struct ext2 *e, u32 number, u32 above)
{
	for (u32 steps = 0; number != above; steps++) {
		u32 parent;
		enum microk_status status;

		if (number == EXT2_ROOT)
			return OK;
		status = parent_of(e, number, &parent);
		if (status != OK)
			return status;
		if (steps > e->inodes || parent == number)
			return damaged(e, "a directory's parents form a circle", number);
		number = parent;
	}
	return ERR_ARG;
}

/* The moved directory's ".." names its new parent, and the parents' links follow. */
static enum microk_status change_parent(struct move *m)
{
	struct ext2 *e = m->e;
	struct place_of_entry p;
	enum microk_status status =
		directory_find(e, m->node.node, &m->node.inode, (struct fs_name){"..", 2}, &p);

	if (status != OK)
		return status;
	block_write(e, &p.block, &p.entry->inode, &m->into->inode.number, sizeof(u32));
	block_put(e, &p.block);
	links_add(e, &m->from.inode, -1);
	links_add(e, &m->into->inode, 1);
	return OK;
}

/* The two are names of one file. */
static bool is_same(const struct move *m)
{
	return m->replaces && m->new.entry->inode == m->node.inode.number;
}

/* Whether the node that has the new name may be replaced. */
static enum microk_status check_victim(struct move *m)
{
	bool directory = inode_is(m->victim.inode.raw, MODE_DIRECTORY), empty;
	enum microk_status status;

	if (!m->directory)
		return directory ? ERR_IS_DIR : OK;
	if (!directory)
		return ERR_NOT_DIR;
	status = directory_is_empty(m->e, &m->victim.inode, &empty);
	if (status != OK)
		return status;
	return empty ? OK : ERR_NOT_EMPTY;
}

static enum microk_status hold_all(struct move *m, u64 from, u64 to)
{
	struct ext2 *e = m->e;
	enum microk_status status = hold(e, from, &m->from);

	m->into = &m->from;
	if (status == OK && to != from) {
		m->into = &m->to;
		status = hold(e, to, &m->to);
	}
	if (status == OK)
		status = directory_find(e, m->from.node, &m->from.inode, m->old_name, &m->old);
	if (status == OK)
		status = hold_number(e, m->old.entry->inode, &m->node);
	if (status != OK)
		return status;
	m->directory = inode_is(m->node.inode.raw, MODE_DIRECTORY);
	if (!m->into->inode.raw->links_count)
		return ERR_NOT_FOUND;
	status = directory_find(e, m->into->node, &m->into->inode, m->new_name, &m->new);
	if (status == ERR_NOT_FOUND)
		return OK;
	if (status != OK)
		return status;
	m->replaces = true;
	return is_same(m) ? OK : hold_number(e, m->new.entry->inode, &m->victim);
}

static enum microk_status check_move(struct move *m)
{
	bool moves = m->directory && m->into != &m->from;

	if (m->node.inode.number == m->from.inode.number || m->node.inode.number == EXT2_ROOT)
		return damaged(
			m->e, "a directory contains itself or the root", m->from.inode.number);
	if (m->directory && m->into->inode.number == m->node.inode.number)
		return ERR_ARG;
	if (moves && !m->replaces && m->into->inode.raw->links_count >= EXT2_LINKS_MOST)
		return ERR_LINKS;
	return moves ? check_below(m->e, m->into->inode.number, m->node.inode.number) : OK;
}

static enum microk_status put_new_name(struct move *m)
{
	struct ext2 *e = m->e;
	u32 number = m->node.inode.number, mode = m->node.inode.raw->mode;
	enum microk_status status;

	if (!m->replaces)
		return directory_add(e, m->into->node, &m->into->inode, m->new_name, number, mode);
	directory_replace(e, &m->into->inode, &m->new, number, mode);
	if (m->directory)
		links_add(e, &m->into->inode, -1);
	status = links_drop(e, &m->victim, m->directory ? m->victim.inode.raw->links_count : 1);
	return status;
}

static enum microk_status act(struct move *m)
{
	struct ext2 *e = m->e;
	struct ext2_inode raw;
	enum microk_status status = check_move(m);

	if (status == OK && m->replaces && m->exclusive)
		status = ERR_EXISTS;
	if (status != OK || is_same(m))
		return status; /* POSIX leaves both names of one file */
	if (m->replaces)
		status = check_victim(m);
	if (status == OK)
		status = put_new_name(m);
	if (status != OK)
		return status;
	/* In one directory, the new entry can have been split off the old one's room, which moves nothing. */
	directory_remove(e, m->from.node, &m->from.inode, m->old_name, &m->old);
	raw = inode_read(e, &m->node.inode);
	inode_touch(e, &raw, TIME_CHANGED);
	inode_write(e, &m->node.inode, &raw);
	return m->directory && m->into != &m->from ? change_parent(m) : OK;
}

enum microk_status ext2_rename(struct fs *fs, u64 from, struct fs_name name, u64 to,
			       struct fs_name new_name, bool exclusive)
{
	struct ext2 *e = ext2_of(fs);
	struct move m = {
		.e = e,
		.from = NOT_HELD,
		.to = NOT_HELD,
		.node = NOT_HELD,
		.victim = NOT_HELD,
		.old = {.block = NO_META},
		.new = {.block = NO_META},
		.old_name = name,
		.new_name = new_name,
		.exclusive = exclusive};
	enum microk_status status;

	if (name_is_dot(name) || name_is_dot(new_name))
		return ERR_ARG;
	status = op_begin(e);
	if (status != OK)
		return status;
	status = hold_all(&m, from, to);
	if (status == OK)
		status = act(&m);
	block_put(e, &m.old.block);
	block_put(e, &m.new.block);
	release(e, &m.victim);
	release(e, &m.node);
	release(e, &m.to);
	release(e, &m.from);
	return op_end(e, status);
}
