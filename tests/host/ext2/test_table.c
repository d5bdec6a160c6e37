/*
 * The table of lib/fileserver/fs.h as ext2 fills it, and the changes of requests.
 *
 *     test_table IMAGE NAME
 */
#include "kit.h"
#include "servers/vfs/ext2/volume.h"
#include "tests/host/check.h"

static struct kit k;
static const struct fs_ops *ops;
static const struct fs_new
	file = {.kind = KIND_FILE, .mode = 0644, .owner = 70000, .group = 80000},
	folder = {.kind = KIND_DIRECTORY, .mode = 0755},
	to_nowhere = {.kind = KIND_LINK, .mode = 0777, .target = "nowhere", .target_length = 7};

/* Ends a request as a server does, by the status of its operation. */
static enum microk_status ended(enum microk_status status)
{
	if (!ext2_is_changing(k.fs))
		return status;
	if (status == OK)
		return ext2_commit(k.fs);
	ext2_abort(k.fs);
	return status;
}

static u64 made(u64 directory, const char *name, const struct fs_new *what)
{
	struct fs_node node = {0};

	CHECK(ended(ops->make(k.fs, directory, kit_name(name), what, &node)) == OK);
	CHECK(node.kind == what->kind);
	CHECK(node.bytes ==
	      (node.kind == KIND_DIRECTORY ? ext2_of(k.fs)->block_bytes : what->target_length));
	return node.id;
}

static enum microk_status removed(u64 directory, const char *name, bool is_directory)
{
	return ended(ops->unlink(k.fs, directory, kit_name(name), is_directory));
}

static enum microk_status moved(u64 from, const char *name, u64 to, const char *new_name,
				bool exclusive)
{
	return ended(ops->rename(k.fs, from, kit_name(name), to, kit_name(new_name), exclusive));
}

static enum microk_status found(u64 directory, const char *name, struct fs_node *out)
{
	return ops->lookup(k.fs, directory, kit_name(name), out);
}

/* A further link to the file, while it has that many. */
static enum microk_status with_links(u64 id, int links)
{
	struct ext2 *e = ext2_of(k.fs);
	enum microk_status status;
	struct inode i;

	CHECK(ext2_begin(k.fs) == OK && inode_of(e, id, &i) == OK);
	links_add(e, &i, links - i.raw->links_count);
	inode_put(e, &i);
	status = ops->link(k.fs, k.fs->root, kit_name("more"), id);
	ext2_abort(k.fs);
	return status;
}

