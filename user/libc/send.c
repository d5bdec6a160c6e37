/* Sending signals: to processes, and to threads of this one. */
#include "gen/protocols/process_client.h"
#include "user/libc/actions.h"
#include "user/libc/calls.h"
#include "user/libc/errors.h"
#include "user/libc/self.h"
#include "user/libc/signals.h"
#include "user/libc/threads.h"

#define BIT PROCESS_SIGNAL_BIT

static long send(i64 to, long signal)
{
	enum microk_status status = process_signal(
		process_slot(), &(struct process_signal_args){.to = to, .signal = (u32)signal});

	/* A signal that stops this process, too, ends its wait for the answer. */
	if (status == ERR_CANCELLED && signal && BIT(signal) & PROCESS_STOPPING)
		status = OK;
	return status == ERR_NOT_FOUND ? -ESRCH : status == ERR_DENIED ? -EPERM : error_of(status);
}

/* To the calling thread: no message is needed, and it takes the signal before the call returns, as raise must. */
long signal_send_self(long signal)
{
	if (signal && BIT(signal) & PROCESS_SURE)
		return send(process_page->process, signal);
	if (signal)
		signals_hold((u32)signal);
	return 0;
}

long call_kill(const long a[6])
{
	if (a[1] < 0 || a[1] >= SIGNALS)
		return -EINVAL;
	if (a[0] == (long)process_page->process && a[1] && !(signals_control()->mask & BIT(a[1])))
		return signal_send_self(a[1]);
	return send(a[0], a[1]);
}

/* To a thread of this process, by its number. */
static long send_thread(long number, long signal)
{
	if (signal < 0 || signal >= SIGNALS)
		return -EINVAL;
	if (number == own_number(own()) && !thread_is_cancel(signal))
		return signal_send_self(signal);
	return thread_signal(number, signal);
}

long call_tkill(const long a[6])
{
	return send_thread(a[0], a[1]);
}

long call_tgkill(const long a[6])
{
	return a[0] == (long)process_page->process ? send_thread(a[1], a[2]) : -ESRCH;
}
