/*
 * The last read of each client's thread: which units of the typed text its answer was made of. They leave the ring with the
 * commit, before the answer goes; if the console dies between the two, the client repeats the read, and gets the same units.
 */
#pragma once
#include "lib/terminal/ring.h"
#include "lib/microk/server.h"

#define DELIVERED_MAX 32 /* pairs of client and thread that are remembered */

struct delivered_table {
	struct delivered {
		u64 badge;
		u64 number; /* of the request; 0: this place is free */
		u32 at;     /* the ring's tail before */
		u32 units;
	} last[DELIVERED_MAX];
	u32 oldest;
};

/* The read takes `units` from the ring's tail on. A number of 0 is not kept. */
void delivered_keep(struct delivered_table *t, const struct ring *ring, u64 badge, u64 number, u32 units);

/* The read of the thread that was kept last is forgotten: its answer did not arrive, and the caller has put the units back. */
void delivered_forget(struct delivered_table *t, u64 badge, u64 number);

/* The entry of that request; NULL if it took nothing yet. A number of 0 has none. */
const struct delivered *delivered_find(const struct delivered_table *t, u64 badge, u64 number);

/* Copies its bytes again, at most `size`; false: they were overwritten by later ones. */
bool delivered_read(const struct delivered *d, const struct ring *ring, char *to, size_t size, size_t *bytes);

/* Puts the units back, and forgets the read. False: others have been taken since, so they cannot go back to their place. */
bool delivered_undo(struct delivered_table *t, struct ring *ring, u64 badge, u64 number);

bool delivered_is_sound(const struct delivered_table *t);