/* The statuses that the file server passes on to clients. */
static void statuses(void)
{
	u64 root = k.fs->root, f = made(root, "f", &file), d = made(root, "d", &folder),
	    e = made(d, "e", &folder), l = made(root, "l", &to_nowhere);
	static const struct fs_new device = {.kind = KIND_CHARACTER};
	char long_target[5000], text[16];
	struct fs_new too_long = {.kind = KIND_LINK, .target = long_target, .target_length = 4999};
	struct fs_node node;
	size_t length;

	memset(long_target, 'x', sizeof(long_target));
	CHECK(ended(ops->make(k.fs, root, kit_name("f"), &file, &node)) == ERR_EXISTS);
	CHECK(ended(ops->make(k.fs, f, kit_name("g"), &file, &node)) == ERR_NOT_DIR);
	CHECK(ended(ops->make(k.fs, root, kit_name("c"), &device, &node)) == ERR_DENIED);
	CHECK(ended(ops->make(k.fs, root, kit_name("t"), &too_long, &node)) == ERR_NAME);
	CHECK(ended(ops->link(k.fs, root, kit_name("d2"), d)) == ERR_IS_DIR);
	CHECK(ended(ops->link(k.fs, root, kit_name("d"), f)) == ERR_EXISTS);
	CHECK(removed(root, "d", false) == ERR_IS_DIR && removed(root, "f", true) == ERR_NOT_DIR);
	CHECK(removed(root, "d", true) == ERR_NOT_EMPTY &&
	      removed(root, "x", true) == ERR_NOT_FOUND);
	CHECK(moved(root, "x", root, "y", false) == ERR_NOT_FOUND);
	CHECK(moved(root, "d", e, "d", false) == ERR_ARG &&
	      moved(root, "d", d, "e", true) == ERR_ARG);
	CHECK(moved(root, "f", root, "d", false) == ERR_IS_DIR &&
	      moved(root, "d", root, "f", false) == ERR_NOT_DIR);
	CHECK(moved(d, "e", root, "d", false) == ERR_NOT_EMPTY);
	CHECK(moved(root, "f", root, "l", true) == ERR_EXISTS &&
	      moved(root, "f", root, "f", true) == ERR_EXISTS);
	CHECK(moved(root, "f", root, "f", false) == OK && moved(root, "f", root, "g", true) == OK);
	CHECK(found(root, "f", &node) == ERR_NOT_FOUND && found(root, "g", &node) == OK &&
	      node.id == f);
	CHECK(ops->read_link(k.fs, f, text, sizeof(text), &length) == ERR_NOT_LINK);
	CHECK(ops->read_link(k.fs, l, text, 4, &length) == OK && length == 4 &&
	      !memcmp(text, "nowh", 4));
	CHECK(ops->read(k.fs, d, 0, text, 1, &length) == ERR_IS_DIR &&
	      ops->read(k.fs, l, 0, text, 1, &length) == ERR_DENIED);
	CHECK(ended(ops->write(k.fs, d, 0, text, 1, &length)) == ERR_IS_DIR);
	CHECK(ended(ops->write(k.fs, f, 1ul << 50, text, 1, &length)) == ERR_TOO_LARGE);
	CHECK(ended(ops->truncate(k.fs, f, 1ul << 50)) == ERR_TOO_LARGE);
	CHECK(found(f, "x", &node) == ERR_NOT_DIR);
	CHECK(with_links(f, EXT2_LINKS_MOST - 1) == OK &&
	      with_links(f, EXT2_LINKS_MOST) == ERR_LINKS);
}

/* Names that a file server refuses, and a damaged disk may have. */
static void unlisted(u64 root)
{
	static const struct fs_name names[] = {{"x/y", 3}, {"x\0y", 3}};
	u64 d = made(root, "odd", &folder);
	struct fs_entry entry;
	struct fs_node node;

	for (u32 n = 0; n < ARRAY_LEN(names); n++)
		CHECK(ended(ops->make(k.fs, d, names[n], &file, &node)) == OK);
	CHECK(ops->entry(k.fs, d, 0, &entry) == ERR_NOT_FOUND);
	for (u32 n = 0; n < ARRAY_LEN(names); n++)
		CHECK(ended(ops->unlink(k.fs, d, names[n], false)) == OK);
}

/* "." and ".." are not listed, and a cookie stays valid. */
static void entries(void)
{
	u64 root = k.fs->root, d = made(root, "d", &folder);
	bool seen[300] = {false};
	struct fs_entry entry;
	char name[16];
	u32 count = 0;

	CHECK(ops->entry(k.fs, d, 0, &entry) == ERR_NOT_FOUND);
	for (u32 n = 0; n < ARRAY_LEN(seen); n++) {
		snprintf(name, sizeof(name), "file%u", n);
		made(d, name, &file);
	}
	for (u64 at = 0; ops->entry(k.fs, d, at, &entry) == OK && count < 1000;
	     at = entry.next, count++) {
		u32 n = (u32)strtoul(entry.name + 4, NULL, 10);
		struct fs_node node;

		CHECK(found(d, entry.name, &node) == OK && node.id == entry.node.id &&
		      entry.node.kind == KIND_FILE && entry.node.bytes == 0);
		if (strncmp(entry.name, "file", 4))
			continue; /* one that came meanwhile */
		CHECK(n < ARRAY_LEN(seen) && !seen[n]);
		seen[n] = true;
		snprintf(name, sizeof(name), "kept%u", n);
		if (n % 3 == 0)
			CHECK(removed(d, entry.name, false) == OK);
		else if (n % 3 == 1)
			CHECK(moved(d, entry.name, d, name, true) == OK);
	}
	for (u32 n = 0; n < ARRAY_LEN(seen); n++)
		CHECK(seen[n]);
	unlisted(root);
	CHECK(ops->entry(k.fs, d, ~0ul >> 1, &entry) == ERR_NOT_FOUND &&
	      ops->entry(k.fs, d, 1, &entry) == OK);
	CHECK(ops->entry(k.fs, made(root, "f", &file), 0, &entry) == ERR_NOT_DIR);
}

