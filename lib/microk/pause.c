/* Waits for time to pass. */
#include "lib/microk/pause.h"
#include "microk/cap.h"
#include "lib/microk/memory.h"
#include "lib/microk/slots.h"
#include "lib/microk/util.h"

/* One Notification serves all threads, and is made when it is first needed. If two threads make it at the same time, one of
 * the two is deleted again. */
static enum microk_status quiet_notification(cap_t *out)
{
	static cap_t made;
	cap_t mine, before = 0;
	enum microk_status status;

	*out = __atomic_load_n(&made, __ATOMIC_ACQUIRE);
	if (*out)
		return OK;
	status = object_make(CAP_NOTIFICATION, 0, &mine);
	if (status != OK)
		return status;
	*out = mine;
	if (!__atomic_compare_exchange_n(
		    &made, &before, mine, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
		slot_drop(mine);
		*out = before;
	}
	return OK;
}

/* Waits for a Notification that no other program has, so the wait ends with the deadline only. (A receive would serve as
 * well, but it drops a caller whose request is being served.) */
enum microk_status pause_ticks(u64 ticks)
{
	struct message m = {.tag = TAG_DEADLINE};
	cap_t notification;
	enum microk_status status = quiet_notification(&notification);

	if (status != OK)
		return status;
	ipc_buffer->deadline = tsc_read() + ticks;
	status = ipc(SYS_WAIT, notification, &m);
	return status == ERR_DEADLINE ? OK : status;
}
