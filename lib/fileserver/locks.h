/*
 * Advisory locks on ranges of files (POSIX, fcntl) and on whole files (flock of BSD and Linux).
 *
 * A lock belongs to a badge: to an open description, or to a directory that one process alone has open. So no server has to
 * know processes: POSIX's locks of a process go with the process, because its directory does, and those of flock with the
 * description, which a child and its parent share. The kernel reports the end of both (ST_CLOSED).
 *
 * Weighed: Linux gives each lock an owner, a pointer to the process's table of files or to the open file, and looks for its
 * locks at each close; MINIX 3's VFS has a table of eight locks with process numbers, which its process manager must report.
 * Managarm has flock alone, in the file system's node.
 *
 * The table lies in the state area (keep.h) and outlives an instance. A request that waits is put aside (waiting.h), and runs again
 * when a lock is gone: the one that came first comes first. There is no search for circles of owners that wait for each other
 * (EDEADLK): a signal ends the wait.
 */
#pragma once
#include "gen/protocols/file_server.h"
#include "lib/fileserver/keep.h"

#define LOCKS_PER_CLIENT 48 /* that pays for their owners (account.h) */

/* `owner`: the badge of the capability that came with the request. */
enum microk_status locks_set(struct request *r, const struct file_lock_args *args, u64 owner);
enum microk_status locks_test(struct request *r, const struct file_lock_test_args *args, u64 owner, struct file_lock_test_result *result);

/* Outside of transactions: the last capability with that badge is gone. */
void locks_drop(u64 owner);