static void parents(void)
{
	u64 root = k.fs->root, d = made(root, "d", &folder), e = made(d, "e", &folder);
	struct fs_node node;

	CHECK(ops->parent(k.fs, root, &node) == OK && node.id == root);
	CHECK(ops->parent(k.fs, e, &node) == OK && node.id == d && node.kind == KIND_DIRECTORY);
	CHECK(moved(d, "e", root, "e", false) == OK);
	CHECK(ops->parent(k.fs, e, &node) == OK && node.id == root);
	CHECK(ops->parent(k.fs, made(root, "f", &file), &node) == ERR_NOT_DIR);
	/* A directory that was removed while it is held has none: the one that it had can be another file by now. */
	CHECK(moved(root, "e", d, "e", false) == OK);
	node.id = e;
	CHECK(ops->hold(k.fs, &node, 1) == OK && removed(d, "e", true) == OK &&
	      removed(root, "d", true) == OK);
	made(root, "g", &file);
	CHECK(ops->parent(k.fs, e, &node) == ERR_NOT_FOUND);
	CHECK(ended(ops->make(k.fs, e, kit_name("late"), &file, &node)) == ERR_NOT_FOUND);
	CHECK(ops->release(k.fs, e) == OK && ops->parent(k.fs, e, &node) == ERR_NOT_FOUND);
}

/* A caller reads the values that it has set, as far as the format has them; the others do not change. */
static void attributes(void)
{
	static const i64 times[] = {
		0, 77, -1, -1500000001, 4102444800l * 1000000000 + 123456789, INT64_MAX, INT64_MIN};
	u64 id = made(k.fs->root, "f", &file);
	bool wide = ext2_of(k.fs)->inode_bytes > 128;
	struct fs_attributes a, was;
	size_t length;

	CHECK(ops->attributes(k.fs, id, &was) == OK && was.mode == 0644 && was.owner == 70000 &&
	      was.group == 80000);
	CHECK(was.node.id == id && was.node.kind == KIND_FILE && was.links == 1 &&
	      was.allocated == 0);
	for (u32 n = 0; n < ARRAY_LEN(times); n++) {
		struct fs_attributes to = {
			.accessed = times[n], .modified = 3, .owner = 1, .group = n, .mode = 04711};
		i64 most = wide ? INT64_MAX : 0x7fffffffl * 1000000000,
		    wanted = times[n] < most ? times[n] : most;

		CHECK(ended(ops->set(k.fs, id, SET_ACCESSED | SET_GROUP, &to)) == OK);
		CHECK(ops->attributes(k.fs, id, &a) == OK && a.modified == was.modified &&
		      a.owner == 70000 && a.group == n && a.mode == 0644);
		if (wanted < -0x80000000l * 1000000000)
			wanted = -0x80000000l * 1000000000;
		if (!wide)
			wanted = (wanted - (wanted % 1000000000 < 0 ? 999999999 : 0)) / 1000000000 *
				 1000000000;
		CHECK(a.accessed == wanted);
	}
	CHECK(ended(ops->set(k.fs, id, SET_MODE | SET_OWNER | SET_MODIFIED,
			     &(struct fs_attributes){.owner = 0x12345678,
						     .mode = 07777 | 0x8000,
						     .modified = 5000000000})) == OK);
	CHECK(ended(ops->write(k.fs, id, 0, "x", 1, &length)) == OK && length == 1);
	CHECK(ops->attributes(k.fs, id, &a) == OK && a.mode == 07777 && a.owner == 0x12345678 &&
	      a.node.kind == KIND_FILE);
	CHECK(a.node.bytes == 1 && a.allocated == ext2_of(k.fs)->block_bytes &&
	      a.modified > 1000000000 && a.changed >= was.changed);
}

