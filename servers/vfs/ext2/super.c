/* The superblock: every number is checked before it is used, and a feature that is not known is refused by its name. */
#include "servers/vfs/ext2/volume.h"

/* ---- Checks ---- */

static const struct feature {
	u32 bit;
	const char *text;
} incompatible[] = {
	{0x1, "it is refused: compressed files"},
	{0x8, "it is refused: it is a journal without a file system"},
	{0x10, "it is refused: meta_bg"},
	{0x40, "it is refused: extents, which ext4 has"},
	{0x80, "it is refused: 64bit"},
	{0x100, "it is refused: mmp"},
	{0x200, "it is refused: flex_bg"},
	{0x400, "it is refused: ea_inode"},
	{0x1000, "it is refused: dirdata"},
	{0x2000, "it is refused: metadata_csum_seed"},
	{0x4000, "it is refused: large_dir"},
	{0x8000, "it is refused: inline_data"},
	{0x10000, "it is refused: encrypt"},
	{0x20000, "it is refused: casefold"},
};

static enum microk_status check_features(struct ext2 *e, const struct ext2_super *s)
{
	u32 unknown = s->feature_incompat & ~INCOMPAT_KNOWN;

	if (s->rev_level == 0)
		return OK;
	for (u32 n = 0; n < ARRAY_LEN(incompatible); n++)
		if (unknown & incompatible[n].bit) {
			ext2_report(e, incompatible[n].text, unknown);
			return ERR_ARG;
		}
	if (unknown) {
		ext2_report(e, "it is refused: features that are not known; bits", unknown);
		return ERR_ARG;
	}
	if (s->feature_ro_compat & ~RO_COMPAT_KNOWN && !e->read_only) {
		ext2_report(e, "it is read-only: features that a writer must know; bits",
			    s->feature_ro_compat & ~RO_COMPAT_KNOWN);
		e->read_only = true;
	}
	return OK;
}

static bool is_power_of_two(u32 n)
{
	return n && !(n & (n - 1));
}

/* The file system's measures, from numbers that agree with each other and with the device. */
static enum microk_status read_measures(struct ext2 *e, const struct ext2_super *s)
{
	u32 bits = e->block_bytes * 8;
	u64 p, most;

	e->blocks = s->blocks_count;
	e->inodes = s->inodes_count;
	e->first_block = s->first_data_block;
	e->group_blocks = s->blocks_per_group;
	e->group_inodes = s->inodes_per_group;
	e->inode_bytes = s->rev_level ? s->inode_size : EXT2_OLD_INODE;
	e->first_inode = s->rev_level ? s->first_ino : EXT2_FIRST_OLD;
	if (e->first_block != (e->block_bytes == 1024) || e->blocks <= e->first_block + 2 ||
	    e->blocks > e->cache->volume[e->volume].blocks)
		return damaged(e, "the superblock has a false number of blocks", e->blocks);
	if (!e->group_blocks || e->group_blocks % 8 || e->group_blocks > bits || !e->group_inodes ||
	    e->group_inodes % 8 || e->group_inodes > bits)
		return damaged(e, "the superblock has false groups", e->group_blocks);
	if (!is_power_of_two(e->inode_bytes) || e->inode_bytes < EXT2_OLD_INODE ||
	    e->inode_bytes > e->block_bytes)
		return damaged(e, "the superblock has a false size of inodes", e->inode_bytes);
	e->groups = (e->blocks - e->first_block - 1) / e->group_blocks + 1;
	e->table_blocks = (e->group_inodes * e->inode_bytes + e->block_bytes - 1) / e->block_bytes;
	if ((u64)e->groups * e->group_inodes != e->inodes || e->first_inode < EXT2_FIRST_OLD ||
	    e->first_inode > e->group_inodes)
		return damaged(e, "the superblock has a false number of inodes", e->inodes);
	e->pointers = e->block_bytes / 4;
	p = e->pointers;
	most = (EXT2_DIRECT + p + p * p + p * p * p) << e->block_bits;
	/* i_blocks counts sectors in 32 bits, and counts the blocks of pointers too. */
	most = MIN(most, (1ul << 41) - (1ul << 32));
	e->bytes_most = s->rev_level ? most : (1ul << 31) - 1;
	return OK;
}

