#include "damage.h"
#include <stdlib.h>
#include <string.h>

#define NODES_MOST 200u

static struct kit k;
static u32 seen;

static void read_some(u64 id, u64 bytes)
{
	static u8 data[32768];
	u64 done;

	kit_read(&k, id, 0, sizeof(data), data, &done);
	kit_read(&k, id, bytes > 100 ? bytes - 100 : 0, sizeof(data), data, &done);
	kit_read(&k, id, bytes / 2, 1, data, &done);
}

static void walk(u64 directory, u32 depth)
{
	struct fs_entry l;
	u32 listed = 0, page, bytes;

	for (u64 at = 0; ext2_entry(k.fs, directory, at, &l) == OK && listed < 100;
	     at = l.next, listed++) {
		struct fs_attributes a = {0};
		struct fs_node node;
		char target[4096];
		size_t length;

		if (++seen > NODES_MOST)
			return;
		ext2_attributes(k.fs, l.node.id, &a);
		if (ext2_lookup(k.fs, directory, kit_name(l.name), &node) != OK)
			continue;
		read_some(node.id, a.node.bytes);
		ext2_read_link(k.fs, node.id, target, sizeof(target), &length);
		ext2_page(k.fs, node.id, a.node.bytes / 2, 65536, &page, &bytes);
		ext2_parent(k.fs, node.id, &node);
		if (l.node.kind == KIND_DIRECTORY && depth)
			walk(l.node.id, depth - 1);
	}
}

static void change(u64 directory)
{
	static const struct fs_new
		file = {.kind = KIND_FILE, .mode = 0644},
		folder = {.kind = KIND_DIRECTORY, .mode = 0644},
		to_target = {
			.kind = KIND_LINK, .mode = 0777, .target = "target", .target_length = 6};
	static const u8 data[20000] = {1, 2, 3};
	char names[40][256];
	struct fs_entry l;
	struct fs_node node, made = {.id = directory};
	u32 count = 0;
	u64 done;

	for (u64 at = 0; count < 40 && ext2_entry(k.fs, directory, at, &l) == OK; at = l.next)
		memcpy(names[count++], l.name, sizeof(l.name));
	if (ext2_make(k.fs, directory, kit_name("new"), &file, &node) == OK)
		kit_write_all(&k, node.id, 5000, sizeof(data), data, &done);
	ext2_make(k.fs, directory, kit_name("newdir"), &folder, &made);
	ext2_make(k.fs, directory, kit_name("newlink"), &to_target, &node);
	for (u32 n = 0; n < count; n++) {
		struct fs_name name = kit_name(names[n]);
		struct kit_buffer b = kit_from(data);

		if (ext2_lookup(k.fs, directory, kit_name(names[n]), &node) != OK)
			continue;
		if (n % 4 == 0 && ext2_hold(k.fs, &node, 1) == OK) {
			ext2_write(k.fs, node.id, node.bytes, 3000, &b.bytes, &done);
			ext2_truncate(k.fs, node.id, node.bytes / 2);
			ext2_unlink(k.fs, directory, name, false);
			ext2_release(k.fs, node.id);
		}
		if (n % 4 == 1)
			ext2_rename(k.fs, directory, name, directory, kit_name("moved"), false);
		if (n % 4 == 2)
			ext2_rename(k.fs, directory, name, made.id, kit_name("moved"), false);
		if (ext2_unlink(k.fs, directory, name, false) == ERR_IS_DIR)
			ext2_unlink(k.fs, directory, name, true);
		if (n % 8 == 0)
			ext2_sync(k.fs, ~0ul);
	}
}

bool damage_walk(u32 pages)
{
	struct fs_node node;
	bool mounted;

	kit_begin(&k, pages);
	kit_reports[0] = 0;
	seen = 0;
	mounted = kit_mount(&k) == OK;
	if (mounted) {
		ext2_reap(k.fs);
		walk(k.fs->root, 4);
		change(k.fs->root);
		if (ext2_lookup(k.fs, k.fs->root, kit_name("d"), &node) == OK)
			change(node.id);
		walk(k.fs->root, 2);
		kit_unmount(&k);
	}
	kit_settle(&k);
	kit_free(&k);
	return mounted;
}

/* Mostly in the tables at the beginning, often in whole fields, and often with a number that is nearly right. */
void damage_one(u64 what, u64 value)
{
	static const u32 numbers[] = {
		0, 1, 2, 8, 11, 12, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff};
	u64 room = what & 3 ? MIN(kit_image_bytes, 160ul * 1024) : kit_image_bytes;
	u64 at = (what >> 8) % (room / 4) * 4;
	u32 old;

	memcpy(&old, kit_image + at, sizeof(old));
	switch (what >> 2 & 7) {
	case 0: old = (u32)value; break;
	case 1: old ^= 1u << value % 32; break;
	case 2: old = numbers[value % ARRAY_LEN(numbers)]; break;
	case 3: old = old + (u32)(value % 5) - 2; break;
	case 4: old = (u32)(value % (kit_image_bytes / 1024)); break;
	case 5: old = (old & 0xffff0000) | (value & 0xffff); break;
	case 6: old = (old & 0x0000ffff) | (u32)value << 16; break;
	case 7:
		if (at + 1024 <= kit_image_bytes)
			memmove(kit_image + at / 1024 * 1024,
				kit_image + value % (kit_image_bytes / 1024) * 1024, 1024);
		return;
	}
	memcpy(kit_image + at, &old, sizeof(old));
}
