#include "memfs.h"
#include "lib/fileserver/keep.h"
#include "lib/fileserver/name.h"
#include "lib/microk/ipc.h"
#include "lib/microk/string.h"
#include "lib/microk/util.h"

struct node {
	u32 used, kind, mode, links, owner, group, holds, parent;
	u64 bytes;
	i64 accessed, modified, changed;
	u8 data[MEMFS_FILE_BYTES];
};

struct entry {
	u32 used, directory, node, pad;
	char name[FILE_NAME_MAX + 1];
};

struct all {
	struct node nodes[MEMFS_NODES]; /* number 0: the root */
	struct entry entries[MEMFS_ENTRIES];
};

extern u32 memfs_waits, memfs_events;
extern i64 memfs_time;

static u64 changes; /* of names */

static const struct all *all(void)
{
	return keep_fs_words();
}

u64 memfs_bytes(void)
{
	return sizeof(struct all);
}

#define SET(place, value)                                                                          \
	do {                                                                                       \
		__typeof__(place) set_ = (value);                                                  \
		keep_write(&(place), &set_, sizeof(set_));                                         \
	} while (0)

static bool must_wait(void)
{
	if (!memfs_waits)
		return false;
	memfs_waits--;
	/* A call of a driver would leave its words there. */
	for (u32 i = MSG_REGS; i < MSG_WORDS; i++)
		ipc_buffer->words[i] = 0xabad1deaabad1deaul;
	return true;
}

#define MAY_WAIT()                                                                                 \
	do {                                                                                       \
		if (must_wait())                                                                   \
			return FS_WAIT;                                                            \
	} while (0)

static const struct node *node_at(u64 id)
{
	return &all()->nodes[id];
}

static struct fs_node view(u64 id)
{
	const struct node *n = node_at(id);

	return (struct fs_node){.id = id, .kind = n->kind, .bytes = n->bytes};
}

static const struct entry *find(u64 directory, struct fs_name name)
{
	for (u32 i = 0; i < MEMFS_ENTRIES; i++) {
		const struct entry *e = &all()->entries[i];
		if (e->used && e->directory == directory && name_is(name, e->name))
			return e;
	}
	return NULL;
}

static bool is_empty(u64 directory)
{
	for (u32 i = 0; i < MEMFS_ENTRIES; i++)
		if (all()->entries[i].used && all()->entries[i].directory == directory)
			return false;
	return true;
}

static enum microk_status lookup(struct fs *fs, u64 directory, struct fs_name name,
				 struct fs_node *out)
{
	(void)fs;
	MAY_WAIT();
	const struct entry *e = find(directory, name);
	if (!e)
		return ERR_NOT_FOUND;
	*out = view(e->node);
	return OK;
}

static enum microk_status parent(struct fs *fs, u64 directory, struct fs_node *out)
{
	(void)fs;
	MAY_WAIT();
	*out = view(node_at(directory)->parent);
	return OK;
}

static enum microk_status attributes(struct fs *fs, u64 id, struct fs_attributes *out)
{
	(void)fs;
	MAY_WAIT();
	const struct node *n = node_at(id);
	*out = (struct fs_attributes){
		.node = view(id),
		.mode = n->mode,
		.links = n->links,
		.owner = n->owner,
		.group = n->group,
		.allocated = ALIGN_UP(n->bytes, 512),
		.accessed = n->accessed,
		.modified = n->modified,
		.changed = n->changed};
	return OK;
}

static enum microk_status set(struct fs *fs, u64 id, u32 what, const struct fs_attributes *to)
{
	(void)fs;
	const struct node *n = node_at(id);
	if (what & SET_MODE)
		SET(n->mode, to->mode);
	if (what & SET_OWNER)
		SET(n->owner, to->owner);
	if (what & SET_GROUP)
		SET(n->group, to->group);
	if (what & SET_ACCESSED)
		SET(n->accessed, to->accessed);
	if (what & SET_MODIFIED)
		SET(n->modified, to->modified);
	MAY_WAIT(); /* after changes, which the server undoes */
	SET(n->changed, memfs_time);
	return OK;
}

/* The node goes when nothing refers to it. */
static void settle(u64 id)
{
	const struct node *n = node_at(id);

	if (n->links == 0 && n->holds == 0)
		SET(n->used, 0);
}

