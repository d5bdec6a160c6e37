/*
 * The tests of the file server over ext2, on the disk of tests/host/ext2. Usage: fileserver_ext2 IMAGE SEED ROUNDS
 *
 * It ends with an unmount and writes the image back, for e2fsck.
 */
#include "tested.h"
#include "gen/lib/microk/methods.h"
#include "lib/fileserver/lent.h"
#include "lib/microk/startup.h"
#include "lib/microk/util.h"
#include "tests/host/ext2/kit.h"

#define POOL_PAGES 512
#define POOL_SLOT 639 /* below those that an instance of the server has for itself */

struct kit tested_kit;
extern u32 tested_refuse;
const struct pool_frames tested_pool = {.first = POOL_SLOT, .pages = POOL_PAGES};
const struct tested_limits tested_limits = {
	.type = "ext2",
	.block_bytes = 0, /* as the image was made */
	.span = 50000,
	.beyond = 1ul << 50,
	.beyond_status = ERR_TOO_LARGE,
	.directories_are_files = true,
	.has_cache = true,
	.ends = true};

void tested_fail_sync(void) {}

/* The page cache's pool is memory that the server has Frames of. */
static void make_pool(void)
{
	free(tested_kit.pool);
	kernel_make(POOL_SLOT, CAP_FRAME, POOL_PAGES, &tested_kit.pool);
}

static u64 free_nodes(void)
{
	struct dir_statfs_result r;

	CHECK(dir_statfs(root, ".", &r) == OK);
	return r.free_nodes;
}

/* An open whose transaction cannot be committed holds nothing: the file goes with its name. */
static void test_refused_open(void)
{
	u64 before = free_nodes();
	enum microk_status status;

	drop(must_open(root, "refused", OPEN_WRITE | OPEN_CREATE));
	CHECK(free_nodes() == before - 1);
	tested_refuse = 1;
	CHECK(!open_at(root, "refused", 0, &status) && status == ERR_NO_SPACE && !tested_refuse);
	CHECK(dir_unlink(root, &(struct dir_unlink_args){.path = "refused"}) == OK);
	CHECK(free_nodes() == before);
}

/* ---- Reads of pages that are not in memory ---- */

#define COLD_PAGES 20u

static u32 waits;
static bool gives_up;

/* The server receives while a read waits: else kernel_notify refuses. */
static void while_it_waits(void)
{
	waits++;
	CHECK(tested_waiting() == 1);
	if (gives_up)
		kernel_cancelled = true;
	else
		kernel_notify(server, 1);
}

static u8 cold_byte(u64 at)
{
	return (u8)(at * 7 + at / PAGE_SIZE);
}

static bool is_cold_file(const u8 *got, u64 at, u64 length)
{
	while (length && got[length - 1] == cold_byte(at + length - 1))
		length--;
	return length == 0;
}

static u32 make_cold_file(void)
{
	struct file_write_at_args args = {.data_length = 512};
	struct file_write_at_result written;
	struct file_stat_result is;
	u8 data[512];
	cap_t f = must_open(root, "cold", OPEN_WRITE | OPEN_CREATE);

	args.data = data;
	for (u64 at = 0; at < COLD_PAGES * PAGE_SIZE; at += sizeof(data)) {
		for (u64 i = 0; i < sizeof(data); i++)
			data[i] = cold_byte(at + i);
		args.offset = at;
		CHECK(file_write_at(f, &args, &written) == OK && written.written == sizeof(data));
	}
	CHECK(dir_sync(root) == OK && file_stat(f, &is) == OK);
	drop(f);
	return (u32)is.node;
}

