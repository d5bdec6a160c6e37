/*
 * A second process like this one, with the calling thread alone. The work of other threads in this library is not finished in
 * the child: so the thread takes the locks of all that lies in more than one word, and gives them in both processes; and the child
 * drops what is other threads' alone: the uses of files by their calls, their places in queues, and the watches that they set with
 * servers. Weighed: glibc and musl do the same for their own locks, and their kernel needs none of it; a flag for each call, and
 * a fork that waits for all of them, would wait for a read without end.
 */
#include "gen/protocols/process_client.h"
#include "lib/namespace/namespace.h"
#include "user/libc/actions.h"
#include "user/libc/calls.h"
#include "user/libc/descriptors.h"
#include "user/libc/errors.h"
#include "user/libc/futex.h"
#include "user/libc/locks.h"
#include "user/libc/paths.h"
#include "user/libc/pollers.h"
#include "user/libc/posix_timers.h"
#include "user/libc/self.h"

/* From the outer ones to the inner: a thread that has one of these takes none of those before it. */
static void before(void)
{
	namespace_before_fork();
	descriptors_before_fork();
	paths_before_fork();
	signals_before_fork();
}

static void after(bool child)
{
	if (child) {
		self_forked();
		pollers_forked();
		futex_forked();
		posix_timers_forked();
		locks_forked();
	}
	signals_after_fork(child);
	paths_after_fork();
	descriptors_after_fork(child);
	namespace_after_fork();
}

/* The child's memory is a copy of this one's, but its page is its own; so the numbers that were taken from the page are
 * taken anew, before any other request. */
long call_fork(const long a[6])
{
	struct process_fork_result r = {0};

	(void)a;
	before();
	enum microk_status status = process_fork(process_slot(), &r);
	after(status == OK && !r.number);
	if (status == ERR_LIMIT || status == ERR_NO_SPACE)
		return -EAGAIN;
	return status == OK ? (long)r.number : error_of(status);
}

/* POSIX's vfork may be fork. A program that wants to save the copy uses posix_spawn. */
long call_vfork(const long a[6])
{
	return call_fork(a);
}
