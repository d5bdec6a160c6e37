#include "gen/protocols/process_client.h"
#include "lib/microk/ipc.h"
#include "lib/microk/string.h"
#include "user/libc/actions.h"
#include "user/libc/calls.h"
#include "user/libc/errors.h"
#include "user/libc/self.h"

#define BIT PROCESS_SIGNAL_BIT
#define SA_NOCLDSTOP 1u
#define SA_NOCLDWAIT 2u
#define SA_SIGINFO 4u
#define SA_ONSTACK 0x08000000u
#define SA_RESTART 0x10000000u
#define SA_NODEFER 0x40000000u
#define SA_RESETHAND 0x80000000u
#define SI_TKILL (-6)

static struct action actions[SIGNALS];

/* signal.S */
void signal_entry(void);
void signal_on_stack(void (*handler)(int), int signal, struct signal_info *info,
		     struct signal_context *context, u64 top);
void signal_arrived(struct signal_frame *frame);
/* ipc.S */
extern const u8 ipc_window[], ipc_window_end[];

struct process_control *signals_control(void)
{
	return (struct process_control *)((u8 *)thread_self()->buffer + PROCESS_CONTROL);
}

void signals_begin(void)
{
	struct process_control *c = whole_control;

	for (u32 n = 1; n < SIGNALS; n++)
		if (process_page->ignored & BIT(n))
			actions[n].handler = SIG_IGNORED;
	c->mask = process_page->mask;
	c->ignored = process_page->ignored;
	c->window = (u64)ipc_window;
	c->window_end = (u64)ipc_window_end;
	c->entry = (u64)signal_entry;
}

/* ---- Waits ---- */

/* The stores below are seen by the server in their order: it stops the thread before it decides by them. */
static void set_state(struct process_control *c, u32 state)
{
	__atomic_store_n(&c->state, state, __ATOMIC_SEQ_CST);
}

static u64 came(const struct process_control *c)
{
	return __atomic_load_n(&process_page->pending, __ATOMIC_SEQ_CST) |
	       __atomic_load_n(&c->pending, __ATOMIC_SEQ_CST) | c->held;
}

bool signals_due(void)
{
	const struct process_control *c = signals_control();

	return came(c) & ~(c->mask & ~PROCESS_SURE);
}

bool signals_wait_begin(void)
{
	struct process_control *c = signals_control();

	set_state(c, PROCESS_IN_WAIT);
	if (!(came(c) & (~c->mask | c->awaited)))
		return true;
	signals_wait_end();
	return false;
}

void signals_wait_end(void)
{
	struct process_control *c = signals_control();

	set_state(c, PROCESS_IN_CALL);
	c->interrupted = 0;
}

/* ---- Taking ---- */

void signals_hold(u32 signal)
{
	signals_control()->held |= BIT(signal);
}

static u32 take_held(struct process_control *c, u64 set, struct signal_info *info)
{
	u32 signal = (u32)__builtin_ctzl(c->held & set) + 1;

	c->held &= ~BIT(signal);
	*info = (struct signal_info){.number = (int)signal, .code = SI_TKILL};
	info->process = process_page->process;
	return signal;
}

u32 signals_take(u64 set, struct signal_info *info)
{
	struct process_control *c = signals_control();
	struct process_take_result took;

	if (c->held & set)
		return take_held(c, set, info);
	if (!(came(c) & set))
		return 0;
	enum microk_status status;
	do
		status = process_take(process_slot(), ~set, &took);
	while (status == ERR_CANCELLED || status == ERR_PEER_DIED);
	if (status != OK || !took.signal)
		return 0;
	*info = (struct signal_info){.number = (int)took.signal, .code = (int)took.code};
	if (took.code > 0 && BIT(took.signal) & PROCESS_FAULTS) {
		info->address = took.address;
	} else {
		info->process = took.sender;
		info->status = took.detail;
	}
	return took.signal;
}

/* ---- Actions ---- */

static void act_by_default(u32 signal)
{
	if (BIT(signal) & PROCESS_HARMLESS)
		return;
	do /* one that stops the process returns when it goes on */
		process_raise(process_slot(), signal);
	while (!(BIT(signal) & PROCESS_STOPPING));
}

static void call_handler(const struct action *a, struct signal_info *info,
			 struct signal_context *context, bool in_frame)
{
	const struct process_control *c = signals_control();
	u64 here = (u64)__builtin_frame_address(0);
	void (*handler)(int, struct signal_info *, struct signal_context *) =
		(void (*)(int, struct signal_info *, struct signal_context *))(void *)a->handler;

	if (!in_frame && a->flags & SA_ONSTACK && c->stack_bytes &&
	    here - c->stack >= c->stack_bytes)
		signal_on_stack(a->handler, info->number, info, context, c->stack + c->stack_bytes);
	else
		handler(info->number, info, context);
}

/* The thread is in the program while its handler runs: it can be interrupted again. */
static void run_handler(const struct action *a, struct signal_info *info,
			struct signal_frame *frame)
{
	struct process_control *c = signals_control();
	struct signal_context own = {0}, *context = frame ? &frame->context : &own;

	context->mask[0] = c->mask;
	c->mask |= ((u64)a->mask[1] << 32 | a->mask[0]) |
		   (a->flags & SA_NODEFER ? 0 : BIT(info->number));
	set_state(c, PROCESS_IN_PROGRAM);
	call_handler(a, info, context, frame);
	set_state(c, PROCESS_IN_CALL);
	c->mask = context->mask[0] & ~PROCESS_SURE;
}

