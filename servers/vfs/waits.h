/*
 * Waiting under one lock.
 *
 * The server's workers share one lock and hold it whenever they run this code. A worker that must wait (for a page, for an
 * inode) calls sleep, which releases the lock, and holds it again on return. It then looks again: a wake is only a hint, as in
 * xv6's sleep. On the host there is one worker, and its sleep fetches a completion from the disk.
 *
 * A server of one worker has another way for a reader: its request is put aside, and begun again after the disk's answer, and
 * the worker serves others.
 */
#pragma once
#include "microk/types.h"

struct waits {
	/* Returns after a wake of `on`, or earlier. */
	void (*sleep)(struct waits *waits, const void *on);
	void (*wake)(struct waits *waits, const void *on);
	/* Whether the running request, which has changed nothing, is put aside in place of a sleep; `starts`: it has begun the
	 * filling that it needs, and does not only find it under way. NULL: never. */
	bool (*aside)(struct waits *waits, bool starts);
	/* The number of the worker that runs; never 0. */
	u64 (*self)(struct waits *waits);
};

/* A lock that is held across waits. Its holder may take it again. */
struct gate {
	u64 holder; /* 0: free */
	u32 depth;
};

static inline bool gate_is_mine(struct waits *w, const struct gate *g)
{
	return g->holder && g->holder == w->self(w);
}

static inline void gate_enter(struct waits *w, struct gate *g)
{
	u64 self = w->self(w);

	while (g->holder && g->holder != self)
		w->sleep(w, g);
	g->holder = self;
	g->depth++;
}

static inline void gate_leave(struct waits *w, struct gate *g)
{
	if (--g->depth)
		return;
	g->holder = 0;
	w->wake(w, g);
}
