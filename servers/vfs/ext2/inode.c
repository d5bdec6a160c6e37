/*
 * Inodes, in place in the pages of the inode tables. A node's id has the inode's generation, so that an id that the server has
 * kept does not name the file that uses the inode next.
 */
#include "lib/microk/string.h"
#include "servers/vfs/ext2/volume.h"

/* An inode does not move, and its page stays where it is until it is evicted: then there is nothing to look up. */
static bool get_again(struct ext2 *e, const struct node *n, u32 number, struct inode *i)
{
	u8 *page;

	if (!n || !n->inode_mask ||
	    !cache_device_again(e->cache, e->volume, n->inode_page, n->inode_at))
		return false;
	page = cache_data(e->cache, n->inode_at);
	*i = (struct inode){
		.number = number,
		.block = {.at = n->inode_at,
			  .mask = n->inode_mask,
			  .data = page + ALIGN_DOWN(n->inode_offset, e->block_bytes)},
		.raw = (struct ext2_inode *)(page + n->inode_offset)};
	return true;
}

static void remember(const struct ext2 *e, struct node *n, const struct inode *i)
{
	if (!n)
		return;
	n->inode_page = (u32)e->cache->words[i->block.at].key;
	n->inode_at = i->block.at;
	n->inode_offset = (u32)((u8 *)i->raw - cache_data(e->cache, i->block.at));
	n->inode_mask = i->block.mask;
}

/* `n`: the number's node, or NULL. */
static enum microk_status get(struct ext2 *e, const struct node *n, u32 number, struct inode *i)
{
	u32 group, index, table, in_block;
	struct ext2_group *g;
	struct block b;
	enum microk_status status;

	if (get_again(e, n, number, i))
		return OK;
	*i = (struct inode){.block = NO_META, .number = number};
	if (!number || number > e->inodes)
		return damaged(e, "an inode's number lies outside of the file system", number);
	group = (number - 1) / e->group_inodes;
	index = (number - 1) % e->group_inodes;
	in_block = e->block_bytes / e->inode_bytes;
	status = group_get(e, group, &b, &g);
	if (status != OK)
		return status;
	table = g->inode_table;
	block_put(e, &b);
	status = block_get(e, table + index / in_block, &i->block);
	if (status != OK)
		return status;
	i->raw = (struct ext2_inode *)(i->block.data + (u64)(index % in_block) * e->inode_bytes);
	remember(e, node_find(e, number), i); /* another worker can have used the node's place */
	return OK;
}

enum microk_status inode_get(struct ext2 *e, u32 number, struct inode *i)
{
	return get(e, node_find(e, number), number, i);
}

void inode_put(struct ext2 *e, struct inode *i)
{
	block_put(e, &i->block);
}

/* How many bytes of struct ext2_inode this inode has. */
static u32 length_of(const struct ext2 *e, const struct ext2_inode *raw)
{
	u32 extra;

	if (e->inode_bytes <= EXT2_OLD_INODE)
		return EXT2_OLD_INODE;
	extra = raw->extra_isize;
	if (extra % 4 || extra > e->inode_bytes - EXT2_OLD_INODE)
		extra = 0;
	return EXT2_OLD_INODE + MIN(extra, EXT2_EXTRA);
}

struct ext2_inode inode_read(const struct ext2 *e, const struct inode *i)
{
	struct ext2_inode raw = {0};

	memcpy(&raw, i->raw, length_of(e, i->raw));
	return raw;
}

void inode_write(struct ext2 *e, const struct inode *i, const struct ext2_inode *raw)
{
	u32 length = length_of(e, raw);

	block_write(e, &i->block, i->raw, raw, MIN(length, e->inode_bytes));
}

static bool is_open(const struct ext2 *e, u32 number)
{
	const struct node *n = node_find(e, number);

	return n && n->opens;
}

enum microk_status inode_of_node(struct ext2 *e, struct node *n, u64 id, struct inode *i)
{
	u32 number = (u32)id;
	enum microk_status status;

