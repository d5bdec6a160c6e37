/*
 * An operation: a change of metadata that is done whole or not at all. It joins the running batch of the journal, as xv6's
 * begin_op and end_op do, and is committed in memory by the undo log of the cache.
 */
#include "lib/microk/string.h"
#include "servers/vfs/ext2/volume.h"

/* Whether the batch must go to the disk before an operation of `blocks` blocks: it has too little room left, or has freed blocks
 * for whose lack an allocation could fail. */
static bool must_commit(const struct ext2 *e, u32 blocks)
{
	u32 free = super_of(e)->free_blocks_count;

	return e->cache->volume[e->volume].logged + blocks > e->journal.batch_most ||
	       e->words->freed + OP_RUNS + 8 > EXT2_FREED_MOST ||
	       (e->freed_blocks && free < e->freed_blocks + OP_NEW_BLOCKS);
}

/* The wish to mark stays until the operation is final. */
static void mark_damage(struct ext2 *e)
{
	u16 state = super_of(e)->state | STATE_ERRORS;

	block_write(e, &e->super, &super_of(e)->state, &state, sizeof(state));
}

static enum microk_status begin(struct ext2 *e, u32 blocks)
{
	struct cache *c = e->cache;
	enum microk_status status = OK;

	if (e->read_only)
		return ERR_READ_ONLY;
	change_begin(c);
	if (change_depth(c) == 1 && must_commit(e, blocks))
		status = journal_commit(e);
	if (e->failed)
		status = ERR_IO;
	/* A batch cannot be committed inside a change, and the journal's descriptors have room for no larger one. */
	if (status == OK && change_depth(c) > 1 &&
	    c->volume[e->volume].logged + OP_BLOCKS > e->journal.batch_most) {
		status = ERR_NO_SPACE;
		change_refuse(c, status);
	}
	if (status != OK) {
		change_commit(c);
		return status;
	}
	if (!e->journal.begun) {
		e->journal.begun = true;
		e->journal.batch_began = c->now;
	}
	if (e->mark)
		mark_damage(e);
	e->used_before = c->change.used;
	return OK;
}

enum microk_status op_begin(struct ext2 *e)
{
	return begin(e, OP_BLOCKS);
}

enum microk_status op_begin_request(struct ext2 *e)
{
	return begin(e, REQUEST_BLOCKS);
}

void op_pending(struct ext2 *e, u32 number, u32 end_page)
{
	for (u32 n = 0; n < e->pendings; n++)
		if (e->pending[n].number == number) {
			e->pending[n].end_page = MAX(e->pending[n].end_page, end_page);
			return;
		}
	if (e->pendings == PENDING_MOST) {
		change_refuse(e->cache, ERR_NO_SPACE);
		return;
	}
	e->pending[e->pendings].number = number;
	e->pending[e->pendings++].end_page = end_page;
}

/* The operation was undone: the memory beside the pages forgets what it can have remembered from it. */
static void forget_undone(struct ext2 *e)
{
	e->pendings = 0;
	names_change(e, MODE_DIRECTORY);
	for (u32 n = 0; n < e->node_count; n++) {
		struct node *node = &e->nodes[n];

		node->added_number = 0;
		if (node->listed || node->room_number) {
			node->room_number = 0;
			names_forget(e, node->number);
			node->listed = false;
		}
	}
	cache_clear_homeless(e->cache, e->volume);
}

/* The steps that follow the operation: each leaves the file system whole, and a successor repeats them. */
static void finish_pending(struct ext2 *e)
{
	while (e->pendings) {
		e->pendings--;
		/* An error is reported, and the rest waits for the next mount, or for the file's next change. */
		orphan_reap(e, e->pending[e->pendings].number, e->pending[e->pendings].end_page);
	}
}

enum microk_status op_end(struct ext2 *e, enum microk_status status)
{
	struct cache *c = e->cache;
	enum microk_status undone;

	if (status != OK && c->change.used != e->used_before)
		change_refuse(c, status);
	if (change_depth(c) > 1) {
		change_commit(c);
		return status;
	}
	undone = change_step(c);
	if (undone == OK) {
		if (super_of(e)->state & STATE_ERRORS)
			e->mark = false;
		finish_pending(e);
	} else {
		forget_undone(e);
	}
	change_commit(c);
	return status != OK ? status : undone;
}

/* ---- Nodes of an operation ---- */

static enum microk_status hold_node(struct ext2 *e, u32 number, struct held *h)
{
	enum microk_status status = node_get(e, number, &h->node);

	if (status == OK)
		node_lock(e, h->node);
	else
		h->node = NULL;
	return status;
}

enum microk_status hold(struct ext2 *e, u64 id, struct held *h)
{
	enum microk_status status = hold_node(e, (u32)id, h);

	return status == OK ? inode_of_node(e, h->node, id, &h->inode) : status;
}

enum microk_status hold_number(struct ext2 *e, u32 number, struct held *h)
{
	enum microk_status status = hold_node(e, number, h);

	if (status == OK)
		status = inode_get(e, number, &h->inode);
	if (status == OK && (!h->inode.raw->links_count || !h->inode.raw->mode ||
			     (number < e->first_inode && number != EXT2_ROOT)))
		status = damaged(e, "a directory's entry names an unused inode", number);
	return status;
}

void release(struct ext2 *e, struct held *h)
{
	inode_put(e, &h->inode);
	if (h->node) {
		node_unlock(e, h->node);
		node_put(e, h->node);
	}
	*h = NOT_HELD;
}
