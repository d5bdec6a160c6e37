#include "user/libc/threads.h"
#include "gen/protocols/process_client.h"
#include "lib/microk/stub.h"
#include "lib/microk/string.h"
#include "user/libc/actions.h"
#include "user/libc/begin.h"
#include "user/libc/calls.h"
#include "user/libc/errors.h"
#include "user/libc/futex.h"
#include "user/libc/self.h"
#include "user/libc/waiting.h"

/* clone's flags that musl gives (sched.h): all that Linux's threads of one process share is shared here. */
#define CLONE_THREAD 0x00010000
#define CLONE_PARENT_SETTID 0x00100000
#define CLONE_CHILD_CLEARTID 0x00200000
#define CLONE_SETTLS 0x00080000
#define NEEDED (CLONE_THREAD | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID | CLONE_SETTLS)
#define SIGCANCEL 33 /* musl's signal for pthread_cancel */

/* On the new thread's stack, which it leaves aligned to 16 bytes. */
struct beginning {
	int (*function)(void *argument);
	void *argument;
	int *number;
	int *clear;
	u64 mask; /* of signals */
} __attribute__((aligned(16)));

void thread_enter(u64 place, const struct beginning *b);
void thread_first_instruction(void); /* entry.S: thread_enter(its first argument, its stack) */
__attribute__((visibility("hidden"))) int __clone(
	int (*function)(void *), void *stack, int flags, void *argument, int *number, void *pointer,
	int *clear);

/* Both the new thread and the one that makes it store the number, since either may need it first. */
void thread_enter(u64 place, const struct beginning *b)
{
	struct own *me = self_begin_at((u32)place);

	*b->number = (int)own_number(me);
	me->clear = b->clear;
	signals_begin_thread(b->mask);
	calls_begin();
	call_exit((const long[6]){b->function(b->argument)});
}

int __clone(int (*function)(void *), void *stack, int flags, void *argument, int *number,
	    void *pointer, int *clear)
{
	struct beginning *b = (struct beginning *)ALIGN_DOWN((u64)stack, 16) - 1;
	struct process_thread_result made;

	if ((flags & NEEDED) != NEEDED)
		return -ENOSYS;
	*b = (struct beginning){function, argument, number, clear, signals_control()->mask};
	enum microk_status status = process_thread(
		process_slot(),
		&(struct process_thread_args){.entry = (u64)thread_first_instruction,
					      .stack = (u64)b,
					      .pointer = (u64)pointer},
		&made);
	if (status != OK)
		return status == ERR_LIMIT || status == ERR_MEMORY
			       ? -EAGAIN
			       : (int)error_of(status);
	*number = (int)own_number(own_at(made.place));
	return *number;
}

/* ---- The end of a thread ---- */

/*
 * The thread's last moments are on its IPC buffer's page, which no other thread frees (entry.S): its stack and its structure may be
 * gone as soon as `clear` is 0. So the request is made without a stub, which would look for the thread's own data.
 */
void thread_last(struct own *me, u64 address, u64 bytes, u64 code);
_Noreturn void thread_move_and_last(struct own *me, u64 address, u64 bytes, u64 code, u64 stack);

void thread_last(struct own *me, u64 address, u64 bytes, u64 code)
{
	cap_t slot = PROCESS_SLOT_THREADS + own_place(me);
	int *clear = me->clear;

	me->clear = NULL;
	me->cancel = NULL;
	me->robust = NULL;
	self_last();
	__atomic_fetch_add(&me->lives, 1, __ATOMIC_SEQ_CST);
	if (clear)
		futex_clear(clear);
	for (;;) {
		struct message m = {.tag = STUB_TAG(PROCESS_LABEL_LEAVE, 3, 0, 0),
				    .word = {address, bytes, code}};

		ipc(SYS_CALL, slot, &m);
	}
}

static _Noreturn void leave(u64 address, u64 bytes, u64 code)
{
	struct own *me = own();

	signals_end_thread();
	thread_move_and_last(me, address, bytes, code, (u64)me->self.buffer + PAGE_SIZE);
}

__attribute__((visibility("hidden"))) void __unmapself(void *address, u64 bytes);

