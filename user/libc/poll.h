/*
 * Readiness. A thread looks at each file: a pipe's server is asked, a file without a server has it in memory. If none is ready,
 * each server is asked for a signal (file.watch) to the thread's own Notification, and the thread sleeps until one comes. A watch
 * stays with the file, so a loop of polls sets it once.
 *
 * A server has one watch for a description. Of two threads that wait for one file, the second takes the watch over, and wakes the
 * first whenever it has woken itself. Another process that waits for the same description takes the watch, too; so no wait with a
 * watch is longer than a second before the thread looks again.
 *
 * Weighed: Fuchsia's ports queue a packet for each object's signal; Linux puts an entry into each file's queue at each poll. QNX's
 * select is this one: the server keeps a notification for the client, and the client asks again.
 */
#pragma once
#include "user/libc/descriptors.h"

#define POLLIN 0x1u
#define POLLOUT 0x4u
#define POLLERR 0x8u
#define POLLHUP 0x10u
#define POLLNVAL 0x20u
#define POLLRDNORM 0x40u
#define POLLWRNORM 0x100u
#define POLL_ALWAYS (POLLERR | POLLHUP | POLLNVAL)

struct readiness {
	u32 events;     /* of POLL*, those that hold */
	u64 came, went; /* differ from an earlier look's if bytes have come since, or room: edges */
};

/* *tick as in struct local_file. */
struct readiness poll_look(struct open_file *f, u64 *tick);
/* Has the calling thread signalled when one of the events begins to hold; *places: bits of the threads whose watches it takes over.
 * */
void poll_watch(struct open_file *f, u32 events, u32 *places);
/* Sleeps once, at most until that tick (0: without end), and wakes the threads of *places. 0, or as wait_for_signal. */
long poll_sleep(u64 tick, u32 *places);
