/* Waiting for children (POSIX, wait and waitid). */
#include "gen/protocols/process_client.h"
#include "lib/microk/string.h"
#include "user/libc/actions.h"
#include "user/libc/calls.h"
#include "user/libc/errors.h"
#include "user/libc/self.h"

#define WUNTRACED 2 /* of wait4: PROCESS_WAIT_STOPPED of the server */

/* A process's end, or a stop, as a status has it (sys/wait.h). */
static int status_of(const struct process_await_result *r)
{
	switch (r->how) {
	case PROCESS_EXITED: return (int)(r->code << 8);
	case PROCESS_STOPPED: return (int)(r->code << 8 | 0x7f);
	case PROCESS_CONTINUED: return 0xffff;
	default: return (int)r->code;
	}
}

/* 0 and r->how PROCESS_RUNNING: with PROCESS_WAIT_NOHANG, there is none yet. */
static long await(i64 which, u32 flags, struct process_await_result *r)
{
	if (!signals_wait_begin())
		return -EINTR;
	enum microk_status status = process_await(
		process_slot(), &(struct process_await_args){.which = which, .flags = flags}, r);
	signals_wait_end();
	return status == ERR_NOT_FOUND ? -ECHILD : error_of(status);
}

long call_wait4(const long a[6])
{
	struct process_await_result r;
	u32 flags = (u32)a[2];

	if (a[2] & ~(long)(PROCESS_WAIT_NOHANG | WUNTRACED | PROCESS_WAIT_CONTINUED))
		return -EINVAL;
	long failed = await(a[0], flags | PROCESS_WAIT_EXITED, &r);
	if (failed || r.how == PROCESS_RUNNING)
		return failed;
	if (a[1])
		*(int *)a[1] = status_of(&r);
	if (a[3])
		memset((void *)a[3], 0, 144); /* the times and counters that there are none of */
	return r.number;
}

enum { P_ALL, P_PID, P_PGID };

static int code_of(const struct process_await_result *r)
{
	return r->how == PROCESS_EXITED      ? PROCESS_CLD_EXITED
	       : r->how == PROCESS_SIGNALLED ? PROCESS_CLD_KILLED
	       : r->how == PROCESS_STOPPED   ? PROCESS_CLD_STOPPED
					     : PROCESS_CLD_CONTINUED;
}

long call_waitid(const long a[6])
{
	struct process_await_result r = {0};
	struct signal_info *info = (struct signal_info *)a[2];
	i64 which = a[0] == P_ALL ? -1 : a[0] == P_PID ? a[1] : a[1] ? -a[1] : 0;

	if (a[0] < P_ALL || a[0] > P_PGID || a[3] & ~(long)PROCESS_WAIT_ALL ||
	    !(a[3] & (PROCESS_WAIT_EXITED | PROCESS_WAIT_STOPPED | PROCESS_WAIT_CONTINUED)))
		return -EINVAL;
	long failed = await(which, (u32)a[3], &r);
	if (failed)
		return failed;
	if (info)
		*info = (struct signal_info){0};
	if (info && r.how != PROCESS_RUNNING) {
		info->number = PROCESS_SIGCHLD;
		info->code = code_of(&r);
		info->process = r.number;
		info->status = r.code;
	}
	return 0;
}
