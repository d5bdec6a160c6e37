/*
 * Free inodes. A file's inode goes into its directory's group, so that its blocks lie near; a new directory into the group with
 * the most free blocks among those with at least the average of free inodes, so that directories spread.
 */
#include "lib/microk/string.h"
#include "servers/vfs/ext2/volume.h"

static u32 group_for_directory(struct ext2 *e, u32 parent)
{
	u32 average = super_of(e)->free_inodes_count / e->groups, best = parent, most = 0;

	for (u32 n = 0; n < e->groups; n++) {
		struct ext2_group *g;
		struct block b;

		if (group_get(e, n, &b, &g) != OK)
			continue;
		if (g->free_inodes_count && g->free_inodes_count >= average &&
		    g->free_blocks_count > most) {
			most = g->free_blocks_count;
			best = n;
		}
		block_put(e, &b);
	}
	return best;
}

static void count_inodes(struct ext2 *e, const struct block *b, struct ext2_group *g, int more,
			 int directories)
{
	u16 in_group = (u16)(g->free_inodes_count + more);
	u16 used = (u16)(g->used_dirs_count + directories);
	u32 in_all = (u32)((i64)super_of(e)->free_inodes_count + more);

	block_write(e, b, &g->free_inodes_count, &in_group, sizeof(in_group));
	block_write(e, b, &g->used_dirs_count, &used, sizeof(used));
	block_write(e, &e->super, &super_of(e)->free_inodes_count, &in_all, sizeof(in_all));
}

static void write_bit(struct ext2 *e, const struct block *b, u32 bit, bool value)
{
	u8 now = b->data[bit / 8];

	now = (u8)(value ? now | 1u << bit % 8 : now & ~(1u << bit % 8));
	block_write(e, b, &b->data[bit / 8], &now, 1);
}

/* The first free bit of a group's inode bitmap; group_inodes if there is none. */
static u32 free_bit(const struct ext2 *e, const struct block *b, u32 group)
{
	return bitmap_next_zero(
		(const u64 *)b->data, group == 0 ? e->first_inode - 1 : 0, e->group_inodes);
}

/* Takes an inode's number in one group; *number stays 0 if there is none. */
static enum microk_status take_in_group(struct ext2 *e, u32 group, bool directory, u32 *number)
{
	struct ext2_group *g;
	struct block b, map;
	enum microk_status status = group_get(e, group, &b, &g);
	u32 bit;

	if (status != OK)
		return OK; /* reported; the other groups may be sound */
	if (g->free_inodes_count) {
		status = block_get(e, g->inode_bitmap, &map);
		if (status == OK) {
			bit = free_bit(e, &map, group);
			if (bit < e->group_inodes) {
				*number = group * e->group_inodes + bit + 1;
				write_bit(e, &map, bit, true);
				count_inodes(e, &b, g, -1, directory);
			}
			block_put(e, &map);
		}
	}
	block_put(e, &b);
	return status;
}

static void fill(struct ext2 *e, const struct inode *i, u32 mode, const struct fs_new *as)
{
	static const u8 nothing[256];
	struct ext2_inode raw = {0};

	raw.mode = (u16)mode;
	raw.uid = (u16)as->owner;
	raw.uid_high = (u16)(as->owner >> 16);
	raw.gid = (u16)as->group;
	raw.gid_high = (u16)(as->group >> 16);
	raw.generation = i->raw->generation + 1;
	if (e->inode_bytes > EXT2_OLD_INODE)
		raw.extra_isize = EXT2_EXTRA;
	inode_touch(e, &raw, TIME_ACCESSED | TIME_CHANGED | TIME_MODIFIED | TIME_MADE);
	for (u32 at = 0; at < e->inode_bytes; at += 128)
		block_write(e, &i->block, (u8 *)i->raw + at, nothing, 128);
	inode_write(e, i, &raw);
}

enum microk_status inode_allocate(struct ext2 *e, u32 parent, u32 mode, const struct fs_new *as,
				  struct inode *out)
{
	bool directory = (mode & MODE_TYPE) == MODE_DIRECTORY;
	u32 group = (parent - 1) / e->group_inodes, number = 0;
	enum microk_status status = OK;
	struct node *n;

	*out = (struct inode){.block = NO_META};
	if (directory)
		group = group_for_directory(e, group);
	for (u32 tried = 0; tried < e->groups && !number && status == OK; tried++) {
		status = take_in_group(e, group, directory, &number);
		group = group + 1 == e->groups ? 0 : group + 1;
	}
	if (status == OK && !number)
		status = ERR_FULL;
	if (status == OK)
		status = inode_get(e, number, out);
	if (status != OK)
		return status;
	n = node_find(e, number);
	/* A worker that came too late with the number's old id may still wait for the node; the generation turns it away. */
	if (out->raw->links_count || (n && n->opens)) {
		inode_put(e, out);
		return damaged(e, "an inode in use is free in the bitmap", number);
	}
	if (n)
		node_forget(n);
	fill(e, out, mode, as);
	return OK;
}

enum microk_status inode_free(struct ext2 *e, struct inode *i)
{
	u32 group = (i->number - 1) / e->group_inodes, bit = (i->number - 1) % e->group_inodes;
	bool directory = inode_is(i->raw, MODE_DIRECTORY);
	struct ext2_inode raw = inode_read(e, i);
	struct ext2_group *g;
	struct block b, map;
	enum microk_status status = group_get(e, group, &b, &g);

	if (status != OK)
		return status;
	status = block_get(e, g->inode_bitmap, &map);
	if (status == OK) {
		if (map.data[bit / 8] >> bit % 8 & 1) {
			write_bit(e, &map, bit, false);
			count_inodes(e, &b, g, 1, directory ? -1 : 0);
		} else {
			damaged(e, "an inode that is removed is free in the bitmap", i->number);
		}
		block_put(e, &map);
	}
	block_put(e, &b);
	raw.dtime = MAX((u32)(e->clock() / 1000000000), 1u);
	raw.size = raw.size_high = raw.links_count = 0;
	raw.generation++; /* the ids that the server has of it name nothing from now on */
	inode_write(e, i, &raw);
	return status;
}
