/*
 * The boot archive as a file system.
 *
 * Weighed: seL4's cpio library scans the archive from the start for each look-up (no memory, but
 * linear, and no directories); Linux unpacks its initramfs into a tmpfs (directories, but every
 * byte twice). Here the archive is scanned once into a tree of nodes that point into it. The
 * content stays where the loader put it; the paths imply the directories.
 *
 * The archive is untrusted: lib/archive checks every length, and every name passes name_valid, so no entry can lie outside
 * the tree.
 */
#include "servers/vfs/archivefs.h"
#include "lib/fileserver/name.h"
#include "lib/archive/archive.h"
#include "lib/microk/string.h"
#include "lib/microk/util.h"
#include "protocols/dir.h"

/* Node 0 is the root; children are a list through `next`, in the archive's order. */
struct node {
	const char *name; /* into the archive, not terminated */
	const u8 *data;
	u64 bytes;
	u32 parent;            /* of the root: the root */
	u32 first, last, next; /* 0: none (the root is not a child) */
	u8 length;             /* of name: at most FILE_NAME_MAX */
	u8 kind;
	bool runs; /* it may be executed */
};

static struct node nodes[ARCHIVE_NODES_MAX];
static u32 node_count;

#define DEPTH_MAX 32 /* directories between the root and a file */
#define COOKIE_END UINT32_MAX
#define MODE_RUNS 0111u

/* ---- building the tree ---- */

static u32 find_child(u32 directory, struct fs_name name)
{
	for (u32 i = nodes[directory].first; i != 0; i = nodes[i].next)
		if (nodes[i].length == name.length &&
		    memcmp(nodes[i].name, name.bytes, name.length) == 0)
			return i;
	return 0;
}

/* Returns the new node's index; 0 when the table is full. */
static u32 add_child(u32 directory, struct fs_name name, u8 kind)
{
	if (node_count == ARCHIVE_NODES_MAX)
		return 0;
	u32 i = node_count++;
	nodes[i] = (struct node){
		.name = name.bytes, .length = (u8)name.length, .kind = kind, .parent = directory};
	if (nodes[directory].first == 0)
		nodes[directory].first = i;
	else
		nodes[nodes[directory].last].next = i;
	nodes[directory].last = i;
	return i;
}

/* A link that leads nowhere is left out: no path can be walked through it. */
static bool is_good_link(const struct archive_entry *e)
{
	return e->is_link && e->bytes > 0 && e->bytes <= FILE_PATH_MAX &&
	       strnlen((const char *)e->data, e->bytes) == e->bytes;
}

static u8 kind_of(const struct archive_entry *e)
{
	return e->is_file ? KIND_FILE : e->is_link ? KIND_LINK : KIND_DIRECTORY;
}

/* Adds an entry to the tree with the directories above it; false if it must be left out. */
static bool add_entry(const struct archive_entry *e)
{
	if (!e->is_file && !e->is_directory && !is_good_link(e))
		return false;
	const char *rest = e->name;
	if (rest[0] == '.' && (rest[1] == '/' || rest[1] == '\0'))
		rest++; /* "find . | cpio" writes "./etc/motd" */
	u32 at = 0;
	size_t depth = 0;
	struct fs_name name;
	while (path_next(&rest, &name)) {
		if (!name_valid(name) || ++depth > DEPTH_MAX)
			return false;
		bool last = *rest == '\0';
		u8 kind = last ? kind_of(e) : KIND_DIRECTORY;
		u32 child = find_child(at, name);
		if (child == 0) {
			child = add_child(at, name, kind);
			if (child == 0)
				return false;
			if (kind != KIND_DIRECTORY) {
				nodes[child].data = e->data;
				nodes[child].bytes = e->bytes;
				nodes[child].runs = e->mode & MODE_RUNS;
			}
		} else if (nodes[child].kind != kind || kind != KIND_DIRECTORY) {
			return false; /* the first entry of a name counts, as in the kernel's look-up */
		}
		at = child;
	}
	return true;
}

