/* The deaths: which server, and when. */
#pragma once
#include "microk/types.h"

/* Services of the configuration, in its order; the client is the last. HOME, the file server of a second file system, need not be
 * there. */
enum { PCI, STORAGE, VFS, HOME, VICTIMS_MOST };

struct plan {
	u64 kills;  /* of each victim; of vfs alone with a stride, at places, or if it is so */
	bool vfs_alone;
	/* Not 0: every other death of vfs is in its start, this many microseconds later than the time before. The first start,
	 * which mounts, is swept before, in longer strides, with deaths of the driver during calls of vfs. */
	u64 stride;
	bool at_places; /* vfs dies at chosen places of its requests (places.h) */
};

void kills_begin(const struct plan *plan);

/* The service is ready: the next death can be set. */
void kills_ready(u32 service);

/* The supervisor's deadline is over: kills, or looks whether it must wait. False: all that were planned are dead. */
bool kills_expired(void);

/* Prints how many there were. */
void kills_report(void);
