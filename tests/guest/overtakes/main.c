/*
 * One thread reads pages of a long file that are not in memory, each of which a slow disk has to read. Meanwhile the other reads
 * one page again and again that is. It reports, in ticks of the time-stamp counter, its longest read and the other's mean.
 *
 * The reads are far apart and go backwards, so that no page is read ahead. The blocks that say where the pages are on the disk are
 * read before: vfs waits for those.
 */
#include "gen/protocols/dir_client.h"
#include "gen/protocols/file_client.h"
#include "lib/microk/ipc.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"
#include "lib/microk/thread.h"
#include "lib/microk/util.h"
#include "protocols/dir.h"
#include "tests/guest/killer/answered.h"
#include "tests/guest/kit/service.h"

#define STEP 0x40000u  /* 256 KiB: 64 pages */
#define COLD_READS 24u /* of a file of 8 MiB */
#define PRIORITY 20

static cap_t root;
static u32 cold_reads, failures; /* atomic */
static u64 cold_ticks;           /* of all its reads */

static cap_t open(const char *path)
{
	struct dir_open_result opened;
	cap_t file = slot_alloc();
	enum microk_status status;

	ANSWERED(status, dir_open(root, &(struct dir_open_args){.path = path}, file, &opened));
	if (status != OK)
		report("FAIL %s: %s\n", path, status_name(status));
	failures += status != OK;
	return file;
}

/* The ticks of one read of a page's begin. */
static u64 read_page(cap_t file, u64 offset, struct file_read_at_result *got)
{
	struct file_read_at_args args = {.offset = offset, .size = FILE_DATA_AT_MAX};
	u64 begin = tsc_read();
	enum microk_status status;

	ANSWERED(status, file_read_at(file, &args, got));
	u64 ticks = tsc_read() - begin;

	if (status != OK || got->data_length != FILE_DATA_AT_MAX || got->data[7] != 'p')
		__atomic_add_fetch(&failures, 1, __ATOMIC_RELAXED);
	return ticks;
}

static void read_cold(u64 file)
{
	static struct file_read_at_result got;

	for (u32 i = 0; i < COLD_READS; i++) {
		cold_ticks += read_page((cap_t)file, (u64)(COLD_READS - i) * STEP, &got);
		__atomic_store_n(&cold_reads, i + 1, __ATOMIC_RELEASE);
	}
	thread_end();
}

int main(void)
{
	static struct file_read_at_result got;
	u64 longest = 0, reads = 0;

	if (!report_begin())
		return 2;
	root = grant_find("/");
	cap_t warm = open("warm"), cold = open("cold");
	read_page(warm, 0, &got); /* now it is in memory, and so is what leads to it */
	for (u64 at = STEP / 2; at < COLD_READS * STEP; at += STEP)
		read_page(cold, at, &got);
	struct thread_plan plan = {
		.entry = read_cold, .argument = cold, .name = "cold", .priority = PRIORITY};
	if (failures || thread_begin(&plan, NULL) != OK)
		return 2;
	while (__atomic_load_n(&cold_reads, __ATOMIC_ACQUIRE) < COLD_READS) {
		u64 ticks = read_page(warm, 0, &got);
		longest = MAX(longest, ticks);
		reads++;
	}
	report("NOTE %lu warm reads, the longest %lu ticks; %u cold reads, the mean %lu\n", reads,
	       longest, COLD_READS, cold_ticks / COLD_READS);
	report("DONE %u failed\n", failures);
	return failures > 0;
}
