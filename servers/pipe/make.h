/*
 * Descriptions that are made. The capability reaches the client with the answer; until that has arrived, the client may ask again
 * for the same one, and a description that no client holds is not closed (docs/tried-files.md: *in doubt*).
 *
 * The answer is sent before the next receive, so an instance knows of each of its own. Of its predecessor at most one was under
 * way; it stays in doubt until its client asks again, makes another request, or is gone.
 */
#pragma once
#include "lib/microk/server.h"
#include "servers/pipe/ends.h"

/* A pipe's two ends; *m names them. ERR_NO_SPACE: the client has its share. */
enum microk_status make_pipe(const struct asker *who, u32 flags, const struct made **m);

/* The answer with the capability in `slot` has reached its client; or has not, and the request is undone. */
void make_arrived(cap_t slot);
void make_lost(cap_t slot);

/* No request of that client comes any more. */
void make_client_gone(u64 badge);
