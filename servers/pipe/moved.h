/* The answers that were moved out of their channels before they were known to have arrived. */
#pragma once
#include "servers/pipe/channel.h"

/* Of the server's table, for one client that pays. */
#define MOVED_EACH (MOVED_MAX / 4 * 3)

const struct answered *moved_find(const struct channel *c, enum way way, const struct asker *who, const struct file_read_result **bytes);

/* In a transaction. ERR_NO_SPACE. */
enum microk_status moved_add(const struct channel *c, enum way way, const struct answered *a, const struct file_read_result *bytes);

/* In a transaction: the client has made another request, so it has its earlier answer. */
void moved_settle(const struct channel *c, enum way way, const struct asker *who);
/* In a transaction: those of a description that is closed, and, if `all`, of every one of the channel. */
void moved_forget(const struct channel *c, u64 badge, bool all);

/* Counts them anew: for a successor, and after a transaction that was undone. */
void moved_recount(void);