	if (!number || number > e->inodes || (number < e->first_inode && number != EXT2_ROOT))
		return ERR_NOT_FOUND;
	status = get(e, n, number, i);
	if (status != OK)
		return status;
	if (i->raw->generation == id >> 32 && i->raw->mode &&
	    (i->raw->links_count || is_open(e, number)))
		return OK;
	inode_put(e, i);
	return ERR_NOT_FOUND;
}

enum microk_status inode_of(struct ext2 *e, u64 id, struct inode *i)
{
	return inode_of_node(e, node_find(e, (u32)id), id, i);
}

struct fs_node inode_node(const struct inode *i)
{
	return (struct fs_node){
		.id = (u64)i->raw->generation << 32 | i->number,
		.kind = inode_kind(i->raw),
		.bytes = inode_bytes(i->raw)};
}

bool inode_is(const struct ext2_inode *raw, u32 type)
{
	return (raw->mode & MODE_TYPE) == type;
}

u32 inode_kind(const struct ext2_inode *raw)
{
	switch (raw->mode & MODE_TYPE) {
	case MODE_FILE: return KIND_FILE;
	case MODE_DIRECTORY: return KIND_DIRECTORY;
	case MODE_LINK: return KIND_LINK;
	case MODE_FIFO: return KIND_PIPE;
	case MODE_BLOCK: return KIND_BLOCK;
	case MODE_SOCKET: return KIND_SOCKET;
	default: return KIND_CHARACTER;
	}
}

/* Only a file's size has an upper half; a directory has an access list there in revision 0. */
u64 inode_bytes(const struct ext2_inode *raw)
{
	return raw->size | (inode_is(raw, MODE_FILE) ? (u64)raw->size_high << 32 : 0);
}

void inode_set_bytes(struct ext2 *e, struct ext2_inode *raw, u64 bytes)
{
	struct ext2_super *super = super_of(e);
	u32 features = super->feature_ro_compat | RO_COMPAT_LARGE_FILE;

	raw->size = (u32)bytes;
	if (!inode_is(raw, MODE_FILE))
		return;
	raw->size_high = (u32)(bytes >> 32);
	if (bytes >> 31 && !(super->feature_ro_compat & RO_COMPAT_LARGE_FILE))
		block_write(e, &e->super, &super->feature_ro_compat, &features, sizeof(features));
}

/* A short link's target, a device's number and nothing else lie in the pointers of these. */
bool inode_has_blocks(const struct ext2 *e, const struct ext2_inode *raw)
{
	u32 attribute = raw->file_acl ? e->block_bytes / 512 : 0;

	if (inode_is(raw, MODE_LINK))
		return raw->blocks != attribute || raw->size >= EXT2_FAST_LINK;
	return inode_is(raw, MODE_FILE) || inode_is(raw, MODE_DIRECTORY);
}

/* ---- Times ---- */

#define SECOND ((i64)1000000000)

/* Whether the inode has the words beside its times. */
static bool has_extra(const struct ext2 *e, const struct ext2_inode *raw)
{
	return length_of(e, raw) >= offsetof(struct ext2_inode, crtime);
}

/* The extra word has nanoseconds in its upper 30 bits, and two bits of seconds above the 32. */
static void time_to_disk(const struct ext2 *e, const struct ext2_inode *raw, i64 time, u32 *seconds,
			 u32 *extra)
{
	i64 most = has_extra(e, raw) ? INT64_MAX : (i64)INT32_MAX * SECOND;
	i64 whole, rest;

	time = MIN(MAX(time, (i64)INT32_MIN * SECOND), most);
	whole = time / SECOND - (time % SECOND < 0);
	rest = time - whole * SECOND;
	*seconds = (u32)whole;
	*extra = (u32)rest << 2 | ((u64)(whole - (int32_t)whole) >> 32 & 3);
}