static void note_caught(u32 signal);

u32 signals_run(struct signal_frame *frame, bool *restarts)
{
	struct process_control *c = signals_control();
	struct signal_info info;
	u32 signal, ran = 0;

	while ((signal = signals_take(~c->mask, &info)) != 0) {
		struct action a = actions[signal];

		if (a.handler == SIG_DEFAULT)
			act_by_default(signal);
		if (a.handler == SIG_DEFAULT || a.handler == SIG_IGNORED)
			continue;
		if (a.flags & SA_RESETHAND) {
			actions[signal].handler = SIG_DEFAULT;
			note_caught(signal);
		}
		run_handler(&a, &info, frame);
		*restarts &= (a.flags & SA_RESTART) != 0;
		ran++;
	}
	return ran;
}

void signal_arrived(struct signal_frame *frame)
{
	struct process_control *c = signals_control();
	bool restarts;

	memset(&frame->context, 0, offsetof(struct signal_context, registers));
	memset(&frame->context.registers[REG_FLAGS + 1], 0,
	       sizeof(frame->context) - offsetof(struct signal_context, registers) -
		       (REG_FLAGS + 1) * sizeof(u64));
	frame->context.fpu = (u64)frame->fpu;
	do {
		set_state(c, PROCESS_IN_CALL);
		signals_run(frame, &restarts);
		set_state(c, PROCESS_IN_PROGRAM);
	} while (signals_due());
}

/* ---- Calls ---- */

/* The server decides by these sets what a signal does. */
static void note_caught(u32 signal)
{
	struct process_control *c = whole_control;
	const struct action *a = &actions[signal];
	u64 bit = BIT(signal);

	c->caught = a->handler != SIG_DEFAULT && a->handler != SIG_IGNORED
			    ? c->caught | bit
			    : c->caught & ~bit;
	c->ignored = a->handler == SIG_IGNORED ? c->ignored | bit : c->ignored & ~bit;
	c->on_stack = a->flags & SA_ONSTACK ? c->on_stack | bit : c->on_stack & ~bit;
	if (signal == PROCESS_SIGCHLD)
		c->unreaped = (a->flags & SA_NOCLDWAIT ? 1 : 0) | (a->flags & SA_NOCLDSTOP ? 2 : 0);
}

u64 signals_ignored(void)
{
	return whole_control->ignored;
}

long call_rt_sigaction(const long a[6])
{
	const struct action *next = (const struct action *)a[1];
	struct signal_info dropped;

	if (a[0] <= 0 || a[0] >= SIGNALS || (next && BIT(a[0]) & PROCESS_SURE))
		return -EINVAL;
	struct action before = actions[a[0]];
	if (next) {
		actions[a[0]] = *next;
		note_caught((u32)a[0]);
	}
	/* A signal that is pending and becomes ignored is gone (POSIX, XSH 2.4.3). */
	if (next && (next->handler == SIG_IGNORED ||
		     (next->handler == SIG_DEFAULT && BIT(a[0]) & PROCESS_HARMLESS)))
		signals_take(BIT(a[0]), &dropped);
	if (a[2])
		*(struct action *)a[2] = before;
	return 0;
}

/* What is unblocked by it is taken at the end of the call (table.c). */
long call_rt_sigprocmask(const long a[6])
{
	struct process_control *c = signals_control();
	const u64 *next = (const u64 *)a[1];
	u64 before = c->mask, set = next ? *next : 0;

	if (next && (a[0] < 0 || a[0] > 2))
		return -EINVAL;
	if (next)
		c->mask = (a[0] == 0   ? before | set
			   : a[0] == 1 ? before & ~set
				       : set) &
			  ~PROCESS_SURE;
	if (a[2])
		*(u64 *)a[2] = before;
	return 0;
}

long call_rt_sigpending(const long a[6])
{
	const struct process_control *c = signals_control();

	*(u64 *)a[0] = came(c) & c->mask;
	return 0;
}

#define SS_ONSTACK 1u
#define SS_DISABLE 2u

long call_sigaltstack(const long a[6])
{
	struct process_control *c = signals_control();
	const struct signal_stack *next = (const struct signal_stack *)a[0];
	bool on = c->stack_bytes && (u64)__builtin_frame_address(0) - c->stack < c->stack_bytes;
	struct signal_stack before = {
		.start = c->stack,
		.flags = on               ? SS_ONSTACK
			 : c->stack_bytes ? 0
					  : SS_DISABLE,
		.bytes = c->stack_bytes};

	if (next && on)
		return -EPERM;
	if (next && next->flags & ~SS_DISABLE)
		return -EINVAL;
	if (next) {
		c->stack = next->start;
		c->stack_bytes = next->flags & SS_DISABLE ? 0 : next->bytes;
	}
	if (a[1])
		*(struct signal_stack *)a[1] = before;
	return 0;
}

/* ---- Sending ---- */

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
static long send_self(long signal)
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
		return send_self(a[1]);
	return send(a[0], a[1]);
}

long call_tkill(const long a[6])
{
	if (a[1] < 0 || a[1] >= SIGNALS)
		return -EINVAL;
	return a[0] == (long)process_page->process ? send_self(a[1]) : -ESRCH;
}

long call_tgkill(const long a[6])
{
	return call_tkill((const long[6]){a[1], a[2]});
}