static enum microk_status hold(struct fs *fs, struct fs_node *node, u64 client)
{
	(void)fs, (void)client;
	MAY_WAIT();
	SET(node_at(node->id)->holds, node_at(node->id)->holds + 1);
	return OK;
}

static enum microk_status release(struct fs *fs, u64 id)
{
	(void)fs;
	SET(node_at(id)->holds, node_at(id)->holds - 1);
	settle(id);
	MAY_WAIT();
	return OK;
}

static enum microk_status read(struct fs *fs, u64 id, u64 offset, void *data, size_t size,
			       size_t *length)
{
	(void)fs;
	const struct node *n = node_at(id);
	u64 left = offset < n->bytes ? n->bytes - offset : 0;
	MAY_WAIT();
	*length = MIN(size, left);
	memcpy(data, n->data + (left ? offset : 0), *length);
	return OK;
}

static enum microk_status write(struct fs *fs, u64 id, u64 offset, const void *data, size_t size,
				size_t *length)
{
	(void)fs;
	const struct node *n = node_at(id);
	*length = 0;
	if (size == 0)
		return OK;
	if (offset >= MEMFS_FILE_BYTES)
		return ERR_FULL;
	*length = MIN(size, MEMFS_FILE_BYTES - offset);
	keep_write(n->data + offset, data, *length);
	MAY_WAIT();
	if (offset + *length > n->bytes)
		SET(n->bytes, offset + *length);
	SET(n->modified, memfs_time);
	return OK;
}

static enum microk_status truncate(struct fs *fs, u64 id, u64 bytes)
{
	(void)fs;
	static const u8 zeros[MEMFS_FILE_BYTES];
	const struct node *n = node_at(id);
	if (bytes > MEMFS_FILE_BYTES)
		return ERR_FULL;
	if (bytes < n->bytes)
		keep_write(n->data + bytes, zeros, n->bytes - bytes);
	MAY_WAIT();
	SET(n->bytes, bytes);
	return OK;
}

static enum microk_status entry(struct fs *fs, u64 directory, u64 cookie, struct fs_entry *out)
{
	(void)fs;
	MAY_WAIT();
	for (u64 i = cookie; i < MEMFS_ENTRIES; i++) {
		const struct entry *e = &all()->entries[i];
		if (!e->used || e->directory != directory)
			continue;
		*out = (struct fs_entry){.node = view(e->node), .next = i + 1};
		string_copy(out->name, sizeof(out->name), e->name);
		return OK;
	}
	return ERR_NOT_FOUND;
}

static enum microk_status add(u64 directory, struct fs_name name, u64 id)
{
	struct entry made = {.used = 1, .directory = (u32)directory, .node = (u32)id};

	changes++;
	for (u32 i = 0; i < MEMFS_ENTRIES; i++) {
		const struct entry *e = &all()->entries[i];
		if (e->used)
			continue;
		memcpy(made.name, name.bytes, name.length);
		keep_write(e, &made, offsetof(struct entry, name) + name.length + 1);
		return OK;
	}
	return ERR_FULL;
}

static enum microk_status make(struct fs *fs, u64 directory, struct fs_name name,
			       const struct fs_new *what, struct fs_node *out)
{
	(void)fs;
	u32 id = 0;
	if (find(directory, name))
		return ERR_EXISTS;
	if (node_at(directory)->links == 0)
		return ERR_NOT_FOUND;
	while (id < MEMFS_NODES && node_at(id)->used)
		id++;
	if (id == MEMFS_NODES)
		return ERR_FULL;
	struct node made = {
		.used = 1,
		.kind = what->kind,
		.mode = what->mode,
		.links = 1,
		.owner = what->owner,
		.group = what->group,
		.parent = (u32)directory,
		.bytes = what->target_length,
		.accessed = memfs_time,
		.modified = memfs_time,
		.changed = memfs_time};
	if (what->target)
		memcpy(made.data, what->target, what->target_length);
	keep_write(node_at(id), &made, sizeof(made));
	MAY_WAIT();
	*out = view(id);
	return add(directory, name, id);
}

static enum microk_status link(struct fs *fs, u64 directory, struct fs_name name, u64 id)
{
	(void)fs;
	if (find(directory, name))
		return ERR_EXISTS;
	if (node_at(id)->links >= 5)
		return ERR_LINKS;
	SET(node_at(id)->links, node_at(id)->links + 1);
	MAY_WAIT();
	return add(directory, name, id);
}

