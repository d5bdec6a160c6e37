/* Stand-in for ipc/notification.c: no Notification can be made yet, so no capability is one. */
#include "../../../../labs/1-ipc/kernel/lib/watch.h"
#include "ipc/notification.h"
#include "sched/lookup.h"

bool notification_take_bound(struct thread *t)
{
	(void)t;
	return false;
}

void notification_remove(struct notification *n, struct thread *t)
{
	(void)n, (void)t;
}

status_t signal_decode(struct thread *t, u64 tag)
{
	(void)tag;
	watch_moment(t, MOMENT_SIGNAL);
	return cap_lookup(t, t->regs.rdi) ? ERR_TYPE : ERR_CAP;
}

status_t wait_decode(struct thread *t, u64 tag)
{
	(void)tag;
	return cap_lookup(t, t->regs.rdi) ? ERR_TYPE : ERR_CAP;
}
