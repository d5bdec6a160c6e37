#include "tests/guest/pays/pays.h"

static cap_t never;

void nap_until(u64 at)
{
	struct message m = {.tag = TAG_DEADLINE};

	ipc_buffer->deadline = at;
	ipc(SYS_WAIT, never, &m);
}

void nap(u64 n)
{
	nap_until(now() + microseconds(n));
}

static const struct kit_test tests[] = {
#define X(name) {#name, test_##name},
	PAYS_TESTS(X)
#undef X
};

int main(void)
{
	/* Of memory that no test's end takes back. */
	never = ROOT_FREE;
	for (u32 slot = ROOT_UNTYPED_END; --slot >= ROOT_UNTYPED;)
		if (retype(slot, CAP_NOTIFICATION, 0, never, 1) == OK)
			break;
	kit_main(tests, ARRAY_LEN(tests));
}
