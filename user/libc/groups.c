/* Process groups and sessions (POSIX, XBD 11.1). */
#include "gen/protocols/process_client.h"
#include "user/libc/calls.h"
#include "user/libc/errors.h"
#include "user/libc/groups.h"
#include "user/libc/self.h"

static long relations(long process, struct process_relations_result *r)
{
	if (process < 0)
		return -ESRCH;
	enum microk_status status = process_relations(process_slot(), (u32)process, r);
	return status == ERR_NOT_FOUND ? -ESRCH : error_of(status);
}

long call_getpgid(const long a[6])
{
	struct process_relations_result r;
	long failed = relations(a[0], &r);

	return failed ? failed : (long)r.group;
}

long call_getpgrp(const long a[6])
{
	(void)a;
	return call_getpgid((const long[6]){0});
}

long call_getsid(const long a[6])
{
	struct process_relations_result r;
	long failed = relations(a[0], &r);

	return failed ? failed : (long)r.session;
}

long call_setpgid(const long a[6])
{
	if (a[0] < 0 || a[1] < 0)
		return -EINVAL;
	enum microk_status status = process_set_group(
		process_slot(),
		&(struct process_set_group_args){.number = (u32)a[0], .group = (u32)a[1]});
	return status == ERR_NOT_FOUND ? -ESRCH : status == ERR_DENIED ? -EPERM : error_of(status);
}

long call_setsid(const long a[6])
{
	struct process_begin_session_result r;
	enum microk_status status = process_begin_session(process_slot(), &r);

	(void)a;
	return status == OK ? (long)r.session : status == ERR_DENIED ? -EPERM : error_of(status);
}

long group_foreground(void)
{
	struct process_relations_result r;
	long failed = relations(0, &r);

	return failed ? failed : (long)r.foreground;
}

long group_set_foreground(long group)
{
	if (group <= 0)
		return -EINVAL;
	enum microk_status status = process_set_foreground(process_slot(), (u32)group);
	return status == ERR_DENIED ? -EPERM : error_of(status);
}
