/* Waits for time to pass. */
#include "lib/microk/pause.h"
#include "microk/cap.h"
#include "lib/microk/memory.h"
#include "lib/microk/util.h"

/* Receives at an Endpoint that no other program has, so the wait ends with the deadline only. */
enum microk_status pause_ticks(u64 ticks)
{
	static cap_t endpoint;
	struct message m = {.tag = TAG_DEADLINE};
	enum microk_status status = OK;

	if (endpoint == 0)
		status = object_make(CAP_ENDPOINT, 0, &endpoint);
	if (status != OK)
		return status;
	ipc_buffer->deadline = tsc_read() + ticks;
	status = ipc(SYS_RECV, endpoint, &m);
	return status == ERR_DEADLINE ? OK : status;
}