/* A number for the state of the root, as a client sees it. */
static u64 seen_of_all(void)
{
	struct fs_usage u;
	struct fs_entry entry;
	struct fs_attributes a;
	u64 sum = 0;

	CHECK(ops->usage(k.fs, &u) == OK);
	for (u64 at = 0; ops->entry(k.fs, k.fs->root, at, &entry) == OK; at = entry.next) {
		CHECK(ops->attributes(k.fs, entry.node.id, &a) == OK);
		sum = sum * 31 + entry.node.id + a.node.bytes * 7 + a.links * 13 + a.mode +
		      (u64)a.modified + strlen(entry.name);
	}
	return sum ^ u.free_blocks << 32 ^ u.free_nodes;
}

/* Operations of one request are one change, with the server's own words. */
static void requests(void)
{
	u64 *word = (u64 *)((u8 *)cache_extra(&k.cache) + sizeof(struct ext2_words)), one = 1,
	    two = 2, before;
	u64 root = k.fs->root, f = made(root, "f", &file), d = made(root, "d", &folder);
	static u8 data[30000];
	struct fs_node node;
	size_t length;

	CHECK(!ext2_is_changing(k.fs) && ops->sync(k.fs, ~0ul) == OK);
	/* Reading begins none. */
	CHECK(found(root, "f", &node) == OK && ops->read(k.fs, f, 0, data, 10, &length) == OK &&
	      length == 0);
	CHECK(ops->hold(k.fs, &node, 1) == OK && ops->release(k.fs, f) == OK &&
	      !ext2_is_changing(k.fs));
	CHECK(ops->write(k.fs, f, 0, data, 0, &length) == OK && length == 0 &&
	      !ext2_is_changing(k.fs));
	CHECK(ops->write(k.fs, f, 0, data, sizeof(data), &length) == OK && length == sizeof(data) &&
	      ext2_is_changing(k.fs));
	change_write(&k.cache, word, &one, sizeof(one));
	CHECK(ext2_begin(k.fs) == OK && ext2_commit(k.fs) == OK && !ext2_is_changing(k.fs) &&
	      *word == 1);
	/* Nor does a release of a file that has a name change anything. */
	node.id = f;
	CHECK(ops->sync(k.fs, ~0ul) == OK && !ext2_of(k.fs)->journal.begun);
	CHECK(ops->hold(k.fs, &node, 1) == OK && ops->release(k.fs, f) == OK);
	CHECK(!ext2_of(k.fs)->journal.begun);
	/* Two operations and a word are undone. */
	before = seen_of_all();
	CHECK(ops->make(k.fs, root, kit_name("new"), &file, &node) == OK &&
	      ops->truncate(k.fs, f, 5) == OK);
	change_write(&k.cache, word, &two, sizeof(two));
	CHECK(found(root, "new", &node) == OK && *word == 2);
	ext2_abort(k.fs);
	CHECK(*word == 1 && found(root, "new", &node) == ERR_NOT_FOUND && seen_of_all() == before);
	/* So is the first one if the second fails, also by a server that does not look. */
	CHECK(ops->make(k.fs, root, kit_name("new"), &folder, &node) == OK);
	CHECK(ops->rename(k.fs, root, kit_name("new"), d, kit_name("none"), false) == OK);
	CHECK(ops->unlink(k.fs, root, kit_name("d"), true) == ERR_NOT_EMPTY);
	ext2_abort(k.fs);
	CHECK(seen_of_all() == before && removed(root, "d", true) == OK);
	made(root, "d", &folder);
	/* A refused word of the server's own undoes the request. */
	before = seen_of_all();
	CHECK(removed(root, "none", false) == ERR_NOT_FOUND && seen_of_all() == before);
	CHECK(ops->unlink(k.fs, root, kit_name("f"), false) == OK);
	change_write(&k.cache, &two, &one, sizeof(one));
	CHECK(ext2_commit(k.fs) == ERR_RANGE && seen_of_all() == before);
	CHECK(ops->read(k.fs, f, 0, data, sizeof(data), &length) == OK && length == sizeof(data));
	/* A file without a name is freed by the last release, which is outside of requests, or inside of one that is undone. */
	node.id = f;
	CHECK(ops->hold(k.fs, &node, 1) == OK && node.bytes == sizeof(data) &&
	      ops->hold(k.fs, &node, 2) == OK);
	CHECK(removed(root, "f", false) == OK);
	CHECK(ops->release(k.fs, f) == OK && ops->read(k.fs, f, 0, data, 1, &length) == OK);
	CHECK(ops->release(k.fs, f) == OK &&
	      ops->read(k.fs, f, 0, data, 1, &length) == ERR_NOT_FOUND);
	CHECK(ops->make(k.fs, root, kit_name("h"), &file, &node) == OK &&
	      ops->hold(k.fs, &node, 1) == OK);
	CHECK(ops->release(k.fs, node.id) == OK);
	ext2_abort(k.fs);
	CHECK(found(root, "h", &node) == ERR_NOT_FOUND);
}