enum microk_status super_read(struct ext2 *e)
{
	u32 offset = e->block_bytes == 1024 ? 0 : EXT2_SUPER_OFFSET;
	const struct ext2_super *s;
	enum microk_status status;

	e->first_block = 0;
	e->blocks = 2;
	block_put(e, &e->super);
	status = block_get(e, e->block_bytes == 1024 ? 1 : 0, &e->super);
	if (status != OK)
		return status;
	e->super.data += offset;
	s = super_of(e);
	if (s->magic != EXT2_MAGIC || 1024u << s->log_block_size != e->block_bytes)
		return damaged(e, "the superblock is damaged", 0);
	status = check_features(e, s);
	if (status == OK)
		status = read_measures(e, s);
	e->file_types = s->rev_level && s->feature_incompat & INCOMPAT_FILETYPE;
	e->sparse = s->rev_level && s->feature_ro_compat & RO_COMPAT_SPARSE_SUPER;
	return status;
}

/* The size of blocks is read as if it were 1 KiB. */
enum microk_status super_find(struct ext2 *e, struct disk *disk)
{
	struct ext2_super *s;
	struct block b;
	enum microk_status status;
	u32 log;

	cache_volume(e->cache, e->volume, disk, 10);
	e->block_bits = 10;
	e->block_bytes = 1024;
	e->blocks = 2;
	if (e->cache->volume[e->volume].blocks < 4)
		return ERR_ARG;
	status = block_get(e, 1, &b);
	if (status != OK)
		return status;
	s = (struct ext2_super *)b.data;
	log = s->log_block_size;
	if (s->magic != EXT2_MAGIC) {
		ext2_report(e, "it is not ext2: the superblock has another magic number", s->magic);
		status = ERR_ARG;
	} else if (log > 2) {
		ext2_report(e, "it is refused: blocks of more than 4 KiB", 1024ul << MIN(log, 20u));
		status = ERR_ARG;
	}
	block_put(e, &b);
	cache_drop_volume(e->cache, e->volume);
	if (status != OK)
		return status;
	e->block_bits = 10 + log;
	e->block_bytes = 1024u << log;
	cache_volume(e->cache, e->volume, disk, e->block_bits);
	return OK;
}

/* ---- In use, and clean ---- */

static enum microk_status write_super(struct ext2 *e)
{
	enum microk_status status;

	cache_set_dirty(e->cache, e->super.at, e->super.mask);
	status = cache_sync(e->cache, e->volume, NODE_DEVICE);
	return status == OK ? io_flush(e->cache, e->volume) : status;
}

static enum microk_status mark_in_use(struct ext2 *e)
{
	struct ext2_super *s = super_of(e);
	enum microk_status status;

	s->mtime = s->wtime = (u32)(e->clock() / 1000000000);
	s->mnt_count++;
	if (e->journal.there)
		s->feature_incompat |= INCOMPAT_RECOVER;
	else
		s->state &= (u16)~STATE_CLEAN;
	status = write_super(e);
	if (status == OK && e->journal.there)
		status = journal_mark(e, true);
	return status;
}

static enum microk_status mark_clean(struct ext2 *e)
{
	struct ext2_super *s = super_of(e);
	enum microk_status status = e->journal.there ? journal_mark(e, false) : OK;

	if (status != OK)
		return status;
	s->wtime = (u32)(e->clock() / 1000000000);
	s->feature_incompat &= ~INCOMPAT_RECOVER;
	if (!e->journal.there)
		s->state |= STATE_CLEAN;
	return write_super(e);
}

enum microk_status super_mark(struct ext2 *e, bool in_use)
{
	return in_use ? mark_in_use(e) : mark_clean(e);
}
