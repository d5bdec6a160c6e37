/* Mounting: the superblock is read (super.c), the journal is replayed, and the file system is marked as in use; or a successor goes
 * on with its predecessor's mount. */
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

/* ---- Unmounting ---- */

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
		if (journal_commit(e) != OK || e->failed || super_mark(e, false) != OK)
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
		status = super_read(e);
	if (status == OK && dirty)
		status = super_mark(e, false);
	return status;
}

#define BATCH_LEAST (OP_BLOCKS + 16)

/* A batch of changes must fit into a half of the journal and into a half of the page cache (journal_open). */
static void check_room(struct ext2 *e)
{
	if (e->read_only || !e->journal.there || e->journal.batch_most >= BATCH_LEAST)
		return;
	if (e->cache->pages / 2 < BATCH_LEAST)
		ext2_report(e,
			    "it is read-only: the page cache is too small to change it. Give the "
			    "machine more memory, or the cache a longer \"ring disk\" in "
			    "system.conf; KiB that it needs",
			    2ul * BATCH_LEAST * (PAGE_SIZE / 1024));
	else
		ext2_report(e,
			    "it is read-only: its journal is too small. Make a larger one: "
			    "tune2fs -O ^has_journal, then tune2fs -j; blocks that it needs",
			    e->journal.first + 2ul * (BATCH_LEAST + 16));
	e->read_only = true;
}

static enum microk_status mount_anew(struct ext2 *e, const struct ext2_plan *plan)
{
	enum microk_status status;

	/* A predecessor that died during its mount has left pages, and has acknowledged nothing. Their homes are those of blocks of
	 * another size than the superblock is looked for with. */
	cache_drop_volume(e->cache, e->volume);
	status = super_find(e, plan->disk);
	if (status == OK)
		status = super_read(e);
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
	check_room(e);
	if (super_of(e)->state & STATE_ERRORS)
		ext2_report(e, "it is marked as damaged; run e2fsck", super_of(e)->state);
	if (e->read_only)
		return OK;
	state_store(&e->words->block_bits, e->block_bits);
	state_store(&e->words->position, (u64)e->journal.sequence << 32 | e->journal.head);
	status = super_mark(e, true);
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
	status = super_read(e);
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
	e->fs.root = inode_node(&i).id;
	inode_put(e, &i);
	return status;
}

enum microk_status ext2_mount(const struct ext2_plan *plan, struct fs **fs)
{
	struct ext2 *e = plan->private;
	enum microk_status status;
	bool detached = plan->words->mounted == EXT2_DETACHED;
	bool again = plan->words->mounted == EXT2_MOUNTED || detached;

	memset(e, 0, sizeof(*e));
	e->fs = (struct fs){.name = "ext2", .ops = &ext2_ops};
	e->cache = plan->cache;
	e->volume = plan->volume;
	e->words = plan->words;
	e->clock = plan->clock;
	e->report = plan->report;
	e->read_only = plan->read_only || plan->disk->read_only || detached;
	e->super = e->journal.super = NO_META;
	for (u32 n = 0; n < ARRAY_LEN(e->journal.pages); n++)
		e->journal.pages[n] = CACHE_NONE;
	place_memory(e, plan);
	change_begin(e->cache);
	status = again ? mount_again(e, plan) : mount_anew(e, plan);
	if (status == OK)
		status = root_id(e);
	e->mark = e->mark && !e->read_only;
	if (e->read_only)
		e->fs.ops = &ext2_read_only_ops;
	if (status != OK && !again)
		let_go(e);
	change_commit(e->cache);
	*fs = &e->fs;
	return status;
}
