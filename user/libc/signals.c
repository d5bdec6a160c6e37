/*
 * Signals that a process sends to itself, as raise and abort do: the handler runs before the call returns, as POSIX
 * has it for raise, or the process ends by the signal. No other process can send one yet, but for its holder, whose
 * signal ends it.
 */
#include "gen/protocols/process_client.h"
#include "user/libc/calls.h"
#include "user/libc/errors.h"
#include "user/libc/self.h"
#include "user/libc/signals.h"
#include "user/libc/threads.h"

#define SIGNALS 65
#define SIGKILL 9
#define SIGSTOP 19
#define SIGCHLD 17
#define SIGCONT 18
#define SIGURG 23
#define SIGWINCH 28

/* As musl passes it to Linux (arch/x86_64/ksigaction.h). */
struct action {
	void (*handler)(int signal);
	u64 flags;
	void (*restorer)(void);
	u32 mask[2];
};
#define DEFAULT ((void (*)(int))0)
#define IGNORE ((void (*)(int))1)

static struct action actions[SIGNALS];

static bool is_ignored_by_default(long signal)
{
	return signal == SIGCHLD || signal == SIGCONT || signal == SIGURG || signal == SIGWINCH;
}

static void deliver(long signal)
{
	void (*handler)(int) = actions[signal].handler;

	if (handler == IGNORE || (handler == DEFAULT && is_ignored_by_default(signal)))
		return;
	if (handler == DEFAULT)
		for (;;)
			process_raise(process_slot(), (u32)signal);
	handler((int)signal);
}

long signal_send_self(long signal)
{
	if (signal < 0 || signal >= SIGNALS)
		return -EINVAL;
	if (signal == 0)
		return 0;
	if (signal == SIGSTOP)
		return -ENOSYS;
	if (signal != SIGKILL && own()->mask >> (signal - 1) & 1)
		own()->held |= 1ul << (signal - 1);
	else
		deliver(signal);
	return 0;
}

long call_kill(const long a[6])
{
	return a[0] == (long)process_page->process || a[0] == 0 ? signal_send_self(a[1]) : -ESRCH;
}

long call_tkill(const long a[6])
{
	return a[0] == own_number(own()) ? signal_send_self(a[1]) : thread_signal(a[0], a[1]);
}

long call_rt_sigaction(const long a[6])
{
	const struct action *next = (const struct action *)a[1];

	if (a[0] <= 0 || a[0] >= SIGNALS || (next && (a[0] == SIGKILL || a[0] == SIGSTOP)))
		return -EINVAL;
	if (a[2])
		*(struct action *)a[2] = actions[a[0]];
	if (next)
		actions[a[0]] = *next;
	return 0;
}

long call_rt_sigprocmask(const long a[6])
{
	const u64 *next = (const u64 *)a[1];
	struct own *me = own();
	u64 due;

	if (a[2])
		*(u64 *)a[2] = me->mask;
	if (next)
		me->mask = a[0] == 0 ? me->mask | *next : a[0] == 1 ? me->mask & ~*next : *next;
	while ((due = me->held & ~me->mask) != 0) {
		long signal = __builtin_ctzl(due);

		me->held &= ~(1ul << signal);
		deliver(signal + 1);
	}
	return 0;
}
