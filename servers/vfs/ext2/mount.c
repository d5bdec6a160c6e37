/*
 * Mounting: every number of the superblock is checked before it is used, and a feature that is not known is refused by its
 * name; then the journal is replayed, and the file system is marked as in use.
 */
#include "lib/microk/string.h"
#include "lib/state/state.h"
#include "servers/vfs/ext2/volume.h"

/* ---- Memory ---- */

static u32 heads_for(u32 nodes)
{
	u32 heads = 16;

	while (heads < nodes)
		heads *= 2;
	return heads;
}

u64 ext2_private_bytes(u32 nodes, u32 names)
{
	return ALIGN_UP(sizeof(struct ext2), 64ul) + nodes * sizeof(struct node) +
	       ALIGN_UP(heads_for(nodes) * sizeof(u32), 8ul) + names_bytes(names);
}

static void place_memory(struct ext2 *e, const struct ext2_plan *plan)
{
	u8 *at = (u8 *)plan->private + ALIGN_UP(sizeof(*e), 64ul);
	u32 heads = heads_for(plan->nodes);

	e->nodes = (struct node *)at;
	e->node_count = plan->nodes;
	at += plan->nodes * sizeof(struct node);
	e->node_heads = (u32 *)at;
	e->node_mask = heads - 1;
	at += ALIGN_UP(heads * sizeof(u32), 8ul);
	memset(e->nodes, 0, plan->nodes * sizeof(struct node));
	memset(e->node_heads, 0xff, heads * sizeof(u32));
	names_start(&e->names, at, plan->names);
}

/* ---- The superblock ---- */

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

static enum microk_status read_super(struct ext2 *e)
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

