#include "gen/lib/microk/methods.h"
#include "gen/protocols/dir_client.h"
#include "gen/protocols/file_client.h"
#include "lib/microk/memory.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"
#include "lib/microk/util.h"
#include "microk/info.h"
#include "protocols/dir.h"
#include "tests/guest/file_bench/bench.h"
#include "tests/guest/kit/service.h"

cap_t folder, frame;
u8 *memory;
u32 large_bytes, many, few, random_reads;

static u32 failures;

static void choose_sizes(const char *percent)
{
	u32 share = 0;

	for (; *percent >= '0' && *percent <= '9'; percent++)
		share = share * 10 + (u32)(*percent - '0');
	large_bytes = LARGE_BYTES / 100 * share & ~((1u << 20) - 1);
	many = 100 * share;
	few = 10 * share;
	random_reads = 20 * share;
	if (share == 100)
		large_bytes = LARGE_BYTES;
}

void must(bool well, const char *what)
{
	if (!well && failures++ < 10)
		report("FAIL %s\n", what);
}

void row_report(enum file_row row, const char *name, u32 count, u64 bytes, u64 began)
{
	const struct microk_info *info = (const struct microk_info *)grant_entry("info")->address;

	report("ROW %u %s %u %lu %lu %lu\n", row, name, count, bytes, tsc_read() - began,
	       info->tsc_hz);
}

cap_t open_lent(const char *path, u32 flags)
{
	struct dir_open_args args = {.flags = flags, .mode = 0644};
	struct dir_open_result opened;
	cap_t file = slot_alloc(), given = slot_alloc();

	args.path = path;
	must(dir_open(folder, &args, file, &opened) == OK, path);
	must(cnode_copy(SLOT_CNODE, &(struct cnode_copy){.index = given,
							 .source_cnode = SLOT_CNODE,
							 .source_index = frame,
							 .rights = RIGHT_ALL}) == OK &&
		     file_lend(file, given) == OK,
	     "lend");
	cnode_delete(SLOT_CNODE, given);
	slot_free(given);
	return file;
}

void close_file(cap_t file)
{
	cnode_delete(SLOT_CNODE, file);
	slot_free(file);
}

int main(void)
{
	void *at;

	if (!report_begin() || !(folder = grant_find("/")) ||
	    memory_make(CHUNK_BYTES / PAGE_SIZE, &frame, &at) != OK)
		return 2;
	memory = at;
	choose_sizes(startup->arguments);
	bench_large();
	bench_raw();
	bench_small();
	bench_many();
	bench_pipes();
	report("DONE %u failed\n", failures);
	return failures > 0;
}
