#include "user/libc/pollers.h"
#include "lib/microk/ipc.h"
#include "user/libc/self.h"

static u32 polling; /* bit k: the thread in place k */
_Static_assert(PROCESS_THREADS <= 32, "a bit for each");

void pollers_enter(void)
{
	__atomic_fetch_or(&polling, 1u << own_place(own()), __ATOMIC_SEQ_CST);
}

void pollers_leave(void)
{
	__atomic_fetch_and(&polling, ~(1u << own_place(own())), __ATOMIC_SEQ_CST);
}

void pollers_forked(void)
{
	__atomic_store_n(&polling, 0, __ATOMIC_SEQ_CST);
}

bool pollers_have(u32 place)
{
	return __atomic_load_n(&polling, __ATOMIC_SEQ_CST) >> place & 1;
}

void pollers_wake_some(u32 places)
{
	places &= __atomic_load_n(&polling, __ATOMIC_SEQ_CST) & ~(1u << own_place(own()));
	for (; places; places &= places - 1)
		ipc(SYS_SIGNAL, PROCESS_SLOT_WAKEUPS + (u32)__builtin_ctz(places),
		    &(struct message){0});
}

void pollers_wake(void)
{
	pollers_wake_some(~0u);
}
