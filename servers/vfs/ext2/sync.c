/* Bringing everything to the disk: for one file, for all, after a while, and for the last time. */
#include "lib/microk/string.h"
#include "servers/vfs/ext2/volume.h"

/* Commits the batch; or, if there is none, makes the disk's own cache write. */
static enum microk_status commit(struct ext2 *e)
{
	enum microk_status status;
	bool logged;

	change_begin(e->cache);
	logged = e->cache->volume[e->volume].logged;
	status = journal_commit(e);
	change_commit(e->cache);
	if (status == OK && !logged)
		status = io_flush(e->cache, e->volume);
	return status;
}

_Static_assert((u32)~0ul == SYNC_ALL_NODES, "a server's number for all nodes is the cache's");

enum microk_status ext2_sync(struct fs *fs, u64 id)
{
	struct ext2 *e = ext2_of(fs);
	enum microk_status data, status;

	if (e->read_only)
		return OK;
	data = cache_sync(e->cache, e->volume, (u32)id);
	status = commit(e);
	return data != OK ? data : status;
}

enum microk_status ext2_usage(struct fs *fs, struct fs_usage *out)
{
	const struct ext2 *e = ext2_of(fs);
	const struct ext2_super *s = super_of(e);

	*out = (struct fs_usage){
		.block_bytes = e->block_bytes,
		.blocks = e->blocks,
		.free_blocks = s->free_blocks_count,
		.nodes = e->inodes,
		.free_nodes = s->free_inodes_count,
		.name_bytes = EXT2_NAME_MOST,
		.read_only = e->read_only};
	return OK;
}

bool ext2_is_behind(struct fs *fs)
{
	const struct ext2 *e = ext2_of(fs);

	return e->cache->dirty || e->journal.begun;
}

void ext2_counters(struct fs *fs, struct fs_counters *out)
{
	const struct cache *c = ext2_of(fs)->cache;

	*out = (struct fs_counters){
		.pages = c->pages,
		.dirty = c->dirty,
		.hits = c->counts.hits,
		.misses = c->counts.misses,
		.pages_read = c->counts.pages_read,
		.pages_written = c->counts.pages_written};
}

void ext2_tick(struct fs *fs, u64 now)
{
	struct ext2 *e = ext2_of(fs);

	cache_tick(e->cache, now);
	if (!e->read_only && !e->failed && e->journal.begun &&
	    now - e->journal.batch_began >= BATCH_AGE)
		commit(e);
}
