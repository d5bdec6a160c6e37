/*
 * The shares of the server's tables that clients take, so that no client can fill one. A client is a badge that the
 * supervisor gave. A description that is opened by way of a directory's capability is charged to the client that opened the
 * directory, and limited for the directory, too: a program that gets a directory of its own gets a share of its own
 * in it.
 *
 * The counts are made of the tables (keep.h), and do not outlive an instance.
 */
#pragma once
#include "lib/fileserver/keep.h"

/* Of DESCRIPTIONS_MAX; of a smaller table in the same proportion. */
#define DESCRIPTIONS_PER_DIRECTORY 256 /* opened by way of one directory, or by a client's own capability */
#define DESCRIPTIONS_PER_CLIENT 768
#define REPLIES_PER_CLIENT 768

/* The client that pays for descriptions opened by way of `badge`. */
u64 account_payer(u64 badge);

/* Whether a further description can be opened by way of `badge`; and that it was, or was closed. */
bool account_may_open(u64 badge);
void account_opened(const struct description *d);
void account_closed(const struct description *d);

/* The same for an entry of the table of replies; account_recount after they were forgotten. */
bool account_may_keep(u64 badge);
void account_keeps(u64 badge);

/* Counts anew: after a transaction that was undone, and for a successor. */
void account_recount(void);
/* The same, if anything was counted since account_settle. */
void account_undo(void);
void account_settle(void);
