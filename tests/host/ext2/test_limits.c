/*
 * The limits: large directories and files, long names, a full disk, a disk with errors, more pages than the cache has, and files
 * that are removed while they are open.
 *
 *     test_limits IMAGE NAME
 */
#include "kit.h"
#include "tests/host/check.h"

static struct kit k;
static const struct fs_new file = {.kind = KIND_FILE, .mode = 0644},
			   folder = {.kind = KIND_DIRECTORY, .mode = 0644};

static u64 make_file(const char *name)
{
	struct fs_node node = {0};

	CHECK(ext2_make(k.fs, k.fs->root, kit_name(name), &file, &node) == OK);
	return node.id;
}

static void remount(void)
{
	CHECK(kit_unmount(&k) == OK);
	CHECK(kit_mount(&k) == OK);
}

/* Ten thousand names: a look-up, of one that is there and one that is not, touches as many blocks as in a small directory. */
static void large_directory(void)
{
	enum { COUNT = 10000 };
	struct fs_node directory, node;
	char name[32];
	u64 before, small = 0, large;

	CHECK(ext2_make(k.fs, k.fs->root, kit_name("many"), &folder, &directory) == OK);
	for (u32 n = 0; n < COUNT; n++) {
		snprintf(name, sizeof(name), "file_%u", n);
		CHECK(ext2_make(k.fs, directory.id, kit_name(name), &file, &node) == OK);
		if (n == 100) {
			before = k.cache.counts.hits;
			CHECK(ext2_lookup(k.fs, directory.id, kit_name("file_77"), &node) == OK);
			CHECK(ext2_lookup(k.fs, directory.id, kit_name("nofile"), &node) ==
			      ERR_NOT_FOUND);
			small = k.cache.counts.hits - before;
		}
	}
	remount();
	CHECK(ext2_lookup(k.fs, k.fs->root, kit_name("many"), &directory) == OK);
	CHECK(ext2_lookup(k.fs, directory.id, kit_name("absent"), &node) ==
	      ERR_NOT_FOUND); /* reads it all */
	before = k.cache.counts.hits;
	CHECK(ext2_lookup(k.fs, directory.id, kit_name("file_7777"), &node) == OK);
	CHECK(ext2_lookup(k.fs, directory.id, kit_name("nofile"), &node) == ERR_NOT_FOUND);
	large = k.cache.counts.hits - before;
	printf("two look-ups touch %lu blocks among 100 names, %lu among %u\n", small, large,
	       COUNT);
	CHECK(large <= small + 1);
	before = k.cache.counts.hits;
	for (u32 n = 0; n < COUNT; n += 2) {
		snprintf(name, sizeof(name), "file_%u", n);
		CHECK(ext2_unlink(k.fs, directory.id, kit_name(name), false) == OK);
	}
	printf("%lu blocks touched by each removal\n",
	       (k.cache.counts.hits - before) / (COUNT / 2));
	CHECK((k.cache.counts.hits - before) / (COUNT / 2) < 60);
	struct fs_attributes was, now;
	CHECK(ext2_attributes(k.fs, directory.id, &was) == OK);
	for (u32 n = 0; n < COUNT;
	     n += 2) { /* the room that the removed entries left is used again */
		snprintf(name, sizeof(name), "file_%u", n);
		CHECK(ext2_make(k.fs, directory.id, kit_name(name), &file, &node) == OK);
	}
	CHECK(ext2_attributes(k.fs, directory.id, &now) == OK);
	CHECK(now.node.bytes <= was.node.bytes + was.node.bytes / 8);
}

/* A cookie stays valid while entries before and after it go. */
static void listing(void)
{
	struct fs_node directory, node;
	struct fs_entry l;
	char name[32];
	u32 seen = 0;

	CHECK(ext2_make(k.fs, k.fs->root, kit_name("list"), &folder, &directory) == OK);
	for (u32 n = 0; n < 300; n++) {
		snprintf(name, sizeof(name), "entry%u", n);
		CHECK(ext2_make(k.fs, directory.id, kit_name(name), &file, &node) == OK);
	}
	for (u64 at = 0; ext2_entry(k.fs, directory.id, at, &l) == OK; at = l.next) {
		if (l.node.kind == KIND_FILE) {
			seen++;
			CHECK(ext2_unlink(k.fs, directory.id, kit_name(l.name), false) == OK);
		}
	}
	CHECK(seen == 300);
	CHECK(ext2_entry(k.fs, directory.id, ~0ul >> 20, &l) == ERR_NOT_FOUND);
	CHECK(ext2_unlink(k.fs, k.fs->root, kit_name("list"), true) == OK);
}

static void names(void)
{
	char name[257];
	struct fs_node node, found;

	for (u32 n = 0; n < sizeof(name); n++)
		name[n] = (char)(n % 254 + 1 == '/' ? 255 : n % 254 + 1);
	CHECK(ext2_make(k.fs, k.fs->root, (struct fs_name){name, 255}, &file, &node) == OK);
	CHECK(ext2_make(k.fs, k.fs->root, (struct fs_name){name, 256}, &file, &node) == ERR_NAME);
	CHECK(ext2_make(k.fs, k.fs->root, (struct fs_name){name, 0}, &file, &node) == ERR_NAME);
	remount();
	CHECK(ext2_lookup(k.fs, k.fs->root, (struct fs_name){name, 255}, &found) == OK &&
	      found.id == node.id);
	CHECK(ext2_rename(k.fs, k.fs->root, (struct fs_name){name, 255}, k.fs->root,
			  (struct fs_name){name, 254}, false) == OK);
}

