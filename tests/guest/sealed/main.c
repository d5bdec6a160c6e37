#include "tests/guest/sealed/sealed.h"

extern struct ipcbuf *ipc_buffer;

static u64 now(void)
{
	u32 low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (u64)high << 32 | low;
}

void nap(u64 us)
{
	cap_t never = kit_make(CAP_NOTIFICATION, 0);
	struct message m = {.tag = TAG_DEADLINE};

	ipc_buffer->deadline = now() + kit_info->tsc_hz / 1000000 * us;
	ipc(SYS_WAIT, never, &m);
	METHOD(ROOT_CNODE, CNODE_DELETE, never);
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
