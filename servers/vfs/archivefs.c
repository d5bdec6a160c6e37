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
#include "servers/vfs/name.h"
#include "lib/archive/archive.h"
#include "lib/microk/string.h"
#include "lib/microk/util.h"

/* Node 0 is the root; children are a list through `next`, in the archive's order. */
struct node {
	const char *name; /* into the archive, not terminated */
	const u8 *data;
	u64 bytes;
	u32 first, last, next; /* 0: none (the root is not a child) */
	u8 length;             /* of name: at most FILE_NAME_MAX */
	u8 kind;
};

static struct node nodes[ARCHIVE_NODES_MAX];
static u32 node_count;

/* ---- building the tree ---- */

static u32 find_child(u32 directory, const char *name, size_t length)
{
	for (u32 i = nodes[directory].first; i != 0; i = nodes[i].next)
		if (nodes[i].length == length && memcmp(nodes[i].name, name, length) == 0)
			return i;
	return 0;
}

/* Returns the new node's index; 0 when the table is full. */
static u32 add_child(u32 directory, const struct component *c, u8 kind)
{
	if (node_count == ARCHIVE_NODES_MAX)
		return 0;
	u32 i = node_count++;
	nodes[i] = (struct node){.name = c->name, .length = (u8)c->length, .kind = kind};
	if (nodes[directory].first == 0)
		nodes[directory].first = i;
	else
		nodes[nodes[directory].last].next = i;
	nodes[directory].last = i;
	return i;
}

/* Adds an entry to the tree with the directories above it; false if it must be left out. */
static bool add_entry(const struct archive_entry *e)
{
	if (!e->is_file && !e->is_directory)
		return false;
	const char *rest = e->name;
	if (rest[0] == '.' && (rest[1] == '/' || rest[1] == '\0'))
		rest++; /* "find . | cpio" writes "./etc/motd" */
	u32 at = 0;
	size_t depth = 0;
	struct component c;
	while (path_next(&rest, &c)) {
		if (!name_valid(c.name, c.length) || ++depth > PATH_DEPTH_MAX)
			return false;
		bool last = *rest == '\0';
		u8 kind = last && e->is_file ? KIND_FILE : KIND_DIRECTORY;
		u32 child = find_child(at, c.name, c.length);
		if (child == 0) {
			child = add_child(at, &c, kind);
			if (child == 0)
				return false;
			if (kind == KIND_FILE) {
				nodes[child].data = e->data;
				nodes[child].bytes = e->bytes;
			}
		} else if (nodes[child].kind != kind || kind == KIND_FILE) {
			return false; /* the first entry of a name counts, as in the kernel's look-up */
		}
		at = child;
	}
	return true;
}

static void count(struct archive_report *report)
{
	for (u32 i = 0; i < node_count; i++)
		*(nodes[i].kind == KIND_FILE ? &report->files : &report->directories) += 1;
}

/* ---- the file system ---- */

static enum microk_status archive_lookup(struct fs *fs, u64 directory, const char *name,
					 size_t length, struct fs_node *out)
{
	(void)fs;
	u32 i = find_child((u32)directory, name, length);
	if (i == 0)
		return ERR_NOT_FOUND;
	*out = (struct fs_node){.id = i, .kind = nodes[i].kind, .bytes = nodes[i].bytes};
	return OK;
}

static enum microk_status archive_read(struct fs *fs, const struct fs_node *node, void *state,
				       u64 offset, void *data, size_t size, size_t *length)
{
	(void)fs;
	(void)state;
	const struct node *n = &nodes[node->id];
	if (offset >= n->bytes) {
		*length = 0;
		return OK;
	}
	u64 left = n->bytes - offset;
	*length = size < left ? size : left;
	memcpy(data, n->data + offset, *length);
	return OK;
}

static enum microk_status archive_entry(struct fs *fs, const struct fs_node *node, void *state,
					u32 index, struct fs_entry *out)
{
	(void)fs;
	(void)state;
	u32 i = nodes[node->id].first;
	while (i != 0 && index-- > 0)
		i = nodes[i].next;
	if (i == 0)
		return ERR_NOT_FOUND;
	out->node = (struct fs_node){.id = i, .kind = nodes[i].kind, .bytes = nodes[i].bytes};
	memcpy(out->name, nodes[i].name, nodes[i].length);
	out->name[nodes[i].length] = '\0';
	return OK;
}

static const struct fs_ops archive_ops = {
	.lookup = archive_lookup, .read = archive_read, .entry = archive_entry};
static struct fs archive = {.name = "archive", .ops = &archive_ops, .root = 0};

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