/* Bytes at 3 GiB and near the format's end, through all levels of pointers. */
static void large_file(void)
{
	static const u64 at[] = {0, 50000, 5000000, 3ul << 30, (3ul << 30) + 100};
	u64 id = make_file("large"), done, v, bytes;
	struct fs_attributes a;

	for (u32 n = 0; n < ARRAY_LEN(at); n++)
		CHECK(kit_write_all(&k, id, at[n], 8, &at[n], &done) == OK);
	remount();
	for (u32 n = 0; n < ARRAY_LEN(at); n++)
		CHECK(kit_read(&k, id, at[n], 8, &v, &done) == OK && done == 8 && v == at[n]);
	CHECK(kit_read(&k, id, 1ul << 30, 8, &v, &done) == OK && done == 8 && v == 0);
	CHECK(ext2_attributes(k.fs, id, &a) == OK);
	bytes = a.node.bytes;
	CHECK(bytes == (3ul << 30) + 108);
	CHECK(kit_write_all(&k, id, 1ul << 60, 8, &v, &done) == ERR_TOO_LARGE);
	CHECK(ext2_truncate(k.fs, id, 1ul << 60) == ERR_TOO_LARGE);
	CHECK(ext2_truncate(k.fs, id, 60000) == OK);
	CHECK(ext2_truncate(k.fs, id, 6000000) == OK);
	CHECK(kit_read(&k, id, 5000000, 8, &v, &done) == OK && done == 8 && v == 0);
}

static void full_disk(void)
{
	static u8 data[1 << 20];
	struct fs_usage before, now;
	u64 id, done, total = 0;
	enum microk_status status;

	CHECK(ext2_usage(k.fs, &before) == OK);
	id = make_file("full");
	while ((status = kit_write_all(&k, id, total, sizeof(data), data, &done)) == OK)
		total += done;
	total += done;
	CHECK(status == ERR_FULL);
	CHECK(ext2_usage(k.fs, &now) == OK && now.free_blocks == 0);
	printf("%lu bytes written of %lu free\n", total, before.free_blocks * before.block_bytes);
	CHECK(ext2_make(k.fs, k.fs->root, kit_name("none"), &folder, &(struct fs_node){0}) ==
	      ERR_FULL);
	CHECK(ext2_unlink(k.fs, k.fs->root, kit_name("full"), false) == OK);
	CHECK(ext2_sync(k.fs, ~0ul) == OK);
	CHECK(ext2_usage(k.fs, &now) == OK && now.free_blocks == before.free_blocks);
	id = make_file("again"); /* freed blocks can be used in the next batch */
	CHECK(kit_write_all(&k, id, 0, sizeof(data), data, &done) == OK);
}

/* More than the cache has, both ways; and pages that are used often stay. */
static void pressure(void)
{
	static u32 data[1 << 16], got[1 << 16];
	u64 hot = make_file("hot"), id = make_file("long"), done, bytes = 16ul << 20, before;

	CHECK(kit_write_all(&k, hot, 0, 40 * PAGE_SIZE, data, &done) == OK);
	for (u64 at = 0; at < bytes; at += sizeof(data)) {
		for (u32 n = 0; n < ARRAY_LEN(data); n++)
			data[n] = (u32)(at + n) * 2654435761u;
		CHECK(kit_write_all(&k, id, at, sizeof(data), data, &done) == OK);
	}
	CHECK(ext2_sync(k.fs, ~0ul) == OK);
	for (u32 round = 0; round < 4; round++)
		CHECK(kit_read(&k, hot, 0, 40 * PAGE_SIZE, got, &done) == OK);
	before = k.cache.counts.read_requests;
	for (u64 at = 0; at < bytes; at += sizeof(got)) {
		CHECK(kit_read(&k, id, at, sizeof(got), got, &done) == OK && done == sizeof(got));
		for (u32 n = 0; n < ARRAY_LEN(got); n += 97)
			CHECK(got[n] == (u32)(at + n) * 2654435761u);
	}
	printf("%lu requests read %lu KiB in order; %lu pages read ahead\n",
	       k.cache.counts.read_requests - before, bytes / 1024, k.cache.counts.ahead);
	CHECK(k.cache.counts.read_requests - before < bytes / PAGE_SIZE / 8);
	before = k.cache.counts.misses;
	CHECK(kit_read(&k, hot, 0, 40 * PAGE_SIZE, got, &done) == OK);
	printf("%lu of 40 pages in use were evicted by it\n", k.cache.counts.misses - before);
	CHECK(k.cache.counts.misses - before < 10);
}