/* The size of blocks, read as if it were 1 KiB. */
static enum microk_status find_block_size(struct ext2 *e, struct disk *disk)
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
	if (s->magic != EXT2_MAGIC)
		status = ERR_ARG;
	else if (log > 2) {
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

static void let_go(struct ext2 *e)
{
	block_put(e, &e->super);
	block_put(e, &e->journal.super);
	for (u32 n = 0; n < ARRAY_LEN(e->journal.pages); n++) {
		if (e->journal.pages[n] != CACHE_NONE)
			cache_put(e->cache, e->journal.pages[n]);
		e->journal.pages[n] = CACHE_NONE;
	}
	cache_drop_volume(e->cache, e->volume);
}

enum microk_status ext2_unmount(struct fs *fs)
{
	struct ext2 *e = ext2_of(fs);
	enum microk_status status = OK;

	change_begin(e->cache);
	if (!e->read_only) {
		status = cache_sync(e->cache, e->volume, SYNC_ALL_NODES);
		if (journal_commit(e) != OK || e->failed)
			status = ERR_IO;
		else if (mark_clean(e) != OK)
			status = ERR_IO;
	}
	state_store(&e->words->mounted, 0);
	let_go(e);
	change_commit(e->cache);
	return status;
}

/* ---- Mounting ---- */

static bool has_journal(const struct ext2 *e)
{
	const struct ext2_super *s = super_of(e);

	return s->rev_level && s->feature_compat & COMPAT_HAS_JOURNAL;
}

/* The journal of a file system that nothing has mounted: replayed, and then empty. */
static enum microk_status start_journal(struct ext2 *e, bool disk_read_only)
{
	struct ext2_super *s = super_of(e);
	bool dirty = s->feature_incompat & INCOMPAT_RECOVER;
	enum microk_status status = ERR_ARG;

	if (s->journal_inum && s->journal_inum < e->first_inode)
		status = journal_open(e);
	if (status != OK || (dirty && disk_read_only)) {
		if (dirty && !disk_read_only)
			return status; /* its content is unknown, so nothing may be written, and reading could mislead */
		if (!e->read_only || dirty)
			ext2_report(e, "it is read-only: its journal cannot be used", dirty);
		e->read_only = true;
		return OK;
	}
	status = dirty ? journal_replay(e) : OK;
	if (!dirty)
		e->journal.sequence++;
	/* The replay can have written any block of metadata. */
	if (status == OK && dirty)
		status = read_super(e);
	if (status == OK && dirty)
		status = mark_clean(e);
	if (status == OK && !e->read_only && e->journal.batch_most < OP_BLOCKS + 16) {
		ext2_report(e, "it is read-only: the journal, or the cache, is too small; blocks",
			    e->journal.length);
		e->read_only = true;
	}
	return status;
}

static enum microk_status mount_anew(struct ext2 *e, const struct ext2_plan *plan)
{
	enum microk_status status = find_block_size(e, plan->disk);

	if (status == OK)
		status = read_super(e);
	if (status != OK)
		return status;
	state_store(&e->words->freed, 0);
	if (has_journal(e)) {
		status = start_journal(e, plan->disk->read_only);
	} else {
		e->journal.batch_most = MIN(BATCH_MOST, e->cache->pages / 2);
		if (!(super_of(e)->state & STATE_CLEAN) && !e->read_only) {
			ext2_report(e,
				    "it is read-only: it has no journal and was not unmounted; run "
				    "e2fsck",
				    0);
			e->read_only = true;
		}
	}
	if (status != OK)
		return status;
	if (super_of(e)->state & STATE_ERRORS)
		ext2_report(e, "it is marked as damaged; run e2fsck", super_of(e)->state);
	if (e->read_only)
		return OK;
	state_store(&e->words->block_bits, e->block_bits);
	state_store(&e->words->position, (u64)e->journal.sequence << 32 | e->journal.head);
	status = mark_in_use(e);
	if (status == OK)
		state_store(&e->words->mounted, EXT2_MOUNTED);
	return status;
}

/* Goes on with a predecessor's mount: its pages are the state. */
static enum microk_status mount_again(struct ext2 *e, const struct ext2_plan *plan)
{
	enum microk_status status;

	e->block_bits = (u32)e->words->block_bits;
	if (e->block_bits < 10 || e->block_bits > PAGE_BITS)
		return damaged(e, "the state area has a false size of blocks", e->block_bits);
	e->block_bytes = 1u << e->block_bits;
	cache_volume(e->cache, e->volume, plan->disk, e->block_bits);
	status = read_super(e);
	if (status == OK && has_journal(e))
		status = journal_open(e);
	else
		e->journal.batch_most = MIN(BATCH_MOST, e->cache->pages / 2);
	for (u64 n = 0; n < e->words->freed && n < EXT2_FREED_MOST; n++)
		e->freed_blocks += (u32)e->words->freed_run[n];
	return status == OK ? journal_finish(e) : status;
}

static enum microk_status root_id(struct ext2 *e)
{
	struct inode i;
	enum microk_status status = inode_get(e, EXT2_ROOT, &i);

	if (status != OK)
		return status;
	if (!inode_is(i.raw, MODE_DIRECTORY))
		status = damaged(e, "the root is not a directory", i.raw->mode);
	e->fs.root = inode_id(&i);
	inode_put(e, &i);
	return status;
}

static enum microk_status ext2_open(struct fs *fs, struct fs_node *node, u64 client, void **state)
{
	struct ext2 *e = ext2_of(fs);
	struct inode i;
	struct node *n;
	enum microk_status status = node_get(e, (u32)node->id, &n);

	(void)client;
	*state = NULL;
	if (status != OK)
		return status;
	n->opens++; /* before the look: a node that is open cannot be freed meanwhile */
	status = inode_of(e, node->id, &i);
	if (status == OK) {
		node->bytes = inode_bytes(i.raw);
		inode_put(e, &i);
	} else {
		n->opens--;
	}
	node_put(e, n);
	return status;
}

/* The last close of a file without a name frees it. */
static void ext2_close(struct fs *fs, const struct fs_node *node, void *state)
{
	struct ext2 *e = ext2_of(fs);
	struct node *n = node_find(e, (u32)node->id);
	struct inode i;

	(void)state;
	if (!n || !n->opens || --n->opens || e->read_only || op_begin(e) != OK)
		return;
	n = node_find(e, (u32)node->id);
	if (!(n && n->opens) && inode_get(e, (u32)node->id, &i) == OK) {
		if (!i.raw->links_count && i.raw->mode && i.raw->generation == node->id >> 32)
			op_pending(e, i.number, UINT32_MAX);
		inode_put(e, &i);
	}
	op_end(e, OK);
}

static void ext2_begin(struct fs *fs)
{
	struct ext2 *e = ext2_of(fs);

	if (op_begin(e) != OK)
		change_begin(e->cache); /* the operations inside report the error */
}

static enum microk_status ext2_commit(struct fs *fs)
{
	return op_end(ext2_of(fs), OK);
}

static const struct fs_disk_ops disk_ops = {
	.attributes = ext2_attributes,
	.set = ext2_set,
	.read = ext2_read,
	.write = ext2_write,
	.truncate = ext2_truncate,
	.create = ext2_create,
	.mkdir = ext2_mkdir,
	.symlink = ext2_symlink,
	.link = ext2_link,
	.readlink = ext2_readlink,
	.unlink = ext2_unlink,
	.rmdir = ext2_rmdir,
	.rename = ext2_rename,
	.list = ext2_list,
	.sync = ext2_sync,
	.sync_all = ext2_sync_all,
	.space = ext2_space,
	.begin = ext2_begin,
	.commit = ext2_commit,
	.tick = ext2_tick,
	.unmount = ext2_unmount};
static const struct fs_ops ops = {
	.lookup = ext2_lookup, .open = ext2_open, .close = ext2_close, .disk = &disk_ops};

enum microk_status ext2_mount(const struct ext2_plan *plan, struct fs **fs)
{
	struct ext2 *e = plan->private;
	enum microk_status status;
	bool again = plan->words->mounted == EXT2_MOUNTED;

	memset(e, 0, sizeof(*e));
	e->fs = (struct fs){.name = "ext2", .ops = &ops};
	e->cache = plan->cache;
	e->volume = plan->volume;
	e->words = plan->words;
	e->clock = plan->clock;
	e->report = plan->report;
	e->read_only = plan->read_only || plan->disk->read_only;
	e->super = e->journal.super = NO_META;
	for (u32 n = 0; n < ARRAY_LEN(e->journal.pages); n++)
		e->journal.pages[n] = CACHE_NONE;
	place_memory(e, plan);
	change_begin(e->cache);
	status = again ? mount_again(e, plan) : mount_anew(e, plan);
	if (status == OK)
		status = root_id(e);
	e->mark = e->mark && !e->read_only;
	if (status != OK && !again)
		let_go(e);
	change_commit(e->cache);
	*fs = &e->fs;
	return status;
}
