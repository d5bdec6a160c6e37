/* Touching memory in a thread that may fault. */
#include "tests/guest/kernel/touch.h"
#include "tests/guest/kit/short.h"

static volatile u64 done;
static struct kit_thread toucher;
static cap_t faults;
static u64 toucher_stack;

void touch_read(u64 a)
{
	(void)*(volatile u8 *)a;
	done = 1;
	for (;;)
		thread_suspend(toucher.thread);
}

void touch_write(u64 a)
{
	*(volatile u8 *)a = 0x5a;
	done = 1;
	for (;;)
		thread_suspend(toucher.thread);
}

void touch_run(u64 a)
{
	((void (*)(void))a)();
	done = 1;
	for (;;)
		thread_suspend(toucher.thread);
}

void toucher_begin(void)
{
	struct thread_registers_result registers = {0};

	faults = kit_make(CAP_ENDPOINT, 0);
	toucher = kit_thread(touch_read, 0, 60);
	EXPECT(OK, thread_suspend(toucher.thread));
	EXPECT(OK, thread_registers(toucher.thread, &registers));
	toucher_stack = registers.sp;
	EXPECT(OK, CONFIGURE(toucher.thread, .fault_endpoint = faults));
}

bool touch(void (*how)(u64), u64 address)
{
	struct message m = {0};

	done = 0;
	EXPECT(OK, thread_start_at(toucher.thread, (u64)how, toucher_stack, address));
	KIT_UNTIL(kit_state(toucher) == THREAD_SENDING || kit_state(toucher) == THREAD_STOPPED);
	if (done)
		return false;
	m.tag = TAG_NONBLOCK;
	EXPECT(OK, ipc(SYS_RECV, faults, &m));
	EXPECT_U64(14, m.word[FAULT_VECTOR]);
	EXPECT_U64(address, m.word[FAULT_ADDRESS]);
	EXPECT(OK, ipc(SYS_REPLY, 0, &(struct message){.tag = TAG(1, 0)}));
	return true;
}

cap_t table_at(cap_t space, u64 address, u64 level)
{
	cap_t t = kit_make(CAP_PAGE_TABLE, 0);

	EXPECT(OK, table_map_at(t, space, address, level));
	return t;
}

void tables_at(cap_t space, u64 address)
{
	for (u64 level = 3; level >= 1; level--)
		table_at(space, address, level);
}
