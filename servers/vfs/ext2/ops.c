/* The table by which the file server calls ext2. A function that changes something joins the change of its request. */
#include "lib/microk/string.h"
#include "servers/vfs/ext2/volume.h"

static enum microk_status set(struct fs *fs, u64 node, u32 what, const struct fs_attributes *to)
{
	enum microk_status status = ext2_begin(fs);

	return status == OK ? ext2_set(fs, node, what, to) : status;
}

static enum microk_status truncate(struct fs *fs, u64 node, u64 bytes)
{
	enum microk_status status = ext2_begin(fs);

	return status == OK ? ext2_truncate(fs, node, bytes) : status;
}

static enum microk_status make(struct fs *fs, u64 directory, struct fs_name name,
			       const struct fs_new *what, struct fs_node *out)
{
	enum microk_status status = ext2_begin(fs);

	return status == OK ? ext2_make(fs, directory, name, what, out) : status;
}

static enum microk_status link(struct fs *fs, u64 directory, struct fs_name name, u64 node)
{
	enum microk_status status = ext2_begin(fs);

	return status == OK ? ext2_link(fs, directory, name, node) : status;
}

static enum microk_status unlink(struct fs *fs, u64 directory, struct fs_name name,
				 bool is_directory)
{
	enum microk_status status = ext2_begin(fs);

	return status == OK ? ext2_unlink(fs, directory, name, is_directory) : status;
}

static enum microk_status rename(struct fs *fs, u64 from, struct fs_name name, u64 to,
				 struct fs_name new_name, bool exclusive)
{
	enum microk_status status = ext2_begin(fs);

	return status == OK ? ext2_rename(fs, from, name, to, new_name, exclusive) : status;
}

/* ---- Bytes in a buffer ---- */

struct buffer {
	struct ext2_bytes bytes; /* first */
	union {
		u8 *to;
		const u8 *from;
	};
};

static enum microk_status move_out(struct ext2_bytes *b, u64 at, void *page, u64 bytes)
{
	memcpy(((struct buffer *)b)->to + at, page, bytes);
	return OK;
}

static enum microk_status move_in(struct ext2_bytes *b, u64 at, void *page, u64 bytes)
{
	memcpy(page, ((struct buffer *)b)->from + at, bytes);
	return OK;
}

static enum microk_status read(struct fs *fs, u64 node, u64 offset, void *data, size_t size,
			       size_t *length)
{
	struct buffer b = {.bytes.move = move_out, .to = data};

	return ext2_read(fs, node, offset, size, &b.bytes, length);
}

static enum microk_status write(struct fs *fs, u64 node, u64 offset, const void *data, size_t size,
				size_t *length)
{
	struct buffer b = {.bytes.move = move_in, .from = data};
	enum microk_status status;

	*length = 0;
	if (!size)
		return OK;
	status = ext2_begin(fs);
	return status == OK ? ext2_write(fs, node, offset, size, &b.bytes, length) : status;
}

/* ---- Descriptions ---- */

static enum microk_status hold_again(struct fs *fs, u64 node)
{
	struct fs_node held = {.id = node};

	return ext2_hold(fs, &held, 0);
}

/* ---- The tables ---- */

#define READING                                                                                    \
	.lookup = ext2_lookup, .parent = ext2_parent, .attributes = ext2_attributes,               \
	.hold = ext2_hold, .hold_again = hold_again, .release = ext2_release, .read = read,        \
	.entry = ext2_entry, .read_link = ext2_read_link, .sync = ext2_sync, .usage = ext2_usage,  \
	.page = ext2_page, .names = ext2_names, .counters = ext2_counters

const struct fs_ops ext2_ops = {
	READING,      .set = set,       .write = write,   .truncate = truncate, .make = make,
	.link = link, .unlink = unlink, .rename = rename, .detach = ext2_detach};

const struct fs_ops ext2_read_only_ops = {READING};
