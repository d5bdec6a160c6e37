/*
 * A tree both ways.
 *
 *     test_tree IMAGE list          prints every node: type, mode, size, links, checksum or target, path
 *     test_tree IMAGE make < PLAN   makes nodes as the lines say, and writes the image back:
 *                                     d MODE PATH | f MODE SIZE SEED PATH |
 *                                     l TARGET PATH | h OLD PATH | m OLD NEW | r PATH | t SIZE PATH
 */
#include "kit.h"
#include "tests/host/check.h"

static struct kit k;

static u32 checksum(u64 id, u64 bytes)
{
	static u8 data[1 << 20];
	u64 at = 0, done;
	u32 crc = 0;

	while (at < bytes) {
		if (kit_read(&k, id, at, sizeof(data), data, &done) != OK || !done)
			return 0;
		crc = kit_crc(crc, data, done);
		at += done;
	}
	return crc;
}

static void list(u64 directory, const char *path)
{
	struct fs_entry l;
	enum microk_status status;

	for (u64 cookie = 0; (status = ext2_entry(k.fs, directory, cookie, &l)) == OK;
	     cookie = l.next) {
		struct fs_attributes a;
		struct fs_node node;
		char child[8192], target[4096] = "-";
		size_t length = 0;
		u32 crc = 0;

		CHECK(strcmp(l.name, ".") && strcmp(l.name, ".."));
		snprintf(child, sizeof(child), "%s/%s", path, l.name);
		CHECK(ext2_attributes(k.fs, l.node.id, &a) == OK);
		CHECK(ext2_lookup(k.fs, directory, kit_name(l.name), &node) == OK);
		CHECK(node.id == l.node.id && node.kind == l.node.kind);
		if (l.node.kind == KIND_FILE)
			crc = checksum(l.node.id, a.node.bytes);
		if (l.node.kind == KIND_LINK) {
			CHECK(ext2_read_link(
				      k.fs, l.node.id, target, sizeof(target) - 1, &length) == OK);
			target[length] = 0;
		}
		printf("%u %o %lu %u %08x %s %s\n", l.node.kind, a.mode & 07777,
		       l.node.kind == KIND_DIRECTORY ? 0 : a.node.bytes, a.links, crc, target,
		       child);
		if (l.node.kind == KIND_DIRECTORY)
			list(l.node.id, child);
	}
	CHECK(status == ERR_NOT_FOUND);
}

/* The directory of a path and the name in it. */
static u64 parent(char *path, struct fs_name *name)
{
	char *slash = strrchr(path, '/');
	u64 id = 0;
	u32 kind;

	*name = kit_name(slash + 1);
	*slash = 0;
	if (kit_lookup(&k, path, &id, &kind) != OK)
		printf("no %s\n", path);
	return id;
}

static void fill(u64 id, u64 size, u64 seed)
{
	static u64 data[1 << 15];
	u64 at = 0, done;

	while (at < size) {
		u64 part = MIN(size - at, sizeof(data));

		for (u64 n = 0; n < ARRAY_LEN(data); n++)
			data[n] = (at + n * 8) * 0x9e3779b97f4a7c15ul + seed;
		CHECK(kit_write_all(&k, id, at, part, data, &done) == OK);
		at += part;
	}
}

static void make(void)
{
	char line[8192], a[4096], b[4096];

	while (fgets(line, sizeof(line), stdin)) {
		struct fs_new new = {.owner = 70000, .group = 5};
		struct fs_name name, to;
		struct fs_node node;
		u64 size, seed, id, directory;
		u32 kind;
		enum microk_status status = ERR_METHOD;

		if (sscanf(line, "d %o %s", &new.mode, a) == 2) {
			directory = parent(a, &name);
			new.kind = KIND_DIRECTORY;
			status = ext2_make(k.fs, directory, name, &new, &node);
		} else if (sscanf(line, "f %o %lu %lu %s", &new.mode, &size, &seed, a) == 4) {
			directory = parent(a, &name);
			status = ext2_make(k.fs, directory, name, &new, &node);
			if (status == OK)
				fill(node.id, size, seed);
		} else if (sscanf(line, "l %s %s", a, b) == 2) {
			directory = parent(b, &name);
			new.kind = KIND_LINK;
			new.target = a;
			new.target_length = strlen(a);
			status = ext2_make(k.fs, directory, name, &new, &node);
		} else if (sscanf(line, "h %s %s", a, b) == 2) {
			CHECK(kit_lookup(&k, a, &id, &kind) == OK);
			directory = parent(b, &name);
			status = ext2_link(k.fs, directory, name, id);
		} else if (sscanf(line, "m %s %s", a, b) == 2) {
			directory = parent(a, &name);
			id = parent(b, &to);
			status = ext2_rename(k.fs, directory, name, id, to, false);
		} else if (sscanf(line, "r %s", a) == 1) {
			directory = parent(a, &name);
			status = ext2_unlink(k.fs, directory, name, false);
			if (status == ERR_IS_DIR)
				status = ext2_unlink(k.fs, directory, name, true);
		} else if (sscanf(line, "t %lu %s", &size, a) == 2) {
			CHECK(kit_lookup(&k, a, &id, &kind) == OK);
			status = ext2_truncate(k.fs, id, size);
		}
		if (status != OK)
			printf("status %d: %s", status, line);
		CHECK(status == OK);
	}
}

int main(int count, char **arguments)
{
	enum microk_status status;

	if (count < 3)
		return 2;
	kit_load(arguments[1]);
	kit_begin(&k, 512);
	kit_seed = count > 3 ? strtoul(arguments[3], NULL, 10) : 0;
	k.read_only = !strcmp(arguments[2], "list");
	status = kit_mount(&k);
	if (status != OK) {
		printf("mount: %d\n%s", status, kit_reports);
		return 1;
	}
	if (k.read_only)
		list(k.fs->root, "");
	else
		make();
	CHECK(kit_unmount(&k) == OK);
	kit_settle(&k);
	if (!k.read_only)
		kit_store(arguments[1]);
	CHECK(kit_report_count == 0);
	printf("%s", kit_reports);
	kit_free(&k);
	return check_result("tree");
}
