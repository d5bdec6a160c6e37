/*
 * Directories: entries in a line, each with the distance to the next. They lie in pages of metadata, by their blocks, so that
 * the journal covers them.
 *
 * Every distance is checked where it is used: a damaged directory is reported and not followed. A directory that Linux has
 * given a hash tree is read in a line as well (the format allows it); before it is changed its flag is cleared, so that
 * Linux and e2fsck do not trust a tree that no longer fits.
 */
#include "lib/microk/string.h"
#include "servers/vfs/ext2/volume.h"

bool entry_is_sound(const struct ext2 *e, const u8 *block, u32 offset)
{
	const struct ext2_entry *entry = (const struct ext2_entry *)(block + offset);

	if (offset % 4 || offset + ENTRY_HEAD > e->block_bytes)
		return false;
	return entry->rec_len >= ENTRY_BYTES(1) && entry->rec_len % 4 == 0 &&
	       entry->rec_len <= e->block_bytes - offset &&
	       ENTRY_BYTES(entry->name_len) <= entry->rec_len && entry->inode <= e->inodes;
}

/* Blocks of a directory. A directory larger than the file system has a false size. */
static enum microk_status count_blocks(struct ext2 *e, const struct inode *d, u32 *count)
{
	u64 bytes = d->raw->size;

	*count = (u32)(bytes >> e->block_bits);
	if (bytes % e->block_bytes || *count > e->blocks)
		return damaged(e, "a directory has a false size", d->number);
	return OK;
}

static enum microk_status get_block(struct ext2 *e, const struct inode *d, u32 logical,
				    struct block *b, u32 *number)
{
	u32 run;
	enum microk_status status = map_find(e, d, logical, 1, number, &run);

	*b = NO_META;
	if (status == OK && *number == NO_BLOCK)
		status = damaged(e, "a directory has a hole", d->number);
	return status == OK ? block_get(e, *number, b) : status;
}

static bool has_name(const struct ext2_entry *entry, struct fs_name name)
{
	return entry->inode && entry->name_len == name.length &&
	       !memcmp(entry->name, name.bytes, name.length);
}

/* ---- Looking up ---- */

/* "." and ".." are not among the names, so that a removed directory leaves none there. */
bool name_is_dot(struct fs_name name)
{
	return name.length && name.bytes[0] == '.' &&
	       (name.length == 1 || (name.length == 2 && name.bytes[1] == '.'));
}

/* Among the names. OK, ERR_NOT_FOUND, or an error. */
static enum microk_status find_remembered(
	struct ext2 *e, u32 directory, struct fs_name name, struct place_of_entry *p)
{
	u32 hash = name_hash(name), cursor = 0;

	while (names_next(e, directory, hash, &cursor, &p->number, &p->offset)) {
		enum microk_status status = block_get(e, p->number, &p->block);

		if (status != OK)
			return status;
		p->entry = (struct ext2_entry *)(p->block.data + p->offset);
		if (entry_is_sound(e, p->block.data, p->offset) && has_name(p->entry, name))
			return OK;
		block_put(e, &p->block);
	}
	return ERR_NOT_FOUND;
}

/* Remembers the entries of one block. */
static enum microk_status list_block(struct ext2 *e, const struct inode *d, const struct block *b,
				     u32 number)
{
	for (u32 offset = 0; offset < e->block_bytes;) {
		const struct ext2_entry *entry = (const struct ext2_entry *)(b->data + offset);

		if (!entry_is_sound(e, b->data, offset))
			return damaged(e, "a directory has a damaged entry", d->number);
		if (entry->inode && !name_is_dot((struct fs_name){entry->name, entry->name_len}))
			names_add(e, d->number,
				  name_hash((struct fs_name){entry->name, entry->name_len}), number,
				  offset);
		offset += entry->rec_len;
	}
	return OK;
}

