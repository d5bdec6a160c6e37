/*
 * The client's side of a ring. The client chooses where data lies in its page pool; this chooses entries and ids. No hardware,
 * and no system call: the client signals the driver after a call that submits, and waits for RING_SIGNAL.
 */
#pragma once
#include "lib/driver/ring.h"
#include "microk/error.h"

struct ring_user {
	volatile struct ring_requests *requests;
	const volatile struct ring_answers *answers;
	u64 next_id;
	u64 pending; /* bit i: entry i is submitted, and its answer was not taken */
};

/* Takes the pages into use. Requests of an earlier instance that are not done yet stay pending, and are the caller's to take: their
 * data lies in the pool, which has outlived that instance too. */
void ring_user_open(struct ring_user *u, volatile void *requests, const volatile void *answers);

/* Writes a request into a free entry, and submits it. `segments` has `count` of them. Returns the entry; -1 if none is free. */
int ring_submit(struct ring_user *u, enum ring_op op, u32 flags, u64 sector, u32 sectors, const struct ring_segment *segments, u32 count);

/* An entry whose request is done, and *status; -1 if there is none. The entry is free from now on. */
int ring_take_answer(struct ring_user *u, enum microk_status *status);
