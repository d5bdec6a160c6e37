/*
 * The cost of operations on files, for `make bench`: windows between two marks of the counting plugin
 * (tools/measure/markcount.c), and the time-stamp counter over a whole row, for bytes a second.
 *
 * The rows, their sizes and their order are those of the Linux guest that they are held against (docs/performance.md).
 */
#pragma once
#include "microk/cap.h"
#include "microk/types.h"

#define LARGE_BYTES (64u << 20) /* of the files of the image */
#define CHUNK_BYTES (64u << 10) /* FILE_LENT_MAX */

/* How much of each row is done: the program's argument, in percent, of 64 MiB, 10,000 files, 1,000 operations and 2,000 reads at
 * random. large_bytes is a multiple of 1 MiB. */
extern u32 large_bytes, many, few, random_reads;

/* X(number of the mark, name) */
#define FILE_ROWS(X)               \
	X(1, file_read_cold)       \
	X(2, file_read_warm)       \
	X(3, file_write_sync)      \
	X(4, disk_read)            \
	X(5, disk_read_4)          \
	X(6, file_random_cold)     \
	X(7, file_read_4k)         \
	X(8, file_read_1)          \
	X(9, file_open_close)      \
	X(10, file_stat)           \
	X(11, file_create)         \
	X(12, file_delete)         \
	X(13, file_create_1k)      \
	X(14, file_delete_1k)      \
	X(15, pipe_round_trip)     \
	X(16, socket_round_trip)

enum file_row {
#define X(number, name) ROW_##name = number,
	FILE_ROWS(X)
#undef X
};

#define WINDOW_OPEN(name) \
	__asm__ volatile("nopl 0x4d4b0000+%c0(%%rax)" : : "i"(ROW_##name) : "memory")
#define WINDOW_CLOSE(name) \
	__asm__ volatile("nopl 0x4d4c0000+%c0(%%rax)" : : "i"(ROW_##name) : "memory")

/* `what` in `count` windows; the row has `bytes` bytes in all, or 0. */
#define ROW(name, count, bytes, what)                                \
	do {                                                         \
		u64 began_ = tsc_read();                             \
		for (u32 op = 0; op < (count); op++) {               \
			WINDOW_OPEN(name);                           \
			what;                                        \
			WINDOW_CLOSE(name);                          \
		}                                                    \
		row_report(ROW_##name, #name, count, bytes, began_); \
	} while (0)

/* Reports the row, which ends now. */
void row_report(enum file_row row, const char *name, u32 count, u64 bytes, u64 began);

/* A condition without which the figures mean nothing: reports the first failures, and the run fails. */
void must(bool well, const char *what);

/* The directory that the rows are measured in; 64 KiB of memory, and its Frame. */
extern cap_t folder, frame;
extern u8 *memory;

/* Opens `path` below `folder` by `flags` (protocols/dir.h), with `frame` lent to it. */
cap_t open_lent(const char *path, u32 flags);
void close_file(cap_t file);

void bench_large(void);
void bench_raw(void);
void bench_small(void);
void bench_many(void);
void bench_pipes(void);
