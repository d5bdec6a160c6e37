/*
 * The tests of the file server over ext2, on the disk of tests/host/ext2. Usage: fileserver_ext2 IMAGE SEED ROUNDS
 *
 * It ends with an unmount and writes the image back, for e2fsck.
 */
#include "tested.h"
#include "lib/fileserver/lent.h"
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
