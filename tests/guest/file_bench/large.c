/* Large files, read and written from their beginning to their end by 64 KiB, and single pages of one at random. */
#include "gen/protocols/file_client.h"
#include "lib/microk/util.h"
#include "protocols/dir.h"
#include "tests/guest/file_bench/bench.h"

#define PAGES_MOST (LARGE_BYTES / PAGE_SIZE)

/* tools/measure/files.py writes this number into each page. */
static void check_page(u64 offset)
{
	must(*(const u64 *)memory == offset / PAGE_SIZE, "a page has another one's bytes");
}

static void read_at(cap_t file, u64 offset, u32 size)
{
	struct file_read_lent_at_result read = {0};

	must(file_read_lent_at(
		     file, &(struct file_read_lent_at_args){.offset = offset, .size = size},
		     &read) == OK &&
		     read.length == size,
	     "read");
	check_page(offset);
}

static void read_all(const char *path)
{
	cap_t file = open_lent(path, 0);

	for (u64 at = 0; at < large_bytes; at += CHUNK_BYTES)
		read_at(file, at, CHUNK_BYTES);
	close_file(file);
}

static void write_all(const char *path)
{
	cap_t file = open_lent(path, OPEN_WRITE | OPEN_CREATE | OPEN_TRUNCATE);

	for (u64 at = 0; at < large_bytes; at += CHUNK_BYTES) {
		struct file_write_lent_at_result written = {0};
		u64 from = at;

		while (from < at + CHUNK_BYTES) {
			must(file_write_lent_at(
				     file,
				     &(struct file_write_lent_at_args){
					     .offset = from,
					     .at = (u32)(from - at),
					     .size = (u32)(at + CHUNK_BYTES - from)},
				     &written) == OK &&
				     written.written > 0,
			     "write");
			if (written.written == 0)
				return;
			from += written.written;
		}
	}
	must(file_sync(file) == OK, "sync");
	close_file(file);
}

/* The first pages of a shuffled list, as the Linux guest's program has it: no page twice. */
static u32 place[PAGES_MOST];

static void shuffle(u32 pages)
{
	u32 seed = 1;

	for (u32 i = 0; i < pages; i++)
		place[i] = i;
	for (u32 i = pages - 1; i > 0; i--) {
		seed = seed * 1664525u + 1013904223u;
		u32 j = (seed >> 8) % (i + 1), other = place[i];

		place[i] = place[j];
		place[j] = other;
	}
}

void bench_large(void)
{
	ROW(file_read_cold, 1, large_bytes, read_all("bench/big"));
	ROW(file_read_warm, 1, large_bytes, read_all("bench/big"));
	shuffle(large_bytes / PAGE_SIZE);
	cap_t file = open_lent("bench/other", 0);
	ROW(file_random_cold, random_reads, (u64)random_reads * PAGE_SIZE,
	    read_at(file, (u64)place[op] * PAGE_SIZE, PAGE_SIZE));
	close_file(file);
	ROW(file_write_sync, 1, large_bytes, write_all("bench/output"));
}
