#include "tests/guest/kit/moment.h"
#include "lib/microk/ipc.h"
#include "tests/guest/kit/clock.h"

/* So long before, the thread wakes once more and sets the timer anew: the others' instructions until then do not matter. */
#define LEAD 1200

void sleep_until_moment(cap_t never, u64 tick, u32 phase)
{
	struct message m = {.tag = TAG_DEADLINE};

	if (now() + LEAD < tick) {
		ipc_buffer->deadline = tick - LEAD;
		ipc(SYS_WAIT, never, &m);
		m.tag = TAG_DEADLINE;
	}
	for (u32 i = 0; i < phase; i++)
		__asm__ volatile("");
	ipc_buffer->deadline = tick;
	ipc(SYS_WAIT, never, &m);
}