/* An error is reported once, by the read that meets it or the sync after the write, and the rest works. */
static void errors(void)
{
	static u8 data[64 * PAGE_SIZE], got[64 * PAGE_SIZE];
	u64 id = make_file("bad"), other = make_file("good"), done;
	u32 at, home;

	memset(data, 7, sizeof(data));
	CHECK(kit_write_all(&k, id, 0, sizeof(data), data, &done) == OK);
	CHECK(kit_write_all(&k, other, 0, sizeof(data), data, &done) == OK);
	CHECK(ext2_sync(k.fs, ~0ul) == OK);
	at = cache_find(&k.cache, 0, (u32)id, 30);
	home = k.cache.words[at].home[0];
	kit_bad_sector = (u64)home << (k.cache.volume[0].block_bits - 9);
	kit_bad_sectors = 1;
	kit_bad_writes = true;
	CHECK(kit_write_all(&k, id, 0, sizeof(data), data, &done) == OK);
	CHECK(ext2_sync(k.fs, other) == OK);
	CHECK(ext2_sync(k.fs, id) == ERR_IO);
	CHECK(ext2_sync(k.fs, id) == OK);
	kit_bad_writes = false;
	kit_bad_reads = true;
	remount();
	CHECK(kit_read(&k, id, 0, sizeof(got), got, &done) == OK && done == 30 * PAGE_SIZE);
	CHECK(kit_read(&k, id, done, PAGE_SIZE, got, &done) == ERR_IO && done == 0);
	CHECK(kit_read(&k, id, 31 * PAGE_SIZE, sizeof(got), got, &done) == OK &&
	      done == 33 * PAGE_SIZE);
	CHECK(kit_report_count == 1);
	kit_bad_reads = false;
	CHECK(kit_read(&k, id, 0, sizeof(got), got, &done) == OK && done == sizeof(got));
	/* A disk that takes no write at all: the journal ends, and nothing more is changed. */
	kit_bad_sector = 0;
	kit_bad_sectors = ~0ul >> 1;
	kit_bad_writes = true;
	make_file("lost");
	CHECK(ext2_sync(k.fs, ~0ul) == ERR_IO);
	CHECK(ext2_make(k.fs, k.fs->root, kit_name("refused"), &file, &(struct fs_node){0}) ==
	      ERR_IO);
	CHECK(kit_read(&k, id, 0, sizeof(got), got, &done) == OK && done == sizeof(got));
	kit_bad_writes = false;
	CHECK(kit_unmount(&k) == ERR_IO);
	CHECK(kit_mount(&k) == OK);
	kit_report_count = 0;
}

static void open_orphan(void)
{
	struct fs_usage before, now;
	static u8 data[300000], got[300000];
	u64 id, done;
	struct fs_node node;

	CHECK(ext2_sync(k.fs, ~0ul) == OK);
	ext2_usage(k.fs, &before);
	id = make_file("open");
	node.id = id;
	memset(data, 9, sizeof(data));
	CHECK(kit_write_all(&k, id, 0, sizeof(data), data, &done) == OK);
	CHECK(ext2_hold(k.fs, &node, 1) == OK);
	CHECK(ext2_unlink(k.fs, k.fs->root, kit_name("open"), false) == OK);
	CHECK(ext2_lookup(k.fs, k.fs->root, kit_name("open"), &node) == ERR_NOT_FOUND);
	CHECK(kit_read(&k, id, 0, sizeof(got), got, &done) == OK && done == sizeof(got) &&
	      got[299999] == 9);
	CHECK(kit_write_all(&k, id, 0, sizeof(data), data, &done) == OK);
	CHECK(ext2_link(k.fs, k.fs->root, kit_name("back"), id) == ERR_NOT_FOUND);
	CHECK(ext2_sync(k.fs, ~0ul) == OK);
	/* The machine is switched off: another one finds the orphan and frees it. */
	memset(k.state, 0, cache_state_bytes(k.pages) + sizeof(struct ext2_words));
	CHECK(kit_mount(&k) == OK && ext2_reap(k.fs) == OK);
	CHECK(strstr(kit_reports, "the journal was replayed") || !kit_report_count);
	CHECK(ext2_usage(k.fs, &now) == OK && now.free_blocks == before.free_blocks &&
	      now.free_nodes == before.free_nodes);
	CHECK(kit_read(&k, id, 0, 1, got, &done) == ERR_NOT_FOUND);
}

int main(int count, char **arguments)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} tests[] = {
		{"large_directory", large_directory},
		{"listing", listing},
		{"names", names},
		{"large_file", large_file},
		{"full_disk", full_disk},
		{"pressure", pressure},
		{"errors", errors},
		{"open_orphan", open_orphan}};

	if (count < 3)
		return 2;
	kit_load(arguments[1]);
	kit_begin(&k, 512);
	CHECK(kit_mount(&k) == OK);
	for (u32 n = 0; n < ARRAY_LEN(tests); n++)
		if (!strcmp(tests[n].name, arguments[2]))
			tests[n].run();
	CHECK(kit_unmount(&k) == OK);
	kit_settle(&k);
	kit_store(arguments[1]);
	printf("%s", kit_reports);
	kit_free(&k);
	free(kit_image);
	return check_result(arguments[2]);
}
