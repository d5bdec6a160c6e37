/* The layout of an area in memory, for the files of lib/state only. */
#pragma once
#include "microk/types.h"

#define STATE_MAGIC 0x31544154534b4dul /* "MKSTAT1": the layout's version is its last byte */

/* The old value of one word of the content. */
struct state_record {
	u64 offset; /* in bytes, from the area's beginning; with STATE_BESIDE: from that of the memory beside it */
	u64 was;
};

struct state_area {
	u64 magic; /* written last */
	/* The plan, as whole words; it never changes. */
	u64 version, log_words, first_slot, slots, replies, reply_words, data_bytes;
	u64 plan_sum; /* of these seven */

	u64 generation; /* transactions committed */
	u64 sum[2];     /* of the content, for an even and an odd generation */
	u64 log;        /* generation << 20 | records: those of another generation are void */
	struct state_record record[]; /* log_words of them; then the content */
};

#define STATE_LOG_BITS 20 /* for the number of records: log_words is at most 2^16 */
#define STATE_LOG_MOST (1ul << 16)

#define STATE_BESIDE (1ul << 63)

/* Bytes of a kept reply: key, number, status and length, words. */
struct state_kept {
	u64 description; /* 0: this entry has never been used; STATE_KEPT_FREE: it was */
	u64 thread;
	u64 number;
	u64 status;
	u64 length;
	u64 words[];
};
#define STATE_KEPT_FREE (~0ul)
#define STATE_KEPT_BYTES(reply_words) (sizeof(struct state_kept) + 8ul * (reply_words))

struct state_slot_entry {
	u64 kind; /* 0: the slot is not noted */
	u64 object;
};
