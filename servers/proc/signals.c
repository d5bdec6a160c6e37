#include "servers/proc/signals.h"
#include "gen/lib/microk/methods.h"
#include "servers/proc/divert.h"
#include "servers/proc/ends.h"
#include "servers/proc/region_list.h"
#include "servers/proc/thread.h"

#define BIT PROCESS_SIGNAL_BIT

/* ---- Sending ---- */

static void pend(const struct process *p, const struct signal_detail *what)
{
	world_begin();
	signal_note(p, what);
	world_commit();
	signal_deliver(p, what->signal);
}

/* The default action, for a signal that is neither caught nor blocked. */
static void act_by_default(const struct process *p, u32 signal)
{
	if (BIT(signal) & PROCESS_HARMLESS)
		return;
	if (BIT(signal) & PROCESS_STOPPING)
		signal_stop(p, signal);
	else
		ends.end(p, PROCESS_SIGNALLED, signal, "");
}

static void send_running(const struct process *p, const struct signal_detail *what)
{
	struct process_control whole = pending_control_of_all(p), c;
	u64 bit = BIT(what->signal);

	if (bit & PROCESS_SURE) {
		act_by_default(p, what->signal);
		return;
	}
	bool taken = pending_taker(p, bit, &c);
	bool caught = whole.entry && whole.caught & bit;
	if (!taken || caught || (c.awaited & bit) || (p->stopped && !(whole.ignored & bit)))
		pend(p, what);
	else if (!(whole.ignored & bit))
		act_by_default(p, what->signal);
}

void signal_send(const struct process *p, const struct signal_detail *what)
{
	u64 bit = BIT(what->signal);

	if (p->use == PROCESS_MADE || p->use == PROCESS_LOADING) {
		if (!(bit & (PROCESS_HARMLESS | PROCESS_STOPPING)) && !ends.cancel(p))
			ends.end(p, PROCESS_SIGNALLED, what->signal, "");
		return;
	}
	if (p->use != PROCESS_RUNS)
		return;
	if (what->signal == PROCESS_SIGCONT) {
		pending_drop(p, PROCESS_STOPPING);
		signal_continue(p);
	}
	if (bit & PROCESS_STOPPING)
		pending_drop(p, BIT(PROCESS_SIGCONT));
	if (p->use == PROCESS_RUNS)
		send_running(p, what);
}

void signal_send_thread(const struct process *p, const struct thread *t,
			const struct signal_detail *what)
{
	u64 bit = BIT(what->signal);
	struct process_control c;

	if (bit & PROCESS_SURE) {
		act_by_default(p, what->signal);
		return;
	}
	world_begin();
	WORLD_PUT(t->pending, t->pending | bit);
	pending_detail(p, what);
	world_commit();
	pending_show_thread(p, t);
	if (!p->stopped && pending_control(p, t->place, &c) && pending_takes(&c, bit))
		pending_kick(p, t, &c, what->signal);
}

bool signal_fault(const struct process *p, const struct thread *t, u32 signal,
		  const struct fault_words *f)
{
	struct process_control whole = pending_control_of_all(p), c;
	u64 bit = BIT(signal);

	if (!t || !whole.entry || !(whole.caught & bit) || !pending_control(p, t->place, &c) ||
	    (c.mask & bit) || c.state != PROCESS_IN_PROGRAM)
		return false;
	world_begin();
	WORLD_PUT(t->pending, t->pending | bit);
	pending_detail(
		p,
		&(struct signal_detail){
			.signal = signal,
			.code = region_find(p, f->address) ? PROCESS_FAULT_RIGHTS : PROCESS_FAULT,
			.address = f->address});
	world_commit();
	pending_show_thread(p, t);
	return divert_faulted(p, t, &c, signal);
}

/* ---- Stopping ---- */

static void each_thread(const struct process *p, enum microk_status (*act)(cap_t thread))
{
	for (u32 place = 0; place < PROCESS_THREADS; place++) {
		const struct thread *t = thread_at(p, place);

		if (t && t->used == THREAD_ACTIVE)
			act(thread_cap(t));
	}
}

void signal_stop(const struct process *p, u32 signal)
{
	if (p->stopped)
		return;
	world_begin();
	WORLD_PUT(p->stopped, signal);
	WORLD_PUT(p->change, PROCESS_STOPPED);
	world_commit();
	each_thread(p, thread_suspend);
	ends.changed(p);
}

void signal_continue(const struct process *p)
{
	if (!p->stopped)
		return;
	world_begin();
	WORLD_PUT(p->stopped, 0);
	WORLD_PUT(p->change, PROCESS_CONTINUED);
	world_commit();
	signals_take_over(p);
	ends.changed(p);
}

/* A thread that is stopped only because a delivery was cut off goes on. Those that ran do so. */
void signals_take_over(const struct process *p)
{
	if (p->stopped) {
		each_thread(p, thread_suspend);
		return;
	}
	each_thread(p, thread_resume);
	signals_deliver_all(p);
}
