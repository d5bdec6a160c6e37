/*
 * A server of files: requests of protocols file and dir, answered from the mounted file systems (mount.h). The VFS
 * and the servers of /proc and /dev differ in their file systems alone.
 *
 * Weighed: Linux and xv6 serve all file systems from one kernel, Plan 9 and MINIX 3 give each a process, and one of
 * these (or a mount table of the kernel) joins them. Here each server walks its own tree, and the client's
 * namespace joins the trees: no server calls another for a client.
 */
#pragma once
#include "lib/fileserver/keep.h"
#include "lib/fileserver/lent.h"
#include "lib/microk/server.h"

struct fileserver {
	const char *name;
	cap_t endpoint;
	struct keep_plan keep;
	struct pool_frames pool;
	/* The work of the file systems that comes with time and with answers of the disk (`bits` of the bound
	 * Notification, 0 for the time): it never waits. It returns the tick of the TSC at which it must be called
	 * again, or 0. NULL: there is none. */
	u64 (*work)(u64 bits);
	/* Called when all Replies are in use by requests that wait for the disk: returns after an answer of it.
	 * NULL: no file system returns FS_WAIT, but for `reads_wait`. */
	void (*wait)(void);
	/* Without `wait`: reads of files return FS_WAIT, and nothing else does. A file system asks
	 * fileserver_may_wait before, and waits itself if it may not. */
	bool reads_wait;
	/* Serves a request of another protocol than file and dir, or a fault, outside of all transactions. NULL:
	 * there is none. */
	void (*other)(struct request *r);
	/* ST_CLOSED came for the badge. Whether it is one of those requests'. With `other`. */
	bool (*other_closed)(u64 badge);
};

/* Takes over what an instance before this one left (after the file systems are mounted). ERR_MEMORY, ERR_STATE:
 * keep_open; ERR_LIMIT. */
enum microk_status fileserver_open(const struct fileserver *f, bool *was_there);

/* `work` is called at that tick of the TSC, or earlier. For file systems that get something to do with a request. */
void fileserver_wake(u64 tick);

/* Whether the request that runs is put aside: the file system then returns FS_WAIT. `starts`: it has begun to read
 * what the request needs, which one request may do a few times only, so that it ends. */
bool fileserver_may_wait(bool starts);

/* Serves for ever. */
_Noreturn void fileserver_run(const struct fileserver *f);