/* However full the batch is, a request has room for its operations. */
static void room(void)
{
	struct fs_node node = {0};
	char name[16];
	u64 id = 0;

	for (u32 n = 0; n < 600; n++) {
		snprintf(name, sizeof(name), "d%u", n);
		CHECK(ops->make(k.fs, k.fs->root, kit_name(name), &folder, &node) == OK);
		if (id)
			CHECK(ops->truncate(k.fs, id, n * 1000) == OK);
		CHECK(ext2_commit(k.fs) == OK);
		if (n % 50 == 0)
			id = made(node.id, "f", &file);
	}
}

/* The superblock is marked for e2fsck by the next change that is not undone. */
static void mark(void)
{
	struct ext2 *e = ext2_of(k.fs);
	u16 clean = super_of(e)->state;
	struct fs_node node;

	CHECK(ops->make(k.fs, k.fs->root, kit_name("before"), &file, &node) == OK);
	CHECK(damaged(e, "by a test", 0) == ERR_DAMAGED && ext2_commit(k.fs) == OK);
	CHECK(!(super_of(e)->state & STATE_ERRORS));
	CHECK(ops->make(k.fs, k.fs->root, kit_name("f"), &file, &node) == OK);
	ext2_abort(k.fs);
	CHECK(!(super_of(e)->state & STATE_ERRORS));
	CHECK(ended(ops->make(k.fs, k.fs->root, kit_name("f"), &file, &node)) == OK);
	CHECK(super_of(e)->state & STATE_ERRORS);
	CHECK(ext2_begin(k.fs) == OK);
	block_write(e, &e->super, &super_of(e)->state, &clean, sizeof(clean));
	CHECK(ext2_commit(k.fs) == OK && !(super_of(e)->state & STATE_ERRORS));
	kit_report_count = 0;
}

/* The file has `bytes` bytes of data from byte 3 on, and 0 around them. Reads its 200,000 by `size`; returns the number of
 * calls. */
static u32 bytes_by_pages(u64 id, const u8 *data, u32 bytes, u32 size)
{
	u32 page, part, calls = 0;
	u64 at = 0;

	for (; ops->page(k.fs, id, at, size, &page, &part) == OK && part; at += part, calls++) {
		const u8 *there = cache_data(&k.cache, page) + at % PAGE_SIZE;

		CHECK(page < k.pages && part <= size);
		for (u64 n = at; n < at + part; n++)
			if (there[n - at] != (n - 3 < bytes ? data[n - 3] : 0)) {
				CHECK(!"the page has the file's bytes");
				break;
			}
	}
	CHECK(at == 200000);
	return calls;
}

