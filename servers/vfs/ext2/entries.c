/* Adding and removing a directory's entries. */
#include "lib/microk/string.h"
#include "servers/vfs/ext2/volume.h"

u8 entry_type(const struct ext2 *e, u32 mode)
{
	if (!e->file_types)
		return 0;
	switch (mode & MODE_TYPE) {
	case MODE_FILE: return 1;
	case MODE_DIRECTORY: return 2;
	case MODE_CHARACTER: return 3;
	case MODE_BLOCK: return 4;
	case MODE_FIFO: return 5;
	case MODE_SOCKET: return 6;
	case MODE_LINK: return 7;
	default: return 0;
	}
}

struct new_entry {
	struct fs_name name;
	u32 number;
	u8 type;
};

/* The directory has changed: its times, and a hash tree that no longer fits. */
static void touch(struct ext2 *e, const struct inode *d)
{
	struct ext2_inode raw = inode_read(e, d);

	raw.flags &= ~INODE_INDEX;
	inode_touch(e, &raw, TIME_CHANGED | TIME_MODIFIED);
	inode_write(e, d, &raw);
}

static void write_entry(struct ext2 *e, const struct block *b, u32 offset, u32 rec_len,
			const struct new_entry *new)
{
	union {
		struct ext2_entry entry;
		u8 bytes[ENTRY_HEAD + EXT2_NAME_MOST + 1];
	} u;
	u32 length = (u32) new->name.length;

	u.entry = (struct ext2_entry){
		.inode = new->number,
		.rec_len = (u16)rec_len,
		.name_len = (u8)length,
		.file_type = new->type};
	memcpy(u.bytes + ENTRY_HEAD, new->name.bytes, length);
	block_write(e, b, b->data + offset, u.bytes, ENTRY_HEAD + length);
}

/* Puts the entry into a block that has room for it after the entry at `offset`. Its offset; block_bytes if there is no room. */
static u32 add_in_block(struct ext2 *e, const struct block *b, u32 offset,
			const struct new_entry *new)
{
	u32 need = ENTRY_BYTES(new->name.length);

	while (offset < e->block_bytes) {
		struct ext2_entry *entry = (struct ext2_entry *)(b->data + offset);
		u32 used, rec_len;
		u16 shorter;

		if (!entry_is_sound(e, b->data, offset))
			break;
		used = entry->inode ? ENTRY_BYTES(entry->name_len) : 0;
		rec_len = entry->rec_len;
		if (rec_len - used >= need) {
			if (used) {
				shorter = (u16)used;
				block_write(e, b, &entry->rec_len, &shorter, sizeof(shorter));
			}
			write_entry(e, b, offset + used, rec_len - used, new);
			return offset + used;
		}
		offset += rec_len;
	}
	return e->block_bytes;
}

/* A block that is filled in order has its room after the entry that was added last. */
static enum microk_status add_in(struct ext2 *e, struct node *n, const struct inode *d, u32 number,
				 const struct new_entry *new, bool *added)
{
	u32 last = n->added_number == number ? n->added_offset : 0;
	struct block b;
	enum microk_status status = block_get(e, number, &b);

	*added = false;
	if (status != OK)
		return status;
	u32 offset = add_in_block(e, &b, last, new);
	if (offset >= e->block_bytes && last)
		offset = add_in_block(e, &b, 0, new);
	if (offset < e->block_bytes) {
		*added = true;
		n->added_number = number;
		n->added_offset = offset;
		names_add(e, d->number, name_hash(new->name), number, offset);
	}
	block_put(e, &b);
	return OK;
}

/* A new block at the directory's end. */
static enum microk_status append_block(struct ext2 *e, const struct inode *d, u32 *number)
{
	struct ext2_inode raw;
	struct block b;
	u32 run, size = d->raw->size;
	u16 rec_len = (u16)e->block_bytes;
	bool fresh;
	enum microk_status status;

	if (size >> 31)
		return ERR_FULL;
	status = map_make(e, d, size >> e->block_bits, 1, number, &run, &fresh);
	if (status == OK)
		status = block_fresh(e, *number, &b);
	if (status != OK)
		return status;
	block_write(e, &b, &((struct ext2_entry *)b.data)->rec_len, &rec_len, sizeof(rec_len));
	block_put(e, &b);
	raw = inode_read(e, d);
	raw.size = size + e->block_bytes;
	inode_write(e, d, &raw);
	return OK;
}

/* Tries the directory's blocks from n->room_block on. */
static enum microk_status add_from_room(struct ext2 *e, struct node *n, const struct inode *d,
					const struct new_entry *new, bool *added)
{
	u32 blocks = d->raw->size >> e->block_bits;

	for (; n->room_block < blocks; n->room_block++) {
		u32 number, run;
		enum microk_status status = map_find(e, d, n->room_block, 1, &number, &run);

		if (status == OK && number == NO_BLOCK)
			status = damaged(e, "a directory has a hole", d->number);
		if (status == OK)
			status = add_in(e, n, d, number, new, added);
		if (status != OK || *added)
			return status;
	}
	return OK;
}

