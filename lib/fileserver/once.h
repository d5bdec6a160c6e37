/*
 * Requests that take effect once, whichever instance of the server dies during them. The words of which a request's
 * answer can be made again are kept in the transaction of its effect, for each pair of a capability (its badge) and
 * a thread of the client: the last one, because a thread has one request under way at a time.
 *
 * That of the thread that used a description last lies in the description (and a client's in its struct client), so
 * that a read need not search. When another thread comes, it moves into the state area's table (lib/state/replies.h).
 */
#pragma once
#include "lib/fileserver/keep.h"
#include "lib/microk/server.h"

static inline u16 kept_label(const struct kept *k)
{
	return (u16)k->what;
}
static inline u64 kept_count(const struct kept *k)
{
	return k->what >> 16;
}

/* Whether the request was served already; then *k is what was kept of it. Otherwise *status is OK (it can be
 * served, and there is room to keep what must be kept), or an error for the client: ERR_STATE if its number is that of
 * another operation, since a holder of the same badge with fewer rights can guess a number. A request that is new shows
 * that the answer to the thread's last one has arrived. */
bool once_find(const struct request *r, struct kept *k, enum microk_status *status);

/* The same of a message that asks what became of a request: whichever operation has its number. */
bool once_find_any(const struct request *r, struct kept *k, enum microk_status *status);

/* In the transaction of the request, after once_find. `count` is below 2^48. */
void once_keep(const struct request *r, u64 a, u64 count);

/* Whether the request with that number, which came by that badge, may be sent again. */
bool once_is_kept(u64 badge, u64 number);

/* In a transaction: a description, or a client's own badge, is closed. True: there were replies of several threads,
 * which account.h must count again. */
bool once_forget(u64 badge);

/* The earlier request of the same badge and thread that the last new one in once_find has shown to be answered;
 * each is returned once. */
bool once_take_earlier(u64 *badge, struct kept *k);
