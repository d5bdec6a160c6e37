/* The table of calls. */
#include "user/libc/begin.h"
#include "user/libc/calls.h"
#include "user/libc/errors.h"

#define CALLS_MAX 335

static system_call *const table[CALLS_MAX] = {
#define X(number, name) [number] = call_##name,
	CALLS(X)
#undef X
};

long microk_syscall(long n, long a, long b, long c, long d, long e, long f)
{
	const long arguments[6] = {a, b, c, d, e, f};

	process_begin();
	if (n < 0 || n >= CALLS_MAX || !table[n])
		return -ENOSYS;
	return table[n](arguments);
}
