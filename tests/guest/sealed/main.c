#include "tests/guest/kit/clock.h"
#include "tests/guest/sealed/sealed.h"

void nap(u64 us)
{
	cap_t never = kit_make(CAP_NOTIFICATION, 0);
	struct message m = {.tag = TAG_DEADLINE};

	ipc_buffer->deadline = now() + microseconds(us);
	ipc(SYS_WAIT, never, &m);
	slot_delete(never);
}

volatile bool done;
enum microk_status status;

void make_one_call(u64 call)
{
	status = ((one_call *)call)();
	done = true;
}

struct kit_thread begin(one_call *call)
{
	done = false;
	return kit_thread(make_one_call, (u64)call, LESS_URGENT);
}

void finish(void)
{
	for (u32 i = 0; !done && i < NAPS; i++)
		nap(1000);
	CHECK(done);
}

KIT_MAIN(TESTS)
