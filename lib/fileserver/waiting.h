/*
 * Requests that wait for a disk. Such a request has changed nothing (fs.h), so it is kept as it came, and is run
 * again from its beginning when the disk has answered. Its caller is in a Reply object meanwhile, which dies with
 * the instance: then the client's stub sends the request again, to the next one.
 */
#pragma once
#include "lib/microk/server.h"

#define WAITING_MAX 32
#define WAITING_EACH 8 /* of a client that pays (account.h) */

/* Makes the Reply objects. ERR_LIMIT, ERR_MEMORY. */
enum microk_status waiting_setup(void);

/* Whether a request that waits for another client, without a limit of time, may be put aside: there is room for as many as half, so
 * that requests can always wait for the disk. Also of one that is run again. */
bool waiting_may_hold(const struct request *r);
/* Such requests may go on. And whether that was so since the last look. */
void waiting_change(void);
bool waiting_is_due(void);

/* Keeps the request, whose words are in *r->message and the IPC buffer. False if there is no room: the server must
 * wait itself. `starts` is the server's own, and kept with the request. */
bool waiting_add(struct request *r, u32 starts);

/* Whether the client that pays for the badge may have a further one. */
bool waiting_has_share(u64 badge);

/* Runs each request again by `run`, which leaves the answer in *r->message and returns false if it must go on
 * waiting; and answers. `starts`: the number that was kept with it, which may change. The server's `delivered` and
 * `undelivered` are called as for its own answers. */
void waiting_retry(const struct server *s, bool (*run)(struct request *r, u32 *starts));

/* The client has given the request up, and it has had no effect: forgets it. Whether there was one, of an operation
 * whose label `is_numbered`: requests of others have numbers of 16 bits. */
bool waiting_drop(u64 badge, u64 number, bool (*is_numbered)(u16 label));

u32 waiting_count(void);
