/*
 * Acts on what has not ended: a write whose client goes, a sync of a page that is being written, a second change
 * of an orphan, a directory with the number of one that was removed, and pages that leave the cache inside an operation.
 *
 *     test_overlap IMAGE NAME
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

/* A new directory takes the inode, and so the node, of one that was removed in the same batch. */
static void directory_again(void)
{
	struct fs_node first, second, node, found;

	CHECK(ext2_make(k.fs, k.fs->root, kit_name("first"), &folder, &first) == OK);
	CHECK(ext2_make(k.fs, first.id, kit_name("a"), &file, &node) == OK);
	CHECK(ext2_unlink(k.fs, first.id, kit_name("a"), false) == OK);
	CHECK(ext2_unlink(k.fs, k.fs->root, kit_name("first"), true) == OK);
	CHECK(ext2_make(k.fs, k.fs->root, kit_name("second"), &folder, &second) == OK);
	CHECK((u32)second.id == (u32)first.id);
	CHECK(ext2_make(k.fs, second.id, kit_name("b"), &file, &node) == OK);
	remount();
	CHECK(ext2_lookup(k.fs, second.id, kit_name("b"), &found) == OK && found.id == node.id);
}

static enum microk_status gone(struct ext2_bytes *b, u64 at, void *page, u64 bytes)
{
	(void)b, (void)at, (void)page, (void)bytes;
	return ERR_ARG;
}

/* The client's memory is gone when its bytes are to be copied: the file keeps the ones that it had. */
static void client_goes(void)
{
	static u8 data[4 * PAGE_SIZE], got[4 * PAGE_SIZE];
	struct ext2_bytes nothing = {.move = gone};
	u64 id = make_file("kept"), done;

	memset(data, 7, sizeof(data));
	CHECK(kit_write_all(&k, id, 0, sizeof(data), data, &done) == OK);
	remount();
	CHECK(ext2_write(k.fs, id, PAGE_SIZE, 2 * PAGE_SIZE, &nothing, &done) == ERR_ARG);
	CHECK(kit_read(&k, id, 0, sizeof(got), got, &done) == OK && done == sizeof(got));
	CHECK(!memcmp(got, data, sizeof(data)));
	CHECK(ext2_sync(k.fs, ~0ul) == OK);
	remount();
	CHECK(kit_read(&k, id, 0, sizeof(got), got, &done) == OK && done == sizeof(got));
	CHECK(!memcmp(got, data, sizeof(data)));
}

/* A page that is on its way to the disk is written again before a sync: the sync waits for the second bytes. */
static void sync_while_writing(void)
{
	static u8 data[PAGE_SIZE];
	u64 id = make_file("twice"), done;
	u32 at;

	memset(data, 1, sizeof(data));
	CHECK(kit_write_all(&k, id, 0, sizeof(data), data, &done) == OK);
	CHECK(ext2_sync(k.fs, ~0ul) == OK);
	memset(data, 2, sizeof(data));
	CHECK(kit_write_all(&k, id, 0, sizeof(data), data, &done) == OK);
	cache_tick(&k.cache, 100ul * 1000 * 1000 * 1000); /* starts the write, and does not wait */
	at = cache_find(&k.cache, 0, (u32)id, 0);
	CHECK(cache_mask(&k.cache, at, WORD_WRITING_SHIFT) != 0);
	memset(data, 3, sizeof(data));
	CHECK(kit_write_all(&k, id, 0, sizeof(data), data, &done) == OK);
	CHECK(ext2_sync(k.fs, id) == OK);
	CHECK(!cache_mask(&k.cache, at, WORD_DIRTY_SHIFT));
	/* The machine is switched off. */
	memset(k.state, 0, cache_state_bytes(k.pages) + sizeof(struct ext2_words));
	CHECK(kit_mount(&k) == OK && ext2_reap(k.fs) == OK);
	kit_report_count = 0;
	memset(data, 0, sizeof(data));
	CHECK(kit_read(&k, id, 0, sizeof(data), data, &done) == OK && done == sizeof(data));
	CHECK(data[0] == 3 && data[PAGE_SIZE - 1] == 3);
}

