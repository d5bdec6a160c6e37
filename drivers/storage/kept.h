/*
 * The state that an instance of this driver leaves to the next, in the frames of the grant "state": the partitions as they
 * were read first, and the rings that are bound. A client's capability so names the same range for as long as the machine runs.
 */
#pragma once
#include "drivers/storage/partitions.h"
#include "drivers/storage/requests.h"

struct binding {
	u64 process; /* the client's id; 0: the ring is not bound. Written last */
	u32 partition; /* 0: the whole disk */
	u32 rights;    /* RIGHT_PROT bits, as in a request */
};

struct kept {
	u64 magic; /* KEPT_MAGIC when the partitions have been read */
	u64 sectors;
	u32 count;
	struct partition partition[PARTITIONS_MAX];
	struct binding binding[REQUESTS_RINGS];
	struct requests_counters counters;
};
#define KEPT_MAGIC 0x314b534944504554ul

#define KEPT_PAGES 3
_Static_assert(sizeof(struct kept) <= KEPT_PAGES * PAGE_SIZE, "it fits the grant");

/* The grant's memory; NULL without the grant. */
struct kept *kept_find(void);
