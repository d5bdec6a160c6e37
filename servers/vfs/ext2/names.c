/*
 * Names: which entry of which directory lies where, so that a look-up does not read the directory. The disk's format stays
 * linear.
 *
 * Weighed: Linux's dentry cache keeps names with their text, and absent names too; ext3's hash tree keeps the order on the
 * disk. Here an entry is 24 bytes: directory, hash and place; the text is compared in the page. For an absent name it must be
 * known that *every* entry of the directory is here (struct node's `listed`); an evicted entry ends that for its directory.
 */
#include "servers/vfs/ext2/volume.h"

void names_change(struct ext2 *e, u32 mode)
{
	e->names_changed++;
	e->directories_changed += (mode & MODE_TYPE) != MODE_FILE;
}

u64 ext2_names(struct fs *fs, bool directories)
{
	const struct ext2 *e = ext2_of(fs);

	return directories ? e->directories_changed : e->names_changed;
}

u32 name_hash(struct fs_name name)
{
	const u64 prime =
		0x9e3779b97f4a7c15ul; /* Knuth, TAOCP vol. 3, 6.4: multiplicative hashing, of eight bytes at once */
	const char *at = name.bytes;
	size_t left = name.length;
	u64 h = left * prime;

	for (; left; h = (h ^ h >> 32) * prime) {
		u64 word = 0;
		size_t part = MIN(left, sizeof(word));

		if (part == sizeof(word))
			__builtin_memcpy(&word, at, sizeof(word));
		else
			for (size_t i = 0; i < part; i++)
				word = word << 8 | (u8)at[i];
		h ^= word;
		at += part;
		left -= part;
	}
	return (u32)(h >> 32);
}

static u32 heads_for(u32 count)
{
	u32 heads = 64;

	while (heads < count)
		heads *= 2;
	return heads;
}

u64 names_bytes(u32 count)
{
	return (u64)count * sizeof(struct name_entry) + heads_for(count) * sizeof(u32);
}

void names_start(struct names *n, void *memory, u32 count)
{
	u32 heads = heads_for(count);

	*n = (struct names){.entry = memory, .count = count, .head_mask = heads - 1};
	n->heads = (u32 *)(n->entry + count);
	for (u32 i = 0; i < heads; i++)
		n->heads[i] = CACHE_NONE;
	for (u32 i = 0; i < count; i++)
		n->entry[i] = (struct name_entry){.next = i + 1 < count ? i + 1 : CACHE_NONE};
}

static u32 *head_of(const struct names *n, u32 directory, u32 hash)
{
	return &n->heads[(hash ^ directory * 0x9e3779b1u) & n->head_mask];
}

static void unlink_entry(struct names *n, u32 at)
{
	u32 *link = head_of(n, n->entry[at].directory, n->entry[at].hash);

	while (*link != at)
		link = &n->entry[*link].next;
	*link = n->entry[at].next;
}

static void free_entry(struct names *n, u32 at)
{
	unlink_entry(n, at);
	n->entry[at] = (struct name_entry){.next = n->free};
	n->free = at;
}

/* Makes an entry free: another directory's, or this one's. */
static void evict(struct ext2 *e)
{
	struct names *n = &e->names;
	struct node *owner;
	u32 at;

	do {
		at = n->hand;
		n->hand = at + 1 == n->count ? 0 : at + 1;
	} while (!n->entry[at].directory);
	owner = node_find(e, n->entry[at].directory);
	if (owner)
		owner->listed = false;
	free_entry(n, at);
}

static bool is_same(const struct name_entry *n, u32 directory, u32 hash, u32 block, u32 offset)
{
	return n->directory == directory && n->hash == hash && n->block == block &&
	       n->offset == offset / 4;
}

void names_add(struct ext2 *e, u32 directory, u32 hash, u32 block, u32 offset)
{
	struct names *n = &e->names;
	u32 *head = head_of(n, directory, hash), at;

	for (at = *head; at != CACHE_NONE; at = n->entry[at].next)
		if (is_same(&n->entry[at], directory, hash, block, offset))
			return;
	if (n->free == CACHE_NONE)
		evict(e);
	at = n->free;
	n->free = n->entry[at].next;
	n->entry[at] = (struct name_entry){
		.directory = directory,
		.hash = hash,
		.block = block,
		.offset = (u16)(offset / 4),
		.next = *head};
	*head = at;
}

bool names_next(const struct ext2 *e, u32 directory, u32 hash, u32 *cursor, u32 *block, u32 *offset)
{
	const struct names *n = &e->names;
	u32 skip = *cursor, seen = 0;

	for (u32 at = *head_of(n, directory, hash); at != CACHE_NONE; at = n->entry[at].next) {
		const struct name_entry *entry = &n->entry[at];

		if (entry->directory != directory || entry->hash != hash || seen++ < skip)
			continue;
		*cursor = seen;
		*block = entry->block;
		*offset = entry->offset * 4u;
		return true;
	}
	return false;
}

void names_remove(struct ext2 *e, u32 directory, u32 hash, u32 block, u32 offset)
{
	struct names *n = &e->names;

	for (u32 at = *head_of(n, directory, hash); at != CACHE_NONE; at = n->entry[at].next)
		if (is_same(&n->entry[at], directory, hash, block, offset)) {
			free_entry(n, at);
			return;
		}
}

void names_forget(struct ext2 *e, u32 directory)
{
	for (u32 at = 0; at < e->names.count; at++)
		if (e->names.entry[at].directory == directory)
			free_entry(&e->names, at);
}