static i64 time_from_disk(u32 seconds, u32 extra)
{
	i64 whole = (i64)(int32_t)seconds + ((i64)(extra & 3) << 32);

	return whole < INT64_MAX / SECOND - 1 ? whole * SECOND + (extra >> 2) : INT64_MAX;
}

void inode_touch(struct ext2 *e, struct ext2_inode *raw, u32 which)
{
	i64 now = (i64)e->clock();

	if (which & TIME_ACCESSED)
		time_to_disk(e, raw, now, &raw->atime, &raw->atime_extra);
	if (which & TIME_CHANGED)
		time_to_disk(e, raw, now, &raw->ctime, &raw->ctime_extra);
	if (which & TIME_MODIFIED)
		time_to_disk(e, raw, now, &raw->mtime, &raw->mtime_extra);
	if (which & TIME_MADE)
		time_to_disk(e, raw, now, &raw->crtime, &raw->crtime_extra);
}

/* ---- Attributes ---- */

/* A word beside the times, in place; 0 in an inode that does not have it. */
#define EXTRA(field) (length >= offsetof(struct ext2_inode, field) + sizeof(u32) ? raw->field : 0)

static void read_attributes(const struct ext2 *e, const struct inode *i, struct fs_attributes *out)
{
	const struct ext2_inode *raw = i->raw;
	u32 length = length_of(e, raw);

	*out = (struct fs_attributes){
		.node = inode_node(i),
		.allocated = (u64)raw->blocks * 512,
		.mode = raw->mode & ~MODE_TYPE,
		.links = raw->links_count,
		.owner = raw->uid | (u32)raw->uid_high << 16,
		.group = raw->gid | (u32)raw->gid_high << 16,
		.accessed = time_from_disk(raw->atime, EXTRA(atime_extra)),
		.modified = time_from_disk(raw->mtime, EXTRA(mtime_extra)),
		.changed = time_from_disk(raw->ctime, EXTRA(ctime_extra))};
}

enum microk_status ext2_attributes(struct fs *fs, u64 id, struct fs_attributes *out)
{
	struct ext2 *e = ext2_of(fs);
	struct node *n;
	struct inode i;
	enum microk_status status = node_get(e, (u32)id, &n);

	if (status != OK)
		return status;
	node_lock_shared(e, n);
	status = inode_of_node(e, n, id, &i);
	if (status == OK) {
		read_attributes(e, &i, out);
		inode_put(e, &i);
	}
	node_unlock_shared(e, n);
	node_put(e, n);
	return status;
}

static void set_fields(struct ext2 *e, struct ext2_inode *raw, u32 what,
		       const struct fs_attributes *to)
{
	if (what & SET_MODE)
		raw->mode = (u16)((raw->mode & MODE_TYPE) | (to->mode & FILE_MODE_MAX));
	if (what & SET_OWNER) {
		raw->uid = (u16)to->owner;
		raw->uid_high = (u16)(to->owner >> 16);
	}
	if (what & SET_GROUP) {
		raw->gid = (u16)to->group;
		raw->gid_high = (u16)(to->group >> 16);
	}
	if (what & SET_ACCESSED)
		time_to_disk(e, raw, to->accessed, &raw->atime, &raw->atime_extra);
	if (what & SET_MODIFIED)
		time_to_disk(e, raw, to->modified, &raw->mtime, &raw->mtime_extra);
	inode_touch(e, raw, TIME_CHANGED);
}

enum microk_status ext2_set(struct fs *fs, u64 id, u32 what, const struct fs_attributes *to)
{
	struct ext2 *e = ext2_of(fs);
	struct held h = NOT_HELD;
	enum microk_status status = op_begin(e);

	if (status != OK)
		return status;
	status = hold(e, id, &h);
	if (status == OK) {
		struct ext2_inode raw = inode_read(e, &h.inode);

		set_fields(e, &raw, what, to);
		inode_write(e, &h.inode, &raw);
	}
	release(e, &h);
	return op_end(e, status);
}
