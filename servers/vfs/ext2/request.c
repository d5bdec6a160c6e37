/* The change of a request: an operation around those of the table, which the server ends with the request. */
#include "servers/vfs/ext2/volume.h"

/* Another worker's is not meant: it sleeps in the middle of it. */
bool ext2_is_changing(struct fs *fs)
{
	const struct ext2 *e = ext2_of(fs);

	return e->changing && change_depth(e->cache) > 0;
}

enum microk_status ext2_begin(struct fs *fs)
{
	struct ext2 *e = ext2_of(fs);
	enum microk_status status;

	if (ext2_is_changing(fs))
		return OK;
	status = op_begin_request(e);
	if (status == OK)
		e->changing = true;
	return status;
}

enum microk_status ext2_commit(struct fs *fs)
{
	struct ext2 *e = ext2_of(fs);

	e->changing = false;
	return op_end(e, OK);
}

void ext2_abort(struct fs *fs)
{
	struct ext2 *e = ext2_of(fs);

	if (e->cache->change.used)
		change_refuse(e->cache, ERR_CANCELLED);
	ext2_commit(fs);
}
