/*
 * The driver's side of a ring: it takes requests out of the shared pages, in an order that flushes and barriers allow, and
 * answers them. No hardware: the host's tests run it.
 *
 * A request is copied and checked once, when it is found. The client can write into its entry as it pleases afterwards.
 */
#pragma once
#include "lib/driver/ring.h"
#include "microk/error.h"

/* The part of the disk that the client may use, and how. */
struct ring_range {
	u64 first, sectors;
	bool reads, writes; /* the client's rights */
	bool is_read_only, discards; /* the device's: it takes no writes, and discards */
};

/* The driver's copy of a request. */
struct ring_job {
	u64 id;
	u64 sector; /* of the disk */
	u32 sectors;
	u16 op;
	u16 flags;
	u32 segments;
	enum { RING_JOB_NONE, RING_JOB_WAITS, RING_JOB_TAKEN } state;
	struct ring_segment segment[RING_SEGMENTS];
};

struct ring {
	const volatile struct ring_requests *requests;
	volatile struct ring_answers *answers;
	u32 pool_sectors;
	struct ring_range range;
	/* The driver's own: */
	struct ring_job job[RING_ENTRIES]; /* of the entry with the same index */
	u8 order[RING_ENTRIES];            /* the entries with a job, by ascending id */
	u32 count;                         /* of these */
	u64 changes;                       /* of the requests, at the last look */
	bool has_looked;
};

/* Begins to serve the ring, whose jobs must be empty (all 0). Returns the number of requests that are submitted and not done: an
 * earlier instance has left them, or they have come meanwhile. It is added to answers->taken_over if `takes_over`. */
u32 ring_open(struct ring *r, const volatile void *requests, volatile void *answers, u32 pool_sectors,
	      const struct ring_range *range, bool takes_over);

/* Looks for new requests. A request that fails the checks is answered at once: ERR_RANGE (outside of the range, the pool or the
 * limits), ERR_RIGHTS, ERR_READ_ONLY, ERR_ARG. Returns whether there is anything that is new or was answered. */
bool ring_scan(struct ring *r);

/* The next request that may begin, which counts as taken from now on; NULL if none may. */
struct ring_job *ring_take(struct ring *r);

/* Answers a job that was taken. */
void ring_answer(struct ring *r, struct ring_job *job, enum microk_status status);

/* Whether a request waits or is taken. */
static inline bool ring_is_busy(const struct ring *r)
{
	return r->count > 0;
}