/* Looks through one block; ERR_NOT_FOUND. */
static enum microk_status search_block(struct ext2 *e, struct fs_name name,
				       struct place_of_entry *p)
{
	for (u32 offset = 0; offset < e->block_bytes;) {
		struct ext2_entry *entry = (struct ext2_entry *)(p->block.data + offset);

		if (!entry_is_sound(e, p->block.data, offset))
			break;
		if (has_name(entry, name)) {
			p->offset = offset;
			p->entry = entry;
			return OK;
		}
		offset += entry->rec_len;
	}
	return ERR_NOT_FOUND;
}

static enum microk_status find_dots(struct ext2 *e, const struct inode *d, struct fs_name name,
				    struct place_of_entry *p)
{
	enum microk_status status = get_block(e, d, 0, &p->block, &p->number);

	if (status == OK)
		status = search_block(e, name, p);
	if (status != OK)
		block_put(e, &p->block);
	return status == ERR_NOT_FOUND
		       ? damaged(e, "a directory has no entry for itself or its parent", d->number)
		       : status;
}

/* Reads the whole directory, remembers it, and finds the name on the way. Blocks after a damaged one are still searched. */
static enum microk_status find_by_reading(struct ext2 *e, struct node *n, const struct inode *d,
					  struct fs_name name, struct place_of_entry *p)
{
	struct place_of_entry found = {.block = NO_META};
	enum microk_status worst = OK;
	u32 blocks;

	worst = count_blocks(e, d, &blocks);
	if (worst != OK)
		return worst;
	n->listed = true;
	for (u32 logical = 0; logical < blocks; logical++) {
		struct place_of_entry at;
		enum microk_status status = get_block(e, d, logical, &at.block, &at.number);

		if (status == OK)
			status = list_block(e, d, &at.block, at.number);
		if (status != OK)
			worst = status;
		if (!found.entry && at.block.at != CACHE_NONE && search_block(e, name, &at) == OK)
			found = at;
		else
			block_put(e, &at.block);
	}
	if (worst != OK)
		n->listed = false;
	*p = found;
	if (found.entry)
		return OK;
	return worst != OK ? worst : ERR_NOT_FOUND;
}

enum microk_status directory_find(struct ext2 *e, struct node *n, const struct inode *d,
				  struct fs_name name, struct place_of_entry *p)
{
	enum microk_status status;

	*p = (struct place_of_entry){.block = NO_META};
	if (!inode_is(d->raw, MODE_DIRECTORY))
		return ERR_NOT_DIR;
	if (name.length > EXT2_NAME_MOST || !name.length)
		return ERR_NAME;
	if (name_is_dot(name))
		return find_dots(e, d, name, p);
	status = find_remembered(e, d->number, name, p);
	if (status == ERR_NOT_FOUND && !n->listed)
		status = find_by_reading(e, n, d, name, p);
	return status;
}

/* The node that a directory's entry names. */
static enum microk_status find_child(struct ext2 *e, u32 number, struct fs_node *out)
{
	struct inode child;
	enum microk_status status = inode_get(e, number, &child);

	if (status != OK)
		return status;
	if (!child.raw->links_count || !child.raw->mode ||
	    (number < e->first_inode && number != EXT2_ROOT))
		status = damaged(e, "a directory's entry names an unused inode", number);
	*out = inode_node(&child);
	inode_put(e, &child);
	return status;
}

enum microk_status ext2_lookup(struct fs *fs, u64 directory, struct fs_name name,
			       struct fs_node *out)
{
	struct ext2 *e = ext2_of(fs);
	struct place_of_entry p;
	struct inode d;
	struct node *n;
	u32 number = 0;
	enum microk_status status = node_get(e, (u32)directory, &n);

	if (status != OK)
		return status;
	node_lock_shared(e, n);
	status = inode_of_node(e, n, directory, &d);
	if (status == OK) {
		/* The parent of a removed directory can be gone, too. */
		if (name_is_dot(name) && !d.raw->links_count)
			status = ERR_NOT_FOUND;
		else
			status = directory_find(e, n, &d, name, &p);
		if (status == OK) {
			number = p.entry->inode;
			block_put(e, &p.block);
		}
		inode_put(e, &d);
	}
	/* The directory's lock keeps the entry, and so the child, where they are. */
	if (status == OK)
		status = find_child(e, number, out);
	node_unlock_shared(e, n);
	node_put(e, n);
	return status;
}

