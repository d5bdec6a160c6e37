/* A client of the disk's driver, that knows what each block must hold. */
#pragma once
#include "lib/driver/ring_client.h"
#include "lib/microk/ipc.h"

#define BLOCK_SECTORS 8
#define BLOCK_BYTES 4096u

extern cap_t disk;
extern struct ring_user ring;
extern u8 *pool; /* as the client sees it */
extern u32 pool_sectors;
extern u32 failures;

/* Prints a line on the tests' own serial line, and counts it. */
void fail(const char *file, int line, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#define CHECK(condition)                                                       \
	do {                                                                   \
		if (!(condition))                                              \
			fail(__FILE__, __LINE__, "must hold: %s", #condition); \
	} while (0)

#define EXPECT(wanted, expression)                                                             \
	do {                                                                                   \
		enum microk_status got_ = (expression);                                        \
		if (got_ != (wanted))                                                          \
			fail(__FILE__, __LINE__, "%s: expected %s, came %s", #expression,      \
			     status_name(wanted), status_name(got_));                          \
	} while (0)

/* Finds the grants of the ring, and binds it to `disk`. False after a report. */
bool client_open(void);

/* Submits and signals. Returns the entry; -1 if none is free. */
int submit(enum ring_op op, u32 flags, u64 sector, u32 sectors, const struct ring_segment *segments, u32 count);

/* Waits for the next answer. *bits: other signals that came meanwhile, added. Returns the entry. */
int await(enum microk_status *status, u64 *bits);

/* One request from beginning to end, with its data from `first` of the pool on. */
enum microk_status transfer(enum ring_op op, u64 sector, u32 sectors, u32 first);

/* The content of a block in its version: fills it, or compares. */
void pattern_fill(u8 *at, u64 block, u64 version);
bool pattern_is(const u8 *at, u64 block, u64 version);

/* The programs, by the first word of the arguments. */
void play_basic(void);
void play_read_only(void);
void play_load(void);
void play_speed(void);
void play_errors(void);
void play_slow(void);