enum microk_status directory_add(struct ext2 *e, struct node *n, const struct inode *d,
				 struct fs_name name, u32 number, u32 mode)
{
	struct new_entry new = {.name = name, .number = number, .type = entry_type(e, mode)};
	enum microk_status status = OK;
	bool added = false;
	u32 block;

	if (n->room_number) {
		status = add_in(e, n, d, n->room_number, &new, &added);
		if (!added)
			n->room_number = 0;
	}
	if (status == OK && !added)
		status = add_from_room(e, n, d, &new, &added);
	if (status == OK && !added && n->removed >= e->block_bytes / 64) {
		n->removed = n->room_block = 0;
		status = add_from_room(e, n, d, &new, &added);
	}
	if (status == OK && !added) {
		status = append_block(e, d, &block);
		if (status == OK)
			status = add_in(e, n, d, block, &new, &added);
	}
	if (status == OK)
		touch(e, d);
	names_change(e, mode);
	return status;
}

void directory_remove(struct ext2 *e, struct node *n, const struct inode *d, struct fs_name name,
		      struct place_of_entry *p)
{
	u32 before = 0, none = 0;
	bool is_file = e->file_types && p->entry->file_type == entry_type(e, MODE_FILE);
	u16 rec_len;

	names_remove(e, d->number, name_hash(name), p->number, p->offset);
	while (before < p->offset) {
		struct ext2_entry *entry = (struct ext2_entry *)(p->block.data + before);

		if (!entry_is_sound(e, p->block.data, before) ||
		    before + entry->rec_len >= p->offset)
			break;
		before += entry->rec_len;
	}
	struct ext2_entry *previous = (struct ext2_entry *)(p->block.data + before);
	if (before < p->offset && entry_is_sound(e, p->block.data, before) &&
	    before + previous->rec_len == p->offset) {
		rec_len = (u16)(previous->rec_len + p->entry->rec_len);
		block_write(e, &p->block, &previous->rec_len, &rec_len, sizeof(rec_len));
	} else {
		block_write(e, &p->block, &p->entry->inode, &none, sizeof(none));
	}
	n->room_number = p->number;
	n->added_number = 0; /* the last added entry can be a part of this one's predecessor now */
	n->removed++;
	block_put(e, &p->block);
	touch(e, d);
	names_change(e, is_file ? MODE_FILE : MODE_DIRECTORY);
}

void directory_replace(struct ext2 *e, const struct inode *d, struct place_of_entry *p, u32 number,
		       u32 mode)
{
	u8 type = entry_type(e, mode);

	names_change(e, MODE_DIRECTORY);
	block_write(e, &p->block, &p->entry->inode, &number, sizeof(number));
	block_write(e, &p->block, &p->entry->file_type, &type, sizeof(type));
	block_put(e, &p->block);
	touch(e, d);
}

enum microk_status directory_make(struct ext2 *e, const struct inode *d, u32 parent)
{
	struct new_entry dot = {
		.name = {".", 1}, .number = d->number, .type = entry_type(e, MODE_DIRECTORY)};
	struct new_entry up = {.name = {"..", 2}, .number = parent, .type = dot.type};
	struct block b;
	u32 number;
	enum microk_status status = append_block(e, d, &number);

	if (status == OK)
		status = block_get(e, number, &b);
	if (status != OK)
		return status;
	write_entry(e, &b, 0, ENTRY_BYTES(1), &dot);
	write_entry(e, &b, ENTRY_BYTES(1), e->block_bytes - ENTRY_BYTES(1), &up);
	block_put(e, &b);
	return OK;
}

enum microk_status directory_is_empty(struct ext2 *e, const struct inode *d, bool *empty)
{
	u32 blocks = d->raw->size >> e->block_bits;

	*empty = true;
	if (blocks > e->blocks)
		return damaged(e, "a directory has a false size", d->number);
	for (u32 logical = 0; logical < blocks && *empty; logical++) {
		struct block b;
		u32 number, run;
		enum microk_status status = map_find(e, d, logical, 1, &number, &run);

		if (status == OK && number == NO_BLOCK)
			continue;
		if (status == OK)
			status = block_get(e, number, &b);
		if (status != OK)
			return status;
		for (u32 offset = 0; offset < e->block_bytes && *empty;) {
			const struct ext2_entry *entry =
				(const struct ext2_entry *)(b.data + offset);

			if (!entry_is_sound(e, b.data, offset)) {
				status = damaged(e, "a directory has a damaged entry", d->number);
				break;
			}
			if (entry->inode &&
			    !name_is_dot((struct fs_name){entry->name, entry->name_len}))
				*empty = false;
			offset += entry->rec_len;
		}
		block_put(e, &b);
		if (status != OK)
			return status;
	}
	return OK;
}
