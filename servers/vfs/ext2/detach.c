/*
 * The end of a mount, for a machine that is about to be switched off: everything is on the disk, and the superblock is marked
 * as clean. The pages stay, since descriptions are open and can go on to read; a successor goes on with them, and changes
 * nothing either.
 */
#include "lib/state/state.h"
#include "servers/vfs/ext2/volume.h"

/* A clean file system has no orphans. So the files without a name, which descriptions alone keep, end here. */
static enum microk_status end_orphans(struct ext2 *e)
{
	for (u32 n = 0; n < e->node_count; n++)
		e->nodes[n].opens = 0;
	return ext2_reap(&e->fs);
}

enum microk_status ext2_detach(struct fs *fs)
{
	struct ext2 *e = ext2_of(fs);
	enum microk_status orphans, status;

	if (e->read_only)
		return OK;
	orphans = end_orphans(e);
	change_begin(e->cache);
	status = cache_sync(e->cache, e->volume, SYNC_ALL_NODES);
	if (status == OK)
		status = orphans;
	if (journal_commit(e) != OK || e->failed || super_mark(e, false) != OK)
		status = ERR_IO;
	e->read_only = true;
	e->fs.ops = &ext2_read_only_ops;
	state_store(&e->words->mounted, EXT2_DETACHED);
	change_commit(e->cache);
	return status;
}