/* An orphan's page cannot be read when the rest of the file is to go; later it is cut again, and removed. */
static void orphan_twice(void)
{
	static u8 data[40 * PAGE_SIZE], got[40 * PAGE_SIZE];
	u64 id, other = make_file("other"), done;
	struct fs_node node = {.id = other};
	struct fs_usage before, now;

	CHECK(ext2_sync(k.fs, ~0ul) == OK && ext2_usage(k.fs, &before) == OK);
	id = make_file("cut");
	memset(data, 9, sizeof(data));
	CHECK(kit_write_all(&k, id, 0, sizeof(data), data, &done) == OK);
	remount();
	CHECK(ext2_hold(k.fs, &node, 1) == OK);
	CHECK(ext2_unlink(k.fs, k.fs->root, kit_name("other"), false) ==
	      OK); /* an orphan that stays */
	CHECK(ext2_lookup(k.fs, k.fs->root, kit_name("cut"), &node) == OK);
	kit_bad_sectors = ~0ul >> 1;
	kit_bad_reads = true;
	printf("truncate: %d\n", ext2_truncate(k.fs, id, 10 * PAGE_SIZE + 100));
	kit_bad_reads = false;
	/* It grows only after the cut is complete, which the refused operation has tried again. */
	CHECK(ext2_truncate(k.fs, id, sizeof(data)) == ERR_IO);
	CHECK(ext2_truncate(k.fs, id, sizeof(data)) == OK);
	CHECK(kit_read(&k, id, 0, sizeof(got), got, &done) == OK && done == sizeof(got));
	for (u32 n = 10 * PAGE_SIZE + 100; n < sizeof(got); n++)
		if (got[n]) {
			printf("byte %u is back\n", n);
			CHECK(!got[n]);
			break;
		}
	CHECK(ext2_truncate(k.fs, id, 5000) == OK);
	CHECK(ext2_unlink(k.fs, k.fs->root, kit_name("cut"), false) == OK);
	node.id = other;
	ext2_release(k.fs, node.id);
	CHECK(ext2_usage(k.fs, &now) == OK && now.free_blocks >= before.free_blocks &&
	      now.free_nodes == before.free_nodes + 1);
	printf("%s", kit_reports);
	kit_report_count = 0;
}

/* Two cuts of one file in one change, while another orphan is in the list. */
static void orphan_in_one_change(void)
{
	static u8 data[40 * PAGE_SIZE];
	u64 id = make_file("cut"), other = make_file("other"), done;
	struct fs_node node = {.id = other};
	struct fs_usage before, now;

	CHECK(ext2_sync(k.fs, ~0ul) == OK && ext2_usage(k.fs, &before) == OK);
	CHECK(kit_write_all(&k, id, 0, sizeof(data), data, &done) == OK);
	CHECK(ext2_hold(k.fs, &node, 1) == OK);
	CHECK(ext2_unlink(k.fs, k.fs->root, kit_name("other"), false) == OK);
	CHECK(ext2_begin(k.fs) == OK);
	CHECK(ext2_truncate(k.fs, id, 20 * PAGE_SIZE) == OK);
	CHECK(ext2_truncate(k.fs, id, 0) == OK);
	CHECK(ext2_commit(k.fs) == OK);
	ext2_release(k.fs, node.id);
	CHECK(ext2_usage(k.fs, &now) == OK && now.free_blocks == before.free_blocks &&
	      now.free_nodes == before.free_nodes + 1);
}

/* An operation's pages are written and leave the cache before it ends; then it is undone. */
static void undone_after_eviction(void)
{
	static u8 data[1200 * PAGE_SIZE], got[PAGE_SIZE];
	u64 id = make_file("hole"), old = make_file("old"), done, none = 1;
	u32 pages = 700;

	memset(data, 5, sizeof(data));
	CHECK(kit_write_all(&k, old, 0, (u64)pages * PAGE_SIZE, data, &done) == OK);
	CHECK(ext2_truncate(k.fs, id, 100 * PAGE_SIZE) == OK);
	remount();
	memset(data, 6, sizeof(data));
	CHECK(ext2_begin(k.fs) == OK);
	CHECK(kit_write_all(&k, id, 0, 20 * PAGE_SIZE, data, &done) == OK);
	CHECK(kit_write_all(&k, old, 0, (u64)pages * PAGE_SIZE - 100, data, &done) == OK);
	change_write(&k.cache, &none, &none, sizeof(none)); /* a place that is refused */
	CHECK(ext2_commit(k.fs) == ERR_RANGE);
	for (u32 page = 0; page < 20; page++) {
		CHECK(kit_read(&k, id, page * PAGE_SIZE, PAGE_SIZE, got, &done) == OK);
		CHECK(done == PAGE_SIZE && got[0] == 0 && got[4000] == 0);
	}
	CHECK(kit_read(&k, old, (u64)pages * PAGE_SIZE - 100, 100, got, &done) == OK &&
	      done == 100);
	CHECK(got[0] == 5 && got[99] == 5);
	for (u32 at = 0; at < k.pages; at++)
		if (k.cache.words[at].key >> 32 == (u32)old &&
		    cache_state(&k.cache, at) == PAGE_VALID)
			CHECK(k.cache.words[at].home[0] != NO_BLOCK);
}

