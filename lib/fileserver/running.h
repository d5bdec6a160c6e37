/*
 * Programs that run: a file is not written as long as a process runs it (POSIX, open, ETXTBSY).
 *
 * A mark on the description by which the process server loaded the program is the hold. So it needs no table, lasts
 * until that server drops the capability, and outlives both servers as descriptions do. A file that is open to be written
 * cannot be marked, so only opening has to look.
 *
 * Weighed: Linux counts writers of an inode, with those that deny writing as negative ones, in
 * memory that all parts of the kernel share; NetBSD and FreeBSD mark the vnode (VV_TEXT), for which the last process's
 * end must be found.
 */
#pragma once
#include "lib/fileserver/description.h"

/* In a transaction: the description's file runs, until the description is closed. ERR_BUSY: one is open to write it. */
enum microk_status running_mark(const struct description *d);

/* Whether the file may be opened to be written. ERR_BUSY: it runs. */
enum microk_status running_check(const struct place *p);

/* A description with these flags is made. */
void running_opened(u32 flags);
/* For a successor: counts anew. */
void running_take_over(void);
