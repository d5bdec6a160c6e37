/* Calls that would wait for themselves. */
#include "tests/guest/sched/sched.h"

void test_calls_itself(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);

	EXPECT(ERR_WOULD_BLOCK, ipc(SYS_RECV, ep, &(struct message){.tag = TAG_NONBLOCK}));
	EXPECT(ERR_DEADLOCK, ipc(SYS_CALL, ep, &(struct message){0}));
}

void test_call_cycle(void)
{
	cap_t a = kit_make(CAP_ENDPOINT, 0), b = kit_make(CAP_ENDPOINT, 0),
	      c = kit_make(CAP_ENDPOINT, 0);

	relays[0] = (struct relay){a, b};
	relays[1] = (struct relay){b, c};
	relays[2] = (struct relay){c, a};
	for (u64 i = 0; i < 3; i++)
		kit_thread(relay, i, URGENT);
	EXPECT(OK, ipc(SYS_CALL, a, &(struct message){0}));
	EXPECT(OK, relay_result[0]);
	EXPECT(OK, relay_result[1]);
	EXPECT(ERR_DEADLOCK, relay_result[2]);
}