static void read_cold(cap_t f, u32 node)
{
	static struct file_read_at_result got;

	/* Across the end of each page, both absent, and in both directions. */
	for (u32 n = 0; n < 2 * (COLD_PAGES - 1); n++) {
		u32 page = n < COLD_PAGES - 1 ? n : 2 * (COLD_PAGES - 1) - 1 - n, before = waits;
		struct file_read_at_args args = {
			.offset = (page + 1) * PAGE_SIZE - 400, .size = FILE_DATA_AT_MAX};
		cache_drop(&tested_kit.cache, 0, node, 0, COLD_PAGES);
		CHECK(file_read_at(f, &args, &got) == OK && got.data_length == FILE_DATA_AT_MAX);
		CHECK(is_cold_file(got.data, args.offset, got.data_length) && waits > before);
	}
}

static void read_cold_lent(cap_t f, u32 node)
{
	cap_t frame = take_slot(), given = take_slot();
	struct file_read_lent_result got;
	u32 before = waits;
	void *memory;

	kernel_make(frame, CAP_FRAME, FILE_LENT_MAX / PAGE_SIZE, &memory);
	CHECK(cnode_copy(SLOT_CNODE, &(struct cnode_copy){.index = given,
							  .source_cnode = SLOT_CNODE,
							  .source_index = frame,
							  .rights = RIGHT_ALL}) == OK);
	CHECK(file_lend(f, given) == OK);
	for (u32 at = 0; at < COLD_PAGES * PAGE_SIZE; at += got.length) {
		cache_drop(&tested_kit.cache, 0, node, 0, COLD_PAGES);
		if (file_read_lent(f, &(struct file_read_lent_args){.size = FILE_LENT_MAX}, &got) !=
			    OK ||
		    !got.length) {
			CHECK(false);
			break;
		}
		CHECK(got.length == MIN(FILE_LENT_MAX, COLD_PAGES * PAGE_SIZE - at));
		CHECK(is_cold_file(memory, at, got.length));
	}
	CHECK(waits > before);
	drop(given), drop(frame);
}

/* A read that waits holds up nothing, and has had no effect if its client gives it up. */
static void test_cold_reads(void)
{
	static struct file_read_result got;
	void (*waiting)(void) = kernel_waiting;
	u64 before = everything();
	u32 node = make_cold_file();
	cap_t f = must_open(root, "cold", 0);

	kernel_waiting = while_it_waits;
	cache_drop(&tested_kit.cache, 0, node, 0, COLD_PAGES);
	gives_up = true;
	CHECK(file_read(f, 100, &got) == ERR_CANCELLED && tested_waiting() == 0 && waits == 1);
	gives_up = false;
	CHECK(file_read(f, 100, &got) == OK && got.data_length == 100);
	CHECK(is_cold_file(got.data, 0, 100));
	read_cold(f, node);
	CHECK(file_seek(f, &(struct file_seek_args){.whence = SEEK_FROM_START},
			&(struct file_seek_result){0}) == OK);
	read_cold_lent(f, node);
	kernel_waiting = waiting;
	drop(f);
	CHECK(dir_unlink(root, &(struct dir_unlink_args){.path = "cold"}) == OK);
	drop(must_open(root, "/", 0));
	CHECK(everything() == before && tested_waiting() == 0);
}

int main(int count, char **words)
{
	unsigned long seed;

	if (count < 4)
		return 2;
	seed = strtoul(words[2], NULL, 0);
	kit_load(words[1]);
	kit_seed = seed | 1;
	kit_begin(&tested_kit, POOL_PAGES);
	make_pool();
	tested_common();
	test_refused_open();
	test_cold_reads();
	test_model(seed, (u32)strtoul(words[3], NULL, 0));
	CHECK(tested_check() == OK);
	CHECK(kit_unmount(&tested_kit) == OK);
	kit_settle(&tested_kit);
	kit_store(words[1]);
	CHECK(kit_report_count == 0);
	printf("%s%lu deaths, %lu requests to the disk\n", kit_reports, tested_deaths,
	       tested_kit.cache.counts.read_requests + tested_kit.cache.counts.write_requests);
	return check_result("file server over ext2");
}
