#include "gen/protocols/process_client.h"
#include "lib/microk/ipc.h"
#include "lib/microk/string.h"
#include "user/libc/actions.h"
#include "lib/microk/lock.h"
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

static struct action actions[SIGNALS];
static struct lock lock; /* of the actions, and of their sets in the whole process's control */

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

void signals_hold(u32 signal, bool by_thread)
{
	struct own *me = own();

	me->by_thread = by_thread ? me->by_thread | BIT(signal) : me->by_thread & ~BIT(signal);
	signals_control()->held |= BIT(signal);
}

static u32 take_held(struct process_control *c, u64 set, struct signal_info *info)
{
	u32 signal = (u32)__builtin_ctzl(c->held & set) + 1;

	c->held &= ~BIT(signal);
	*info = (struct signal_info){
		.number = (int)signal,
		.code = own()->by_thread & BIT(signal) ? PROCESS_SI_TKILL : PROCESS_SI_USER};
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
		info->value = took.address;
		if (took.signal == PROCESS_SIGCHLD && took.code > 0)
			info->status = took.detail;
	}
	return took.signal;
}

/* ---- Actions ---- */

static void act_by_default(u32 signal)
{
	if (BIT(signal) & PROCESS_HARMLESS)
		return;
	for (;;) {
		process_raise(process_slot(), signal);
		if (BIT(signal) & PROCESS_STOPPING)
			return; /* the process goes on */
	}
}

static void call_handler(const struct action *a, struct signal_info *info,
			 struct signal_context *context, bool in_frame)
{
	const struct process_control *c = signals_control();
	u64 here = (u64)__builtin_frame_address(0);
	void (*handler)(int, struct signal_info *, struct signal_context *) = (void (*)(
		int, struct signal_info *, struct signal_context *))(void (*)(void))a->handler;

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
	struct signal_context empty = {0}, *context = frame ? &frame->context : &empty;

	context->mask[0] = c->mask;
	c->mask |= ((u64)a->mask[1] << 32 | a->mask[0]) |
		   (a->flags & SA_NODEFER ? 0 : BIT(info->number));
	/* Its calls are not a part of the one that it interrupts. */
	const volatile int *cancel = own()->cancel;
	own()->cancel = NULL;
	set_state(c, PROCESS_IN_PROGRAM);
	call_handler(a, info, context, frame);
	own()->cancel = cancel;
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
		lock_take(&lock);
		struct action a = actions[signal];
		bool once = a.handler != SIG_DEFAULT && a.handler != SIG_IGNORED &&
			    a.flags & SA_RESETHAND;
		if (once) {
			actions[signal].handler = SIG_DEFAULT;
			note_caught(signal);
		}
		lock_give(&lock);

		if (a.handler == SIG_DEFAULT)
			act_by_default(signal);
		if (a.handler == SIG_DEFAULT || a.handler == SIG_IGNORED)
			continue;
		run_handler(&a, &info, frame);
		*restarts &= (a.flags & SA_RESTART) != 0;
		ran++;
	}
	return ran;
}

void signal_arrived(struct signal_frame *frame)
{
	struct process_control *c = signals_control();
	bool restarts = true;

	memset(&frame->context, 0, offsetof(struct signal_context, registers));
	memset(&frame->context.registers[REG_FLAGS + 1], 0,
	       sizeof(frame->context) - offsetof(struct signal_context, registers) -
		       (REG_FLAGS + 1) * sizeof(u64));
	frame->context.fpu = (u64)frame->fpu;
	do {
		set_state(c, PROCESS_IN_CALL);
		(void)signals_run(frame, &restarts);
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
	lock_take(&lock);
	struct action before = actions[a[0]];
	if (next) {
		actions[a[0]] = *next;
		note_caught((u32)a[0]);
	}
	lock_give(&lock);
	/* A signal that is pending and becomes ignored is gone (POSIX, XSH 2.4.3). */
	if (next && (next->handler == SIG_IGNORED ||
		     (next->handler == SIG_DEFAULT && BIT(a[0]) & PROCESS_HARMLESS)))
		(void)signals_take(BIT(a[0]), &dropped);
	if (a[2])
		*(struct action *)a[2] = before;
	return 0;
}

void signals_before_fork(void)
{
	lock_take(&lock);
}

void signals_after_fork(bool child)
{
	lock_give(&lock);
	if (child)
		signals_control()->held = 0;
}

/* ---- Masks ---- */

void signals_begin_thread(u64 mask)
{
	signals_control()->mask = mask & ~PROCESS_SURE;
}

void signals_end_thread(void)
{
	struct process_control *c = signals_control();

	set_state(c, PROCESS_IN_CALL);
	c->mask = ~0ul;
}

/* Signals that came for the process while this thread did not block them are now another's, or stay pending. The server looks for
 * one: at a request to take none. */
static void pass_on(void)
{
	struct process_take_result none;

	if (__atomic_load_n(&process_page->pending, __ATOMIC_SEQ_CST))
		process_take(process_slot(), ~0ul, &none);
}

u64 signals_mask(u64 mask)
{
	struct process_control *c = signals_control();
	u64 before = c->mask;

	c->mask = mask & ~PROCESS_SURE;
	return before;
}

long signals_unmask(u64 before, long result)
{
	bool restarts = true;

	if (result == -EINTR && signals_run(NULL, &restarts))
		result = CALL_INTERRUPTED;
	signals_control()->mask = before;
	pass_on();
	return result;
}

/* A signal that it unblocks is taken at the end of the call (table.c). One that came for this thread before it blocks it is
 * taken, too: then the call begins anew. */
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
	if (came(c) & ~before & c->mask) {
		c->mask = before;
		return -EINTR;
	}
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
