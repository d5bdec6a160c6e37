/* A victim: a task with a capability of every kind, that makes calls from a list. */
#pragma once

#define BATCH_COUNT 0
#define BATCH_BUDGET 8
#define BATCH_DONE 16
#define BATCH_BROKEN 24
#define BATCH_RECORDS 64
#define RECORD_BYTES 80

#ifndef __ASSEMBLER__
#include "microk/cap.h"
#include "microk/ipcbuf.h"
#include "microk/types.h"

/* A call as it is made, and afterwards as it returned. */
struct record {
	u64 tag, cap, word[8];
};
_Static_assert(sizeof(struct record) == RECORD_BYTES, "loop.S");

#define BATCH_PAGES 10
#define BATCH_CALLS ((BATCH_PAGES * PAGE_SIZE - BATCH_RECORDS) / RECORD_BYTES)

struct batch {
	u64 count;
	u64 budget; /* calls left, however often it is started anew */
	u64 done;   /* calls made */
	u64 broken; /* how many of them returned with another stack pointer */
	u64 pad[4];
	struct record record[BATCH_CALLS];
};
_Static_assert(sizeof(struct batch) <= BATCH_PAGES * PAGE_SIZE, "mapped so");
_Static_assert(offsetof(struct batch, record) == BATCH_RECORDS, "loop.S");

#define VICTIMS 2
#define VICTIM_SLOTS 128
#define VICTIM_FIRST_FREE 40
#define VICTIM_BATCH(i) (0x10000000ul + (i) * 0x100000ul)
#define VICTIM_CODE 0x10300000ul
#define VICTIM_ROOM 0x10400000ul /* nothing is mapped here; tables of level 3 and 2 are there */

struct victim {
	struct batch *batch[VICTIMS];
	struct ipcbuf *buffer[VICTIMS];
	cap_t thread[VICTIMS];
	u8 type[VICTIM_SLOTS]; /* the types in its slots at first */
};

/* Makes the pages that stay from round to round. */
void victim_prepare(struct victim *v);
/* Makes everything else from an Untyped that is revoked when the round ends. Its threads are stopped. */
void victim_make(struct victim *v);
/* Ends everything of the round, and checks that it is gone. */
void victim_destroy(struct victim *v);
/* Runs both threads until neither can go on. */
void victim_run(struct victim *v);

/* ---- calls.c: random calls ---- */
extern u64 random_state;
u64 random_below(u64 limit);
/* A call, more often than not one that could do something to such a victim. */
void random_call(const struct victim *v, struct record *r);
/* Whether random_call could have passed in a value that was returned. (Kernel addresses are few.) */
bool random_may_pass(u64 value);
#endif