/* A page in two pieces: the first has been read while the worker still waits for room for the second. */
static void parts_of_a_page(void)
{
	static u8 data[1024], got[3072];
	u64 id = make_file("parts"), done;

	memset(data, 7, sizeof(data));
	CHECK(kit_write_all(&k, id, 0, sizeof(data), data, &done) == OK);
	CHECK(kit_write_all(&k, make_file("between"), 0, sizeof(data), data, &done) == OK);
	CHECK(kit_write_all(&k, id, 2048, sizeof(data), data, &done) == OK);
	remount();
	for (u32 n = 1; n < CACHE_IOS; n++)
		k.cache.io[n].used = true;
	CHECK(kit_read(&k, id, 0, sizeof(got), got, &done) == OK && done == sizeof(got));
	for (u32 n = 1; n < CACHE_IOS; n++)
		k.cache.io[n].used = false;
	CHECK(!memcmp(got, data, sizeof(data)) && !memcmp(got + 2048, data, sizeof(data)));
}

/* A change of more blocks than a batch has is refused as a whole. */
static void too_large_a_change(void)
{
	struct fs_attributes a;
	u64 id = make_file("scattered"), done = 0;
	enum microk_status status = OK;
	u32 n;

	CHECK(ext2_begin(k.fs) == OK);
	for (n = 0; n < 1500 && status == OK; n++) {
		struct kit_buffer b = kit_from("x");

		status = ext2_write(k.fs, id, (100000ul + n * 5000) * 1024, 1, &b.bytes, &done);
	}
	printf("%u writes\n", n);
	CHECK(status == ERR_NO_SPACE && n > 10);
	CHECK(ext2_commit(k.fs) == ERR_NO_SPACE);
	CHECK(ext2_attributes(k.fs, id, &a) == OK && a.node.bytes == 0 && a.allocated == 0);
	CHECK(ext2_sync(k.fs, ~0ul) == OK);
}

/* A page's old block is being written when a new one is made beside it. The batch with the new one is committed by the sync of
 * another file, and must not come before the new block's bytes. */
static void new_block_beside(void)
{
	static u8 data[1024];
	u64 id = make_file("grows"), other = make_file("other"), done;

	memset(data, 1, sizeof(data));
	CHECK(kit_write_all(&k, id, 0, sizeof(data), data, &done) == OK);
	CHECK(ext2_sync(k.fs, ~0ul) == OK);
	CHECK(kit_write_all(&k, id, 0, sizeof(data), data, &done) == OK);
	cache_tick(&k.cache, 100ul * 1000 * 1000 * 1000);
	CHECK(kit_write_all(&k, id, 1024, sizeof(data), data, &done) == OK);
	while (k.cache.info[cache_find(&k.cache, 0, (u32)id, 0)].ios)
		cache_poll(&k.cache, 0, true);
	CHECK(ext2_sync(k.fs, other) == OK);
	/* The machine is switched off. */
	memset(k.state, 0, cache_state_bytes(k.pages) + sizeof(struct ext2_words));
	CHECK(kit_mount(&k) == OK && ext2_reap(k.fs) == OK);
	kit_report_count = 0;
	CHECK(kit_read(&k, id, 1024, sizeof(data), data, &done) == OK && done == sizeof(data));
	CHECK(data[0] == 1 || k.cache.volume[0].block_bits > 10);
}

int main(int count, char **arguments)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} tests[] = {
		{"directory_again", directory_again},
		{"client_goes", client_goes},
		{"sync_while_writing", sync_while_writing},
		{"orphan_twice", orphan_twice},
		{"orphan_in_one_change", orphan_in_one_change},
		{"undone_after_eviction", undone_after_eviction},
		{"parts_of_a_page", parts_of_a_page},
		{"too_large_a_change", too_large_a_change},
		{"new_block_beside", new_block_beside}};

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
	CHECK(kit_report_count == 0);
	printf("%s", kit_reports);
	kit_free(&k);
	free(kit_image);
	return check_result(arguments[2]);
}
