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

static const struct kit_test tests[] = {
#define X(name) {#name, test_##name},
	TESTS(X)
#undef X
};

int main(void)
{
	kit_main(tests, ARRAY_LEN(tests));
}
