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

u64 worst_wake(u32 times)
{
	u64 worst = 0;

	for (u32 i = 0; i < times; i++) {
		u64 late = now() + microseconds(3 + i % 17) + i % 13 * 77;

		nap_until(late);
		late = now() - late;
		worst = MAX(worst, late);
	}
	return worst;
}

void fault_for_ever(u64 unused)
{
	(void)unused;
	for (;;)
		__asm__ volatile("ud2");
}

static const struct kit_test tests[] = {PAYS_TESTS(KIT_TEST)};

int main(void)
{
	/* Of memory that no test's end takes back. */
	never = ROOT_FREE;
	for (u32 slot = ROOT_UNTYPED_END; --slot >= ROOT_UNTYPED;)
		if (retype(slot, CAP_NOTIFICATION, 0, never, 1) == OK)
			break;
	kit_main(tests, ARRAY_LEN(tests));
}
