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
static long send_self(long signal, bool by_thread)
{
	if (signal && BIT(signal) & PROCESS_SURE)
		return send(process_page->process, signal);
	if (signal)
		signals_hold((u32)signal, by_thread);
	return 0;
}

long signal_send_self(long signal)
{
	return send_self(signal, true);
}

long call_kill(const long a[6])
{
	if (a[1] < 0 || a[1] >= SIGNALS)
		return -EINVAL;
	if (a[0] == (long)process_page->process && a[1] && !(signals_control()->mask & BIT(a[1])))
		return send_self(a[1], false);
	return send(a[0], a[1]);
}

/* POSIX's sigqueue: one signal of a number is pending, with its last value. */
long call_rt_sigqueueinfo(const long a[6])
{
	const struct signal_info *info = (const struct signal_info *)a[2];

	if (a[1] < 0 || a[1] >= SIGNALS)
		return -EINVAL;
	if (a[0] <= 0 || a[0] > UINT32_MAX)
		return -ESRCH;
	enum microk_status status = process_queue(
		process_slot(),
		&(struct process_queue_args){
			.to = (u32)a[0], .signal = (u32)a[1], .value = info->value});
	return status == ERR_NOT_FOUND ? -ESRCH : status == ERR_DENIED ? -EPERM : error_of(status);
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
