#include "servers/proc/divert.h"
#include "gen/lib/microk/methods.h"
#include "lib/microk/registers.h"
#include "servers/proc/pages.h"
#include "servers/proc/stack.h"

#define RED_ZONE                                                                                   \
	128u /* below a stack pointer, the function's own (System V ABI, x86-64 supplement, 3.2.2) */
#define FLAGS_NEW 0x202u /* as a thread begins */

static bool is_on(u64 sp, u64 stack, u64 bytes)
{
	return sp > stack && sp - stack <= bytes;
}

/* Where the signal's frame goes: to the alternate stack, if the signal asks for it and the thread is not on it yet. */
static u64 frame_place(const struct process *p, const struct process_control *c, u64 sp, u32 signal)
{
	struct process_control whole;

	if (c->stack_bytes && !is_on(sp, c->stack, c->stack_bytes) &&
	    peek(p, PROCESS_CONTROL_OF(0), &whole, sizeof(whole)) == OK &&
	    whole.on_stack & PROCESS_SIGNAL_BIT(signal))
		sp = c->stack + c->stack_bytes;
	else
		sp -= RED_ZONE;
	return ALIGN_DOWN(sp - sizeof(struct process_diverted), 16);
}

/* Changes the registers so that the thread goes on at the entry. False: its stack has no room. */
static bool change(const struct process *p, const struct process_control *c, u64 entry, u32 signal,
		   struct general_registers *g)
{
	const struct process_diverted where = {
		.ip = g->ip, .flags = g->flags, .sp = g->sp, .signal = signal};
	u64 sp = frame_place(p, c, g->sp, signal);

	/* Aligned to 16, the 32 bytes may still lie in two pages. */
	for (u64 half = 0; half < sizeof(where); half += 16) {
		u64 at = sp + half;
		const u8 *from = (const u8 *)&where + half;
		if (poke(p, at, from, 16) != OK &&
		    (stack_grow(p, at) != OK || poke(p, at, from, 16) != OK))
			return false;
	}
	g->ip = entry;
	g->sp = sp;
	g->flags = FLAGS_NEW;
	return true;
}

static u64 entry_of(const struct process *p)
{
	struct process_control whole;

	return peek(p, PROCESS_CONTROL_OF(0), &whole, sizeof(whole)) == OK ? whole.entry : 0;
}

/* The instructions of ipc.S between its look at `interrupted` and the system call: they are run again. */
static void run_window_again(const struct process *p, struct general_registers *g)
{
	struct process_control whole;

	if (peek(p, PROCESS_CONTROL_OF(0), &whole, sizeof(whole)) == OK && g->ip >= whole.window &&
	    g->ip <= whole.window_end)
		g->ip = whole.window;
}

bool divert_kick(const struct process *p, const struct thread *t, const struct process_control *c,
		 u32 signal)
{
	const u32 yes = 1;
	cap_t thread = thread_cap(t);
	struct general_registers g;
	u64 entry = entry_of(p);
	bool fits = true;

	if (c->state == PROCESS_IN_CALL || (c->state == PROCESS_IN_PROGRAM && !entry))
		return true;
	if (c->state == PROCESS_IN_WAIT)
		poke(p,
		     PROCESS_CONTROL_OF(t->place) + offsetof(struct process_control, interrupted),
		     &yes, sizeof(yes));
	if (thread_suspend(thread) != OK)
		return true;
	if (general_read(thread, &g) == OK) {
		u64 ip = g.ip;
		if (c->state == PROCESS_IN_WAIT)
			run_window_again(p, &g);
		else
			fits = change(p, c, entry, signal, &g);
		if (fits && g.ip != ip)
			general_write(thread, &g);
	}
	thread_resume(thread);
	return fits;
}

bool divert_faulted(const struct process *p, const struct thread *t,
		    const struct process_control *c, u32 signal)
{
	struct general_registers g;

	return general_read(thread_cap(t), &g) == OK && change(p, c, entry_of(p), signal, &g) &&
	       general_write(thread_cap(t), &g) == OK;
}
