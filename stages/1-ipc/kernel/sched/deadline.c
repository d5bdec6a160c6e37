/* Stand-in for sched/deadline.c: no wait has a deadline yet. */
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
u64 deadline_next(u32 priority)
{
	(void)priority;
	return ~0ul;
}
void deadline_wake(u32 priority)
{
	(void)priority;
}
