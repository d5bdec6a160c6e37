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
	const struct fs_disk_ops *ops = k.fs->ops->disk;
	struct fs_listed l;
	u32 listed = 0;

	for (u64 at = 0; ops->list(k.fs, directory, at, &l) == OK && listed < 100;
	     at = l.next, listed++) {
		struct fs_attributes a = {0};
		struct fs_node node;
		char target[4096];
		size_t length;

		if (++seen > NODES_MOST)
			return;
		ops->attributes(k.fs, l.id, &a);
		if (k.fs->ops->lookup(k.fs, directory, l.name, l.length, &node) != OK)
			continue;
		read_some(node.id, a.bytes);
		ops->readlink(k.fs, node.id, target, sizeof(target), &length);
		if (node.kind == KIND_DIRECTORY && depth && strcmp(l.name, ".") &&
		    strcmp(l.name, ".."))
			walk(node.id, depth - 1);
	}
}

static void change(u64 directory)
{
	const struct fs_disk_ops *ops = k.fs->ops->disk;
	struct fs_attributes as = {.mode = 0644};
	static const u8 data[20000] = {1, 2, 3};
	char names[40][256];
	struct fs_listed l;
	struct fs_node node, made = {.id = directory};
	u32 count = 0;
	u64 done;

	for (u64 at = 0; count < 40 && ops->list(k.fs, directory, at, &l) == OK; at = l.next)
		memcpy(names[count++], l.name, sizeof(l.name));
	if (ops->create(k.fs, directory, kit_name("new"), &as, &node) == OK)
		kit_write_all(&k, node.id, 5000, sizeof(data), data, &done);
	ops->mkdir(k.fs, directory, kit_name("newdir"), &as, &made);
	ops->symlink(k.fs, directory, kit_name("newlink"), kit_name("target"), &as, &node);
	for (u32 n = 0; n < count; n++) {
		struct fs_name name = kit_name(names[n]);
		struct kit_buffer b = kit_from(data);
		void *state;

		if (k.fs->ops->lookup(k.fs, directory, names[n], strlen(names[n]), &node) != OK)
			continue;
		if (!strcmp(names[n], ".") || !strcmp(names[n], ".."))
			continue;
		if (n % 4 == 0 && k.fs->ops->open(k.fs, &node, 1, &state) == OK) {
			ops->write(k.fs, node.id, node.bytes, 3000, &b.bytes, &done);
			ops->truncate(k.fs, node.id, node.bytes / 2);
			ops->unlink(k.fs, directory, name);
			k.fs->ops->close(k.fs, &node, NULL);
		}
		if (n % 4 == 1)
			ops->rename(k.fs, directory, name, directory, kit_name("moved"));
		if (n % 4 == 2)
			ops->rename(k.fs, directory, name, made.id, kit_name("moved"));
		if (ops->unlink(k.fs, directory, name) == ERR_IS_DIR)
			ops->rmdir(k.fs, directory, name);
		if (n % 8 == 0)
			ops->sync_all(k.fs);
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
		if (k.fs->ops->lookup(k.fs, k.fs->root, "d", 1, &node) == OK)
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
