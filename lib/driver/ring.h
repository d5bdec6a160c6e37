/*
 * A ring: the requests that a client has at a driver, in frames that both see and that outlive instances of either.
 *
 * There are two kinds of pages, so that each word has one writer, which the kernel holds the two sides to:
 *
 *     requests   written by the client, mapped read-only in the driver     RING_REQUEST_PAGES
 *     answers    written by the driver, mapped read-only in the client     RING_ANSWER_PAGES
 *
 * Entry i of the answers belongs to entry i of the requests. The state of an entry is three numbers, each the id of a request:
 *
 *     submitted == done                  free: the client may write the entry and submit it
 *     submitted != done                  submitted: the driver owes an answer
 *     submitted == taken, != done        taken: the driver has begun the request
 *
 * A client writes an entry and then, as the last word, its `submitted`; a driver writes `status` and then `done`. Each of the two
 * is a single store, so an instance that dies before or after it leaves no third state. A driver that takes over after another
 * does every request that is submitted and not done, whether taken or not: a read or write of a disk can be done twice.
 *
 * Ids ascend. They are the order that flushes and barriers refer to, also for a driver that takes over:
 *
 *   - a flush is done after all earlier writes and discards are done, and makes them permanent;
 *   - a request with RING_BARRIER begins after all earlier requests are done, and all later ones begin after it is done;
 *   - the driver may do all other requests in any order, and several at once.
 *
 * Data lies in the client's page pool, which the device reaches through its driver's IoSpace. A segment is a place in the pool.
 *
 * Neither side trusts the other. The driver copies an entry before it checks it; the client takes only `done` and `status` from
 * the driver.
 *
 * Weighed: virtio's split queue and sDDF's block queues (queue.h) are two rings of descriptors with an index each, which is
 * shortest where both sides live on; a new driver could not know from the indices which requests are unfinished. A table of
 * entries with ids answers that by itself. MINIX 3 keeps the table of calls in flight in the client's library, which repeats
 * them: there the client waits for the restart and acts; here it need not notice it.
 */
#pragma once
#include "microk/types.h"

#define RING_ENTRIES 64
#define RING_SEGMENTS 56
#define RING_SECTOR 512 /* bytes; all places and lengths are in sectors, whatever blocks the device has */
#define RING_SECTORS_MAX 8192 /* of one request: 4 MiB */

enum ring_op { RING_READ = 1, RING_WRITE, RING_FLUSH, RING_DISCARD };

#define RING_BARRIER 1u /* in `flags` */

/* A run of sectors of the page pool. */
struct ring_segment {
	u32 first, sectors;
};

struct ring_request {
	u64 submitted; /* the request's id, never 0; written last */
	u64 sector;    /* of the client's range. A flush has none, and no sectors */
	u32 sectors;
	u16 op;        /* enum ring_op */
	u16 flags;
	u32 segments; /* of a read or write: their sectors add up to the request's. A discard has none */
	u32 padding;
	struct ring_segment segment[RING_SEGMENTS];
	u8 unused[32];
};

_Static_assert(sizeof(struct ring_request) == 512, "eight entries a page");

struct ring_requests {
	struct ring_request request[RING_ENTRIES];
	u64 changes; /* incremented after requests were submitted: as long as it stays, there are no new ones */
};

struct ring_answer {
	u64 taken; /* the id of the request that was begun last */
	u64 done;  /* the id of the request that was finished last; written last */
	u32 status; /* of that one: enum microk_status */
	u32 padding;
};

struct ring_answers {
	struct ring_answer answer[RING_ENTRIES];
	u64 taken_over; /* requests that drivers have found unfinished when they began, in all */
};

#define RING_REQUEST_PAGES (ALIGN_UP(sizeof(struct ring_requests), PAGE_SIZE) / PAGE_SIZE)
#define RING_ANSWER_PAGES 1

_Static_assert(sizeof(struct ring_answers) <= PAGE_SIZE, "one page");

/* The bit by which each side is signalled: in the driver's Notification by the client, for requests; in the client's by the
 * driver, for answers. Each side may be signalled without a cause. */
#define RING_SIGNAL (1ul << 63)