/* musl's end of a thread that no other joins. */
void __unmapself(void *address, u64 bytes)
{
	leave((u64)address, bytes, 0);
}

/*
 * The list of a thread's robust mutexes (get_robust_list(2)), which musl empties itself when a thread ends by pthread_exit. A
 * thread that ends by the bare system call has them released here, as Linux does.
 */
struct robust {
	struct robust *next; /* a circle, through the head */
};
struct robust_head {
	struct robust *first;
	i64 offset; /* of the mutex's word from an entry */
	struct robust *pending;
};
#define ROBUST_MOST 2048
#define OWNER_DIED 0x40000000
#define WAITERS 0x80000000u
#define OWNER 0x3fffffff

static void release(const struct robust *entry, i64 offset)
{
	int *word = (int *)((u64)entry + (u64)offset),
	    value = __atomic_load_n(word, __ATOMIC_SEQ_CST);

	if ((u32)(value & OWNER) != own_number(own()))
		return;
	__atomic_store_n(word, (int)((u32)value & WAITERS) | OWNER_DIED, __ATOMIC_SEQ_CST);
	futex_wake(word, 1);
}

static void release_all(const struct robust_head *head)
{
	const struct robust *entry = head->first;

	for (u32 i = 0; i < ROBUST_MOST && entry && entry != (const void *)head; i++) {
		const struct robust *next = entry->next;

		if (entry != head->pending)
			release(entry, head->offset);
		entry = next;
	}
	if (head->pending)
		release(head->pending, head->offset);
}

long call_exit(const long a[6])
{
	if (own()->robust)
		release_all(own()->robust);
	leave(0, 0, (u64)a[0]);
}

long call_set_robust_list(const long a[6])
{
	if (a[1] != sizeof(struct robust_head))
		return -EINVAL;
	own()->robust = (void *)a[0];
	return 0;
}

long call_get_robust_list(const long a[6])
{
	if (a[0] && a[0] != own_number(own()))
		return -ESRCH;
	*(void **)a[1] = own()->robust;
	*(u64 *)a[2] = sizeof(struct robust_head);
	return 0;
}

/* ---- Its number, and cancellation ---- */

long call_gettid(const long a[6])
{
	(void)a;
	return own_number(own());
}

long call_set_tid_address(const long a[6])
{
	own()->clear = (int *)a[0];
	return own_number(own());
}

bool thread_is_cancel(long signal)
{
	return signal == SIGCANCEL;
}

/* musl's request to cancel runs no handler: its word is set, and the thread looks at it. */
static long signal_in_place(u32 place, long signal)
{
	if (thread_is_cancel(signal)) {
		wait_wake(own_at(place));
		return 0;
	}
	enum microk_status status = process_signal_thread(
		process_slot(),
		&(struct process_signal_thread_args){.place = place, .signal = (u32)signal});
	/* A signal that stops this process, too, ends its wait for the answer. */
	if (status == ERR_CANCELLED && signal)
		status = OK;
	return status == ERR_NOT_FOUND ? -ESRCH : error_of(status);
}

long thread_place(long number)
{
	for (u32 place = 0; place < PROCESS_THREADS; place++)
		if (own_number(own_at(place)) == number)
			return place;
	return -1;
}

long thread_signal(long number, long signal)
{
	long place = thread_place(number);

	return place < 0 ? -ESRCH : signal_in_place((u32)place, signal);
}

/* musl's call during which the thread can be cancelled (pthread_cancel.c), and where it goes if it has been. */
__attribute__((visibility("hidden"))) long __syscall_cp_asm(
	volatile int *cancel, long n, long a, long b, long c, long d, long e, long f);
__attribute__((weak, visibility("hidden"))) long __cancel(void);

long __syscall_cp_asm(volatile int *cancel, long n, long a, long b, long c, long d, long e, long f)
{
	struct own *me = own();
	const volatile int *before = me->cancel; /* of a call in which a handler makes this one */

	if (*cancel)
		return __cancel();
	me->cancel = cancel;
	long result = microk_syscall(n, a, b, c, d, e, f);
	me->cancel = before;
	return result;
}
