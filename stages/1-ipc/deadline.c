/* Stand-in for sched/deadline.c: waiting has no end of its own yet. */
#include "sched/deadline.h"
#include "microk/syscall.h"

status_t deadline_check(const struct thread *t, u64 tag)
{
	(void)t;
	return tag & TAG_DEADLINE ? ERR_SYSCALL : OK;
}

void deadline_start(struct thread *t)
{
	(void)t;
}
void deadline_stop(struct thread *t)
{
	(void)t;
}
void deadline_expire(u64 now_tsc)
{
	(void)now_tsc;
}
