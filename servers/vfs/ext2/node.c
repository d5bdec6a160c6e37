/*
 * Nodes in use: each has a lock for many readers or one writer, held across waits, and a count of its users.
 *
 * A reader holds one node's lock and waits for nothing but the disk while it does. A writer holds the lock of the operation
 * first (operation.c), and then those of its nodes in any order: there is one writer at a time, so no circle is possible.
 */
#include "servers/vfs/ext2/volume.h"

static u32 *head_of(const struct ext2 *e, u32 number)
{
	return &e->node_heads[number * 0x9e3779b1u & e->node_mask];
}

struct node *node_find(const struct ext2 *e, u32 number)
{
	for (u32 at = *head_of(e, number); at != CACHE_NONE; at = e->nodes[at].next)
		if (e->nodes[at].number == number)
			return &e->nodes[at];
	return NULL;
}

static void unlink_node(struct ext2 *e, struct node *n)
{
	u32 *link = head_of(e, n->number), at = (u32)(n - e->nodes);

	while (*link != at)
		link = &e->nodes[*link].next;
	*link = n->next;
}

/* An entry that nothing uses: the hand goes round, so that recent ones stay a while. */
static struct node *take(struct ext2 *e)
{
	for (u32 tried = 0; tried < e->node_count; tried++) {
		struct node *n = &e->nodes[e->node_hand];

		e->node_hand = e->node_hand + 1 == e->node_count ? 0 : e->node_hand + 1;
		if (n->opens || n->refs)
			continue;
		if (n->number)
			unlink_node(e, n);
		return n;
	}
	return NULL;
}

enum microk_status node_get(struct ext2 *e, u32 number, struct node **out)
{
	struct node *n = node_find(e, number);

	if (!n) {
		n = take(e);
		if (!n)
			return ERR_NO_SPACE;
		*n = (struct node){.number = number, .next = *head_of(e, number)};
		*head_of(e, number) = (u32)(n - e->nodes);
	}
	n->refs++;
	*out = n;
	return OK;
}

void node_forget(struct node *n)
{
	n->ahead_next = n->ahead_end = 0;
	n->listed = false;
	n->room_number = n->room_block = n->removed = n->added_number = 0;
}

void node_put(struct ext2 *e, struct node *n)
{
	(void)e;
	n->refs--;
}

void node_lock_shared(struct ext2 *e, struct node *n)
{
	struct waits *w = e->cache->waits;

	while (n->writer.holder)
		w->sleep(w, &n->writer);
	n->readers++;
}

void node_unlock_shared(struct ext2 *e, struct node *n)
{
	struct waits *w = e->cache->waits;

	if (--n->readers == 0)
		w->wake(w, n);
}

void node_lock(struct ext2 *e, struct node *n)
{
	struct waits *w = e->cache->waits;

	gate_enter(w, &n->writer);
	while (n->readers)
		w->sleep(w, n);
}

void node_unlock(struct ext2 *e, struct node *n)
{
	gate_leave(e->cache->waits, &n->writer);
}

/* ---- The server's users of a node ---- */

enum microk_status ext2_hold(struct fs *fs, struct fs_node *node, u64 client)
{
	struct ext2 *e = ext2_of(fs);
	struct inode i;
	struct node *n;
	enum microk_status status = node_get(e, (u32)node->id, &n);

	(void)client;
	if (status != OK)
		return status;
	n->opens++; /* before the look: a node that is held cannot be freed meanwhile */
	status = inode_of(e, node->id, &i);
	if (status == OK) {
		*node = inode_node(&i);
		inode_put(e, &i);
	} else {
		n->opens--;
	}
	node_put(e, n);
	return status;
}

/* Whether the id's file is there; the number may be another file's by now. */
static enum microk_status is_there(struct ext2 *e, u64 id, bool *there, bool *has_name)
{
	struct inode i;
	enum microk_status status = inode_get(e, (u32)id, &i);

	if (status != OK)
		return status;
	*there = i.raw->mode && inode_node(&i).id == id;
	*has_name = i.raw->links_count;
	inode_put(e, &i);
	return OK;
}

/* A description of a file that is gone does not count: an instance can die after it has freed the file and before it has closed the
 * description. */
enum microk_status ext2_release(struct fs *fs, u64 id)
{
	struct ext2 *e = ext2_of(fs);
	struct node *n = node_find(e, (u32)id);
	bool there = true, has_name = true;
	enum microk_status status;

	if (!n || !n->opens || e->read_only)
		return OK;
	status = is_there(e, id, &there, &has_name);
	if (!there || --n->opens || status != OK || has_name)
		return status;
	status = op_begin(e);
	if (status != OK)
		return status;
	/* Another worker can have freed it, or held it again. */
	status = is_there(e, id, &there, &has_name);
	n = node_find(e, (u32)id);
	if (status == OK && there && !has_name && !(n && n->opens))
		op_pending(e, (u32)id, UINT32_MAX);
	return op_end(e, status);
}
