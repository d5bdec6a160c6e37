#include "user/libc/waiting.h"
#include "gen/protocols/process_client.h"
#include "lib/microk/ipc.h"
#include "lib/microk/util.h"
#include "user/libc/actions.h"
#include "user/libc/errors.h"
#include "user/libc/self.h"

bool wait_is_over(void)
{
	const volatile int *cancel = own()->cancel;

	return cancel && *cancel;
}

long wait_for_signal(u64 tick)
{
	struct message m = {.tag = tick ? TAG_DEADLINE : 0};

	if (wait_is_over() || !signals_wait_begin())
		return -EINTR;
	ipc_buffer->deadline = tick;
	enum microk_status status = ipc(SYS_WAIT, process_wakeup(), &m);
	signals_wait_end();
	switch (status) {
	case OK:
	case ERR_CANCELLED: /* a process that was stopped goes on waiting */
		return wait_is_over() || signals_due() ? -EINTR : 0;
	case ERR_DEADLINE: return -ETIMEDOUT;
	default: return -EIO;
	}
}

static bool change(struct own *o, u32 from, u32 to)
{
	return __atomic_compare_exchange_n(
		&o->wait, &from, to, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

bool wait_begin(void)
{
	__atomic_store_n(&own()->wait, WAIT_CALL, __ATOMIC_SEQ_CST);
	if (!wait_is_over() && signals_wait_begin())
		return true;
	wait_end();
	return false;
}

void wait_end(void)
{
	signals_wait_end();
	while (!change(own(), WAIT_CALL, WAIT_NONE))
		ipc(SYS_YIELD, 0, &(struct message){0}); /* all threads are equally urgent */
}

void wait_wake(struct own *o)
{
	u32 place = own_place(o);

	ipc(SYS_SIGNAL, PROCESS_SLOT_WAKEUPS + place, &(struct message){0});
	while (change(o, WAIT_CALL, WAIT_REACHED)) {
		enum microk_status status = process_interrupt(process_slot(), place);

		__atomic_store_n(&o->wait, WAIT_CALL, __ATOMIC_SEQ_CST);
		if (status == OK)
			return;
		ipc(SYS_YIELD, 0,
		    &(struct message){0}); /* it has not called yet, or is about to leave */
	}
}
