/* How descriptions begin and end. */
#pragma once
#include "lib/fileserver/keep.h"
#include "lib/microk/server.h"

/* In a transaction. Makes a description of `place`, which its file system holds from now on; `root` is for a directory.
 * ERR_NO_SPACE when the table or the client's share is full; the file system's errors, FS_WAIT included. */
enum microk_status opening_make(const struct request *r, const struct place *place,
				    const struct place *root, u32 flags,
				    const struct description **out);

/* In the same transaction, which will be undone: the file system forgets what it does not keep in transactions. */
void opening_unmake(const struct description *d);

/* After the request's transaction: it was committed, or undone, and then a new description's hold is, too. */
void opening_settle(bool done);

/* Outside of transactions. The description's file system releases the node; if that must wait, opening_go_on does
 * it. */
void opening_close(const struct description *d);
/* Goes on with those that wait. */
void opening_go_on(void);

/* For a successor: counts what there is. */
void opening_take_over(void);

/* Open ones, and those that wait to be closed. For tests. */
u32 opening_count(void);
