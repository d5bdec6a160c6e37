/*
 * An operation on metadata is done whole or not at all, wherever the instance ends: an undo log of words, in memory that
 * outlives the instance.
 *
 * Each word's old value goes into the log before the new value goes to its place; one store of the number of records commits
 * the operation. The successor restores the words of an unfinished operation, last first. lib/state does the same for an area
 * with a checksum; here the places lie in the page pool too, and a checksum over all pages would cost more than the pages are
 * worth (a damaged page of metadata is found by the checks of its fields).
 *
 * One operation changes metadata at a time. That is what makes old values sufficient: no other operation can have changed the
 * same word since. An operation may wait for a page in the middle; the others wait for its end. Readers do not.
 */
#pragma once
#include "servers/vfs/cache/cache.h"

/* Begins an operation, after that of another worker has ended. The same worker may begin a second one inside: the two are one
 * operation, which is committed with the outer one. */
void change_begin(struct cache *c);

/* Copies bytes to `to`, a place in the pool or in the state area. A refusal (the log is full, ERR_NO_SPACE; another place,
 * ERR_RANGE) spoils the operation: change_commit returns it, and undoes all. */
void change_write(struct cache *c, void *to, const void *from, u64 bytes);

/* Changes a page's home of block `in_page`. The page stays in the cache until the operation ends, since an undoing would restore
 * the home whatever page has its place by then. */
void change_home(struct cache *c, u32 at, u32 in_page, u32 block);

/* Spoils the operation. */
void change_refuse(struct cache *c, enum microk_status status);

/* How many further words fit. */
u32 change_room(const struct cache *c);

/* Makes the changes so far final, and goes on with the operation's lock held. Only in an outermost operation. */
enum microk_status change_step(struct cache *c);

/* Ends the operation. An inner end only counts. The first refusal, or OK. */
enum microk_status change_commit(struct cache *c);

/* Whether this worker is inside an operation, and in how many. */
u32 change_depth(const struct cache *c);

/* The successor's first act: undoes the unfinished operation. */
void change_recover(struct cache *c);