enum microk_status ext2_parent(struct fs *fs, u64 directory, struct fs_node *out)
{
	enum microk_status status = ext2_lookup(fs, directory, (struct fs_name){"..", 2}, out);

	if (status == OK && out->kind != KIND_DIRECTORY)
		status = damaged(ext2_of(fs), "a directory's parent is not one", directory);
	return status;
}

/* ---- Listing ---- */

/* Whether a client may see the entry: not "." and "..", nor, on a damaged disk, a name that no path can have. */
static bool is_listed(const struct ext2_entry *entry)
{
	return entry->inode && entry->name_len && !memchr(entry->name, '/', entry->name_len) &&
	       !memchr(entry->name, '\0', entry->name_len) &&
	       !name_is_dot((struct fs_name){entry->name, entry->name_len});
}

/* The first entry to be listed at `from` or after it in a block; block_bytes if there is none. A cookie can point into an entry
 * that has since been joined with its neighbour, so the block is followed from its beginning. */
static u32 entry_from(const struct ext2 *e, const u8 *block, u32 from)
{
	u32 offset = 0;

	while (offset < e->block_bytes && entry_is_sound(e, block, offset)) {
		const struct ext2_entry *entry = (const struct ext2_entry *)(block + offset);

		if (offset >= from && is_listed(entry))
			return offset;
		offset += entry->rec_len;
	}
	return e->block_bytes;
}

/* An entry whose inode cannot be read is still listed. */
static void fill_listed(struct ext2 *e, const struct ext2_entry *entry, u64 next,
			struct fs_entry *out)
{
	struct inode i;

	*out = (struct fs_entry){
		.node = {.id = entry->inode, .kind = KIND_CHARACTER}, .next = next};
	memcpy(out->name, entry->name, entry->name_len);
	if (inode_get(e, entry->inode, &i) == OK) {
		out->node = inode_node(&i);
		inode_put(e, &i);
	}
}

static enum microk_status list_from(struct ext2 *e, const struct inode *d, u64 cookie,
				    struct fs_entry *out)
{
	u32 blocks;
	enum microk_status status = count_blocks(e, d, &blocks);

	for (u64 logical = cookie >> e->block_bits; status == OK && logical < blocks; logical++) {
		struct block b;
		u32 number, from = 0, offset;

		if (logical == cookie >> e->block_bits)
			from = (u32)(cookie & (e->block_bytes - 1));
		status = get_block(e, d, (u32)logical, &b, &number);
		if (status != OK)
			return status;
		offset = entry_from(e, b.data, from);
		if (offset < e->block_bytes) {
			const struct ext2_entry *entry =
				(const struct ext2_entry *)(b.data + offset);

			fill_listed(e, entry, (logical << e->block_bits) + offset + entry->rec_len,
				    out);
			block_put(e, &b);
			return OK;
		}
		block_put(e, &b);
	}
	return status == OK ? ERR_NOT_FOUND : status;
}

enum microk_status ext2_entry(struct fs *fs, u64 directory, u64 cookie, struct fs_entry *out)
{
	struct ext2 *e = ext2_of(fs);
	struct inode d;
	struct node *n;
	enum microk_status status = node_get(e, (u32)directory, &n);

	if (status != OK)
		return status;
	node_lock_shared(e, n);
	status = inode_of_node(e, n, directory, &d);
	if (status == OK) {
		status = inode_is(d.raw, MODE_DIRECTORY) ? list_from(e, &d, cookie, out)
							 : ERR_NOT_DIR;
		inode_put(e, &d);
	}
	node_unlock_shared(e, n);
	node_put(e, n);
	return status;
}
