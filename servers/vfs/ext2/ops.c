/* The table of functions by which the server calls the file system, and those that are the table's own: a node's users, and changes
 * of several calls. */
#include "servers/vfs/ext2/volume.h"

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

const struct fs_ops ext2_ops = {
	.lookup = ext2_lookup, .open = ext2_open, .close = ext2_close, .disk = &disk_ops};
