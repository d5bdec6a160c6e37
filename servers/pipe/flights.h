/*
 * Descriptors in flight: capabilities that were sent through a socket with bytes, and have not been taken yet.
 *
 * A descriptor belongs to the first byte that it was sent with. A read ends before the bytes of a further one, as POSIX's recvmsg
 * does (2.10.11), and its own descriptor can then be taken, until the next read of that socket drops it. In flight it lies in a
 * kept slot of the server's CNode, and outlives its sender.
 *
 * Only capabilities to Endpoints travel, and no socket does: so no circle of sockets can hold itself alive, which UNIX kernels
 * look for with a collector of garbage (Linux: net/unix/garbage.c).
 */
#pragma once
#include "servers/pipe/ends.h"

#define FLIGHTS_PER_CHANNEL 16u

/* Whether the capability may be sent: ERR_TYPE: it is not one to an Endpoint; ERR_DENIED: it is a socket of this server. */
enum microk_status flight_check(cap_t file);

/* In a transaction: sends it after `before` bytes of the channel. Its slot is then empty. ERR_NO_SPACE: too many are in flight. */
enum microk_status flight_add(const struct channel *c, u32 before, cap_t file);

/* How many of the channel's first bytes one read may take: at most `size`. */
u32 flight_limit(const struct channel *c, u32 size);
/* In a transaction: a read takes these bytes. */
void flight_read(const struct channel *c, u32 size, const struct asker *who);
/* In a transaction: it did not, after all. */
void flight_unread(const struct channel *c, u32 size, const struct asker *who);
/* In a transaction: those that were sent after the first `before` bytes of the channel have not been sent, after all. */
void flight_cut(const struct channel *c, u32 before);
/* In a transaction: the channel ends. */
void flight_forget(const struct channel *c);

/* The next descriptor of the bytes that were read last. Its slot is to be transferred in the answer. ERR_NOT_FOUND: there is
 * none. */
enum microk_status flight_take(const struct channel *c, const struct asker *who, cap_t *slot);
/* The client has given up taking it: it can be taken again. */
void flight_given_up(const struct channel *c, const struct asker *who);
/* The answer with the capability in `slot` has arrived, or has not. False: it is not one in flight. */
bool flight_arrived(cap_t slot);
bool flight_lost(cap_t slot);

/* Outside of transactions: empties the slots of those that have been dropped. */
void flight_clean(void);
/* Counts them anew: for a successor, and after a transaction that was undone. */
void flight_recount(void);