static void count(struct archive_report *report)
{
	for (u32 i = 0; i < node_count; i++)
		*(nodes[i].kind == KIND_DIRECTORY ? &report->directories : &report->files) += 1;
}

/* ---- the file system ---- */

static struct fs_node node_of(u32 i)
{
	return (struct fs_node){.id = i, .kind = nodes[i].kind, .bytes = nodes[i].bytes};
}

static enum microk_status archive_lookup(struct fs *fs, u64 directory, struct fs_name name,
					 struct fs_node *out)
{
	(void)fs;
	u32 i = find_child((u32)directory, name);
	if (i == 0)
		return ERR_NOT_FOUND;
	*out = node_of(i);
	return OK;
}

static enum microk_status archive_parent(struct fs *fs, u64 directory, struct fs_node *out)
{
	(void)fs;
	*out = node_of(nodes[directory].parent);
	return OK;
}

static enum microk_status archive_attributes(struct fs *fs, u64 node, struct fs_attributes *out)
{
	(void)fs;
	const struct node *n = &nodes[node];
	u32 mode = n->kind == KIND_LINK ? 0777 : n->kind == KIND_DIRECTORY || n->runs ? 0555 : 0444;
	*out = (struct fs_attributes){.node = node_of((u32)node), .mode = mode, .links = 1};
	return OK;
}

static enum microk_status archive_read(struct fs *fs, u64 node, u64 offset, void *data, size_t size,
				       size_t *length)
{
	(void)fs;
	const struct node *n = &nodes[node];
	u64 left = offset < n->bytes ? n->bytes - offset : 0;
	*length = size < left ? size : left;
	if (*length)
		memcpy(data, n->data + offset, *length);
	return OK;
}

static enum microk_status archive_read_link(
	struct fs *fs, u64 node, char *to, size_t room, size_t *length)
{
	return archive_read(fs, node, 0, to, room, length);
}

/* A cookie is the number of the entry's node. */
static enum microk_status archive_entry(struct fs *fs, u64 directory, u64 cookie,
					struct fs_entry *out)
{
	(void)fs;
	u64 i = cookie ? cookie : nodes[directory].first;
	if (i == 0 || i >= node_count || nodes[i].parent != directory)
		return ERR_NOT_FOUND;
	out->node = node_of((u32)i);
	out->next = nodes[i].next ? nodes[i].next : COOKIE_END;
	memcpy(out->name, nodes[i].name, nodes[i].length);
	out->name[nodes[i].length] = '\0';
	return OK;
}

static enum microk_status archive_usage(struct fs *fs, struct fs_usage *out)
{
	(void)fs;
	*out = (struct fs_usage){
		.block_bytes = 1,
		.name_bytes = FILE_NAME_MAX,
		.nodes = node_count,
		.read_only = true};
	for (u32 i = 0; i < node_count; i++)
		out->blocks += nodes[i].bytes;
	return OK;
}

static u64 archive_names(struct fs *fs, bool directories)
{
	(void)fs, (void)directories;
	return 0;
}

static const struct fs_ops archive_ops = {
	.names = archive_names,
	.lookup = archive_lookup,
	.parent = archive_parent,
	.attributes = archive_attributes,
	.read = archive_read,
	.entry = archive_entry,
	.read_link = archive_read_link,
	.usage = archive_usage};
static struct fs archive = {.name = "archive", .ops = &archive_ops, .root = 0, .fixed = true};

struct fs *archivefs_open(const void *data, size_t bytes, struct archive_report *report)
{
	*report = (struct archive_report){0};
	nodes[0] = (struct node){.kind = KIND_DIRECTORY};
	node_count = 1;
	size_t offset = 0;
	for (;;) {
		struct archive_entry e;
		report->damage_at = offset;
		report->damage = archive_next(data, bytes, &offset, &e);
		if (report->damage || !e.name)
			break;
		if (!add_entry(&e))
			report->left_out++;
	}
	count(report);
	return &archive;
}
