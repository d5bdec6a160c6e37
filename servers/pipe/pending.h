/*
 * Connections that wait at a listener: the bytes of its channel (struct pending), so that their order, their number and the
 * listener's readiness are those of any other channel's bytes.
 *
 * Linux keeps half-made sockets in a queue of the listening one, and finds it by a name in a file system or in a table for all
 * processes. MINIX 3's driver of UNIX sockets (minix/net/uds) does the same as a server. Here a name is a capability: each of its
 * holders may connect, and a file server can keep it under a path. The socket to be accepted exists from the connection on, so the
 * other one can be written to at once, as on both.
 */
#pragma once
#include "servers/pipe/waiting.h"

/* `size` of a request that waits at a listener's channel. */
#define PENDING_ACCEPTS 0x10000u
#define PENDING_CONNECTS 0x20000u

static inline bool end_is_listener(const struct end *e) { return e->flags & END_LISTENER; }
/* The connections that wait. */
static inline u32 pending_count(const struct channel *c) { return (u32)c->place / (u32)sizeof(struct pending); }
/* Whether one more may wait, by that name. */
bool pending_has_room(const struct channel *c, const struct end *name);

/* In a transaction: an end waits after the others. */
void pending_put(const struct channel *c, const struct end *e);
/* The end that waits first, and its place taken off *place; NULL: there is none. */
const struct end *pending_first(const struct channel *c, u64 *place);

/* The first request of that kind that waits at the channel; NULL if there is none. */
struct waiter *pending_request(const struct channel *c, u32 kind);
/* The listener has gone: ends the requests that wait to connect. */
void pending_refuse(const struct channel *c);

/* The channel at which a connection waits again; NULL: at none. */
extern const struct channel *pending_again;
