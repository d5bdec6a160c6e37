/*
 * The calls that go upwards in the order of the kernel's rooms (docs/architecture.md), each by its entry in this one table, which
 * entry/upward.c fills when the kernel is built. A room below calls through it and includes no header of the room above.
 *
 * Zircon lets its lower layers call hooks that the upper ones register at run time; seL4 has no order: its rooms call each other.
 * Here the table is constant, so no code can change where a call goes, and the compiler may make it a direct one.
 */
#pragma once
#include "microk/types.h"
#include "lib/status.h"

struct kobject;
struct thread;

struct upward {
	/* lib/panic.c: prints what the kernel was doing. sched/thread.c: thread_print_current */
	void (*print_current)(void);

	/* sched/slow.c: cpu->slow_reasons have changed. entry/entry_fast.c: entry_choose */
	void (*choose_entry)(void);

	/* sched/deadline.c: the thread's deadline has passed. ipc/cancel.c: wait_cancel */
	bool (*cancel_wait)(struct thread *t);

	/* ipc/serve.c: the Endpoint is to be looked at. cap/dying.c: dying_ensure */
	void (*look_later)(struct kobject *endpoint, u8 urgency);

	/* ipc/message.c, reply.c: the message has capabilities. cap/transfer.c: transfer_invoke, transfer_failed */
	status_t (*transfer)(struct thread *from, struct thread *to, u32 count);
	void (*transfer_failed)(struct thread *from, u32 count);
};

extern const struct upward upward;
