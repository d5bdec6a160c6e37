/* Waits for time to pass. */
#include "lib/microk/pause.h"
#include "microk/cap.h"
#include "lib/microk/memory.h"
#include "lib/microk/util.h"

/* Waits for a Notification that no other program has, so the wait ends with the deadline only. (A receive would serve as
 * well, but it drops a caller whose request is being served.) */
enum microk_status pause_ticks(u64 ticks)
{
	static cap_t notification;
	struct message m = {.tag = TAG_DEADLINE};
	enum microk_status status = OK;

	if (notification == 0)
		status = object_make(CAP_NOTIFICATION, 0, &notification);
	if (status != OK)
		return status;
	ipc_buffer->deadline = tsc_read() + ticks;
	status = ipc(SYS_WAIT, notification, &m);
	return status == ERR_DEADLINE ? OK : status;
}
