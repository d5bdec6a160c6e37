/*
 * The boot archive as a file system.
 *
 * Weighed: seL4's cpio library scans the archive from the start for each look-up (no memory, but
 * linear, and no directories); Linux unpacks its initramfs into a tmpfs (directories, but every
 * byte twice). Here the archive is scanned once into a tree of nodes that point into it. The
 * content stays where the loader put it; the paths imply the directories.
 *
 * The archive is untrusted: every length is checked before it is used, and every name passes
 * name_valid, so no entry can lie outside the tree.
 */
#include "servers/vfs/archivefs.h"
#include "servers/vfs/name.h"
#include "lib/microk/string.h"
#include "lib/microk/util.h"

/* Node 0 is the root; children are a list through `next`, in the archive's order. */
struct node {
	const char *name; /* into the archive, not terminated */
	const u8 *data;
	u64 bytes;
	u32 first, last, next; /* 0: none (the root is no node's child) */
	u8 length;             /* of name: at most FILE_NAME_MAX */
	u8 kind;
};

static struct node nodes[ARCHIVE_NODES_MAX];
static u32 node_count;

/* ---- reading the cpio format ---- */

#define HEADER_BYTES 110 /* "070701", then 13 fields of 8 hex digits */
enum header_field { FIELD_MODE = 1, FIELD_SIZE = 6, FIELD_NAME_SIZE = 11 };
#define MODE_TYPE 0170000u
#define MODE_DIRECTORY 0040000u
#define MODE_FILE 0100000u

struct entry {
	const char *name; /* name_length bytes and a NUL */
	size_t name_length;
	u32 mode;
	const u8 *data;
	size_t bytes;
};

static bool read_field(const u8 *header, enum header_field field, u32 *value)
{
	const u8 *digits = header + 6 + 8ul * field;
	u32 v = 0;

	for (int i = 0; i < 8; i++) {
		u8 c = digits[i];
		u32 digit;
		if (c >= '0' && c <= '9')
			digit = c - '0';
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			digit = (c | 0x20) - 'a' + 10;
		else
			return false;
		v = v << 4 | digit;
	}
	*value = v;
	return true;
}

/* Reads the entry at *offset and moves *offset to the next. Returns NULL, or the fault found. */
static const char *read_entry(const u8 *archive, size_t bytes, size_t *offset, struct entry *out)
{
	u32 name_size, size;
	size_t at = *offset;

	if (at > bytes || bytes - at < HEADER_BYTES)
		return "the archive ends in the middle of a header";
	const u8 *header = archive + at;
	if (memcmp(header, "070701", 6) != 0)
		return "no cpio header (070701) where one must be";
	if (!read_field(header, FIELD_MODE, &out->mode) || !read_field(header, FIELD_SIZE, &size) ||
	    !read_field(header, FIELD_NAME_SIZE, &name_size))
		return "a header field is not hexadecimal";

	size_t name_room = bytes - at - HEADER_BYTES;
	if (name_size == 0 || name_size > name_room)
		return "a name reaches past the archive's end";
	out->name = (const char *)header + HEADER_BYTES;
	out->name_length = name_size - 1;
	if (out->name[name_size - 1] != '\0' || strlen(out->name) != name_size - 1)
		return "a name does not end in a NUL, or has one inside";

	size_t data_at = ALIGN_UP(at + HEADER_BYTES + name_size, 4);
	if (data_at > bytes || size > bytes - data_at)
		return "a file reaches past the archive's end";
	out->data = archive + data_at;
	out->bytes = size;
	*offset = MIN(ALIGN_UP(data_at + size, 4), bytes);
	return NULL;
}

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
static bool add_entry(const struct entry *e)
{
	u32 type = e->mode & MODE_TYPE;

	if (type != MODE_FILE && type != MODE_DIRECTORY)
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
		u8 kind = last && type == MODE_FILE ? KIND_FILE : KIND_DIRECTORY;
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
		struct entry e;
		report->damage_at = offset;
		report->damage = read_entry(data, bytes, &offset, &e);
		if (report->damage || strcmp(e.name, "TRAILER!!!") == 0)
			break;
		if (!add_entry(&e))
			report->left_out++;
	}
	count(report);
	return &archive;
}
