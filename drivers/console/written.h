/* The last write of each client's thread, for a client that gave up waiting for the answer (lib/microk/stub.h: stub_abandon). */
#pragma once
#include "lib/microk/server.h"

#define WRITTEN_MAX 32 /* pairs of client and thread that are remembered */

/* Notes that the request, of file.write, took effect. */
void written_keep(const struct request *r, u32 bytes);

/* OK: the request r->number took effect, and its answer is in *r->message. ERR_CANCELLED: it had no effect.
 * ERR_PEER_DIED: that is not known, because more than WRITTEN_MAX threads have written. */
enum microk_status written_find(struct request *r);
