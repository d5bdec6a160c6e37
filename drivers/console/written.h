/* The last write of each client's thread: for a client that gave up waiting for the answer (lib/microk/stub.h: stub_abandon), and
 * for one whose console died before it answered, and that repeats the request. */
#pragma once
#include "lib/microk/server.h"

#define WRITTEN_MAX 32 /* pairs of client and thread that are remembered */

struct written_table {
	struct written {
		u64 badge;
		u64 number; /* of the request; 0: this place is free */
		u32 bytes;
	} last[WRITTEN_MAX];
	u32 oldest;
	bool forgotten; /* a pair that another one took the place of */
};

/* Notes that the request, of file.write, took effect. */
void written_keep(struct written_table *t, const struct request *r, u32 bytes);

/* Whether the request took effect; then *bytes of it were written. */
bool written_already(const struct written_table *t, const struct request *r, u32 *bytes);

/* OK: the request r->number took effect, and its answer is in *r->message. ERR_CANCELLED: it had no effect.
 * ERR_PEER_DIED: that is not known, because more than WRITTEN_MAX threads have written. */
enum microk_status written_find(const struct written_table *t, struct request *r);

bool written_is_sound(const struct written_table *t);