/* Bytes by buffers and by pages of the pool. */
static void bytes(void)
{
	static u8 data[65536], got[sizeof(data) + 1];
	u64 id = made(k.fs->root, "f", &file);
	u32 page, part;
	size_t length;

	for (u32 n = 0; n < sizeof(data); n++)
		data[n] = (u8)(n * 7 + n / 256);
	CHECK(ops->page(k.fs, id, 0, 65536, &page, &part) == OK && part == 0);
	CHECK(ended(ops->write(k.fs, id, 3, data, sizeof(data), &length)) == OK &&
	      length == sizeof(data));
	CHECK(ended(ops->truncate(k.fs, id, 200000)) == OK);
	CHECK(kit_unmount(&k) == OK && kit_mount(&k) == OK);
	CHECK(ops->read(k.fs, id, 3, got, sizeof(data), &length) == OK && length == sizeof(data) &&
	      !memcmp(got, data, length));
	CHECK(ops->read(k.fs, id, 199999, got, 100, &length) == OK && length == 1 && got[0] == 0);
	CHECK(ops->read(k.fs, id, 200000, got, 100, &length) == OK && length == 0);
	CHECK(bytes_by_pages(id, data, sizeof(data), 1000) >= 200);
	/* At most a call for each page; less, where pages follow each other in the pool as in the file. */
	CHECK(bytes_by_pages(id, data, sizeof(data), 65536) < 200000 / PAGE_SIZE);
	CHECK(ops->page(k.fs, k.fs->root, 0, 65536, &page, &part) == ERR_IS_DIR);
}

/* The test makes them by debugfs. */
static void kinds(void)
{
	static const struct {
		const char *name;
		u32 kind;
	} there[] = {{"p", KIND_PIPE}, {"c", KIND_CHARACTER}, {"b", KIND_BLOCK}};
	struct fs_node node;
	size_t length;
	u8 byte = 0;

	for (u32 n = 0; n < ARRAY_LEN(there); n++) {
		CHECK(found(k.fs->root, there[n].name, &node) == OK && node.kind == there[n].kind);
		CHECK(ops->read(k.fs, node.id, 0, &byte, 1, &length) == ERR_DENIED);
		CHECK(ended(ops->write(k.fs, node.id, 0, &byte, 1, &length)) == ERR_DENIED);
		CHECK(ended(ops->truncate(k.fs, node.id, 0)) == ERR_DENIED);
	}
}

/* Of a file system that can only be read, the file server must see that before it opens a file to write. */
static void read_only(void)
{
	struct fs_node node;
	u64 id = made(k.fs->root, "f", &file);

	CHECK(kit_unmount(&k) == OK);
	k.read_only = true;
	CHECK(kit_mount(&k) == OK && k.fs->ops != ops);
	ops = k.fs->ops;
	CHECK(!ops->write && !ops->make && !ops->truncate && !ops->set && !ops->link &&
	      !ops->unlink && !ops->rename);
	CHECK(found(k.fs->root, "f", &node) == OK && node.id == id);
	CHECK(ops->hold(k.fs, &node, 1) == OK && ops->release(k.fs, node.id) == OK &&
	      ops->sync(k.fs, ~0ul) == OK);
	CHECK(ext2_begin(k.fs) == ERR_READ_ONLY && !ext2_is_changing(k.fs));
}

int main(int count, char **arguments)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} tests[] = {{"statuses", statuses}, {"entries", entries},
		     {"parents", parents},   {"attributes", attributes},
		     {"requests", requests}, {"room", room},
		     {"mark", mark},         {"bytes", bytes},
		     {"kinds", kinds},       {"read_only", read_only}};

	u32 ran = 0;

	if (count < 3)
		return 2;
	kit_load(arguments[1]);
	kit_begin(&k, 512);
	CHECK(kit_mount(&k) == OK);
	ops = k.fs->ops;
	for (u32 n = 0; n < ARRAY_LEN(tests); n++)
		if (!strcmp(tests[n].name, arguments[2])) {
			tests[n].run();
			ran++;
		}
	CHECK(ran == 1);
	CHECK(kit_unmount(&k) == OK);
	kit_settle(&k);
	kit_store(arguments[1]);
	CHECK(kit_report_count == 0);
	printf("%s", kit_reports);
	kit_free(&k);
	free(kit_image);
	return check_result(arguments[2]);
}