static void drop(const struct entry *e)
{
	u32 id = e->node;

	changes++;
	SET(e->used, 0);
	SET(node_at(id)->links, node_at(id)->links - 1);
	settle(id);
}

static enum microk_status unlink(struct fs *fs, u64 directory, struct fs_name name,
				 bool is_directory)
{
	(void)fs;
	const struct entry *e = find(directory, name);
	if (!e)
		return ERR_NOT_FOUND;
	if (is_directory && !is_empty(e->node))
		return ERR_NOT_EMPTY;
	drop(e);
	MAY_WAIT();
	return OK;
}

static bool is_below(u64 id, u64 above)
{
	while (id != above && id != 0)
		id = node_at(id)->parent;
	return id == above;
}

static enum microk_status check_place(const struct entry *from, u64 to, const struct entry *there,
				      bool exclusive)
{
	bool directory = node_at(from->node)->kind == KIND_DIRECTORY;

	if (directory && is_below(to, from->node))
		return ERR_ARG;
	if (!there)
		return OK;
	if (exclusive)
		return ERR_EXISTS;
	if (directory != (node_at(there->node)->kind == KIND_DIRECTORY))
		return directory ? ERR_NOT_DIR : ERR_IS_DIR;
	return directory && there != from && !is_empty(there->node) ? ERR_NOT_EMPTY : OK;
}

static enum microk_status rename(struct fs *fs, u64 from, struct fs_name name, u64 to,
				 struct fs_name new_name, bool exclusive)
{
	(void)fs;
	const struct entry *e = find(from, name), *there = find(to, new_name);
	enum microk_status status = e ? check_place(e, to, there, exclusive) : ERR_NOT_FOUND;
	if (status != OK || (there && there->node == e->node))
		return status;
	u32 id = e->node;
	if (there)
		drop(there);
	SET(e->used, 0);
	SET(node_at(id)->parent, (u32)to);
	changes++;
	MAY_WAIT();
	return add(to, new_name, id);
}

static enum microk_status read_link(struct fs *fs, u64 id, char *to, size_t room, size_t *length)
{
	(void)fs;
	MAY_WAIT();
	*length = MIN(room, node_at(id)->bytes);
	memcpy(to, node_at(id)->data, *length);
	return OK;
}

extern enum microk_status memfs_sync_error;

static enum microk_status sync(struct fs *fs, u64 id)
{
	(void)fs, (void)id;
	MAY_WAIT();
	enum microk_status status = memfs_sync_error;
	memfs_sync_error = OK;
	return status;
}

static enum microk_status usage(struct fs *fs, struct fs_usage *out)
{
	(void)fs;
	MAY_WAIT();
	*out = (struct fs_usage){
		.block_bytes = 512,
		.name_bytes = FILE_NAME_MAX,
		.nodes = MEMFS_NODES,
		.free_nodes = MEMFS_NODES - memfs_nodes()};
	return OK;
}

static u64 names(struct fs *fs, bool directories)
{
	(void)fs, (void)directories;
	return changes;
}

static u32 ready(struct fs *fs, u64 id)
{
	(void)fs, (void)id;
	return memfs_events;
}

static const struct fs_ops ops = {
	.names = names,
	.ready = ready,
	.lookup = lookup,
	.parent = parent,
	.attributes = attributes,
	.set = set,
	.hold = hold,
	.release = release,
	.read = read,
	.write = write,
	.truncate = truncate,
	.entry = entry,
	.make = make,
	.link = link,
	.unlink = unlink,
	.rename = rename,
	.read_link = read_link,
	.sync = sync,
	.usage = usage};
static struct fs memfs = {.name = "memory", .ops = &ops, .root = 0};

struct fs *memfs_open(void)
{
	return &memfs;
}

void memfs_begin(bool fresh)
{
	struct node root = {.used = 1, .kind = KIND_DIRECTORY, .mode = 0755, .links = 1};

	if (!fresh)
		return;
	keep_begin();
	keep_write(node_at(0), &root, sizeof(root));
	keep_commit();
}

u32 memfs_nodes(void)
{
	u32 count = 0;

	for (u32 i = 0; i < MEMFS_NODES; i++)
		count += node_at(i)->used;
	return count;
}

u32 memfs_holds(void)
{
	u32 count = 0;

	for (u32 i = 0; i < MEMFS_NODES; i++)
		count += node_at(i)->used ? node_at(i)->holds : 0;
	return count;
}
