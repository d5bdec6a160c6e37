/* The table of calls. */
#include "user/libc/actions.h"
#include "user/libc/begin.h"
#include "user/libc/calls.h"
#include "user/libc/errors.h"
#include "user/libc/spawn.h"
#include "user/libc/waiting.h"

#define CALLS_MAX 440

static system_call *const table[CALLS_MAX] = {
#define X(number, name) [number] = call_##name,
	CALLS(X)
#undef X
		[CALL_SPAWN] = spawn_begin,
};

/* Linux's numbers of calls that wait for something outside, and end with EINTR when a handler has run (signal(7)). */
static const u16 slow[] = {
	0, 1, 2, 16, 17, 18, 19, 20, 42, 43, 44, 45, 46, 47, 61, 72, 73, 202, 247, 257, 288};
/* Those that do so also if the handler's action has SA_RESTART. */
static const u16 slow_always[] = {7, 23, 35, 128, 230, 232, 270, 271, 281};

static bool is_among(long n, const u16 *list, u32 count)
{
	for (u32 i = 0; i < count; i++)
		if (list[i] == n)
			return true;
	return false;
}

/* A call that was interrupted begins anew, unless it is to end: no part of it has been done. */
static bool goes_on(long n, bool ran, bool restarts)
{
	if (!ran)
		return true;
	return !is_among(n, slow_always, ARRAY_LEN(slow_always)) &&
	       (restarts || !is_among(n, slow, ARRAY_LEN(slow)));
}

/* Signals that came meanwhile are taken here. From then on the server brings the thread to those that come. */
static bool leave_call(struct process_control *c, bool *restarts)
{
	bool ran = false;

	for (;;) {
		__atomic_store_n(&c->state, PROCESS_IN_PROGRAM, __ATOMIC_SEQ_CST);
		if (!signals_due())
			return ran;
		__atomic_store_n(&c->state, PROCESS_IN_CALL, __ATOMIC_SEQ_CST);
		ran |= signals_run(NULL, restarts) != 0;
	}
}

void calls_begin(void)
{
	bool unused;

	leave_call(signals_control(), &unused);
}

long microk_syscall(long n, long a, long b, long c, long d, long e, long f)
{
	const long arguments[6] = {a, b, c, d, e, f};

	process_begin();
	if (n < 0 || n >= CALLS_MAX || !table[n])
		return -ENOSYS;
	struct process_control *me = signals_control();
	for (;;) {
		bool restarts = true;

		__atomic_store_n(&me->state, PROCESS_IN_CALL, __ATOMIC_RELAXED);
		long result = table[n](arguments);
		bool ran = leave_call(me, &restarts);
		if (result == CALL_INTERRUPTED)
			return -EINTR;
		if (result != -EINTR || wait_is_over() || !goes_on(n, ran, restarts))
			return result;
	}
}
