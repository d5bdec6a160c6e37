#include "servers/proc/signals.h"
#include "gen/lib/microk/methods.h"
#include "lib/microk/registers.h"
#include "lib/microk/string.h"
#include "servers/proc/divert.h"
#include "servers/proc/family.h"
#include "servers/proc/loader.h"
#include "servers/proc/pages.h"
#include "servers/proc/process.h"
#include "servers/proc/regions.h"
#include "servers/proc/thread.h"

#define BIT PROCESS_SIGNAL_BIT

/* ---- What the process states ---- */

static bool read_control(const struct process *p, u32 place, struct process_control *to)
{
	return peek(p, PROCESS_CONTROL_OF(place), to, sizeof(*to)) == OK;
}

/* The process's part, which is in its first thread's page. */
static struct process_control control_of(const struct process *p)
{
	struct process_control c;

	return read_control(p, 0, &c) ? c : (struct process_control){0};
}

static bool takes(const struct process_control *c, u64 bit)
{
	return !(c->mask & ~PROCESS_SURE & bit) || (c->awaited & bit);
}

/* A thread that does not block the signal, and its part; NULL: none. */
static const struct thread *find_taker(const struct process *p, u64 bit, struct process_control *c)
{
	for (u32 place = 0; place < PROCESS_THREADS; place++)
		if (p->threads >> place & 1 && read_control(p, place, c) && takes(c, bit))
			return thread_at(p, place);
	return NULL;
}

bool signals_reap_children(const struct process *p)
{
	struct process_control c = control_of(p);

	return (c.unreaped & 1) || (c.ignored & BIT(PROCESS_SIGCHLD));
}

bool signals_want_stops(const struct process *p)
{
	return !(control_of(p).unreaped & 2);
}

/* ---- Pending ---- */

/* Where a process looks before it goes on: of itself, and of the thread. */
static void mirror(const struct process *p)
{
	u64 pending = p->pending;

	poke(p, PROCESS_PAGE + offsetof(struct process_page, pending), &pending, sizeof(pending));
}

static void mirror_thread(const struct process *p, const struct thread *t)
{
	u64 pending = t->pending;

	poke(p, PROCESS_CONTROL_OF(t->place) + offsetof(struct process_control, pending), &pending,
	     sizeof(pending));
}

static void note_detail(const struct process *p, const struct signal_detail *what)
{
	const struct signal_detail *place = &p->details[0];

	for (const struct signal_detail *d = p->details; d < p->details + DETAILS; d++)
		if (!d->signal || d->signal == what->signal)
			place = d;
	world_write(place, what, sizeof(*what));
}

void signal_note(const struct process *p, const struct signal_detail *what)
{
	WORLD_PUT(p->pending, p->pending | BIT(what->signal));
	note_detail(p, what);
}

static void take_detail(const struct process *p, u32 signal, struct signal_detail *what)
{
	*what = (struct signal_detail){.signal = signal};
	for (const struct signal_detail *d = p->details; d < p->details + DETAILS; d++)
		if (d->signal == signal) {
			*what = *d;
			WORLD_PUT(d->signal, 0);
		}
}

u32 signal_take(const struct process *p, const struct thread *t, u64 mask,
		struct signal_detail *what)
{
	u64 due = (t->pending | p->pending) & ~mask;

	if (!due)
		return 0;
	u32 signal = (u32)__builtin_ctzl(due) + 1;
	if (t->pending & BIT(signal))
		WORLD_PUT(t->pending, t->pending & ~BIT(signal));
	else
		WORLD_PUT(p->pending, p->pending & ~BIT(signal));
	take_detail(p, signal, what);
	return signal;
}

void signal_taken(const struct process *p, const struct thread *t)
{
	mirror(p);
	mirror_thread(p, t);
}

static void drop_pending(const struct process *p, u64 set)
{
	if (!(p->pending & set))
		return;
	world_begin();
	WORLD_PUT(p->pending, p->pending & ~set);
	world_commit();
	mirror(p);
}

/* ---- Sending ---- */

void signal_deliver(const struct process *p, u32 signal)
{
	struct process_control c;

	if (p->use != PROCESS_RUNS)
		return;
	mirror(p);
	if (p->stopped)
		return;
	const struct thread *t = find_taker(p, BIT(signal), &c);
	if (t)
		divert_kick(p, t, &c, signal);
}

static void pend(const struct process *p, const struct signal_detail *what)
{
	world_begin();
	signal_note(p, what);
	world_commit();
	signal_deliver(p, what->signal);
}

/* What a signal does that the process neither catches nor keeps. */
static void act_by_default(const struct process *p, u32 signal)
{
	if (BIT(signal) & PROCESS_HARMLESS)
		return;
	if (BIT(signal) & PROCESS_STOPPING)
		signal_stop(p, signal);
	else
		process_end(p, PROCESS_SIGNALLED, signal, "");
}

static void send_running(const struct process *p, const struct signal_detail *what)
{
	struct process_control whole = control_of(p), c;
	u64 bit = BIT(what->signal);

	if (bit & PROCESS_SURE) {
		act_by_default(p, what->signal);
		return;
	}
	bool taken = find_taker(p, bit, &c) != NULL;
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
		if (!(bit & (PROCESS_HARMLESS | PROCESS_STOPPING)) && !loader_cancel(p))
			process_end(p, PROCESS_SIGNALLED, what->signal, "");
		return;
	}
	if (p->use != PROCESS_RUNS)
		return;
	if (what->signal == PROCESS_SIGCONT) {
		drop_pending(p, PROCESS_STOPPING);
		signal_continue(p);
	}
	if (bit & PROCESS_STOPPING)
		drop_pending(p, BIT(PROCESS_SIGCONT));
	if (p->use == PROCESS_RUNS)
		send_running(p, what);
}

void signal_send_thread(const struct process *p, const struct thread *t, u32 signal)
{
	struct process_control c;

	if (BIT(signal) & PROCESS_SURE) {
		act_by_default(p, signal);
		return;
	}
	world_begin();
	WORLD_PUT(t->pending, t->pending | BIT(signal));
	world_commit();
	mirror_thread(p, t);
	if (!p->stopped && read_control(p, t->place, &c) && takes(&c, BIT(signal)))
		divert_kick(p, t, &c, signal);
}

bool signal_fault(const struct process *p, const struct thread *t, u32 signal,
		  const struct fault_words *f)
{
	struct process_control whole = control_of(p), c;
	u64 bit = BIT(signal);

	if (!t || !whole.entry || !(whole.caught & bit) || !read_control(p, t->place, &c) ||
	    (c.mask & bit) || c.state != PROCESS_IN_PROGRAM)
		return false;
	world_begin();
	WORLD_PUT(t->pending, t->pending | bit);
	note_detail(
		p,
		&(struct signal_detail){
			.signal = signal,
			.code = region_find(p, f->address) ? PROCESS_FAULT_RIGHTS : PROCESS_FAULT,
			.address = f->address});
	world_commit();
	mirror_thread(p, t);
	return divert_faulted(p, t, &c, signal);
}

/* ---- Stopping ---- */

static void each_thread(const struct process *p, enum microk_status (*act)(cap_t thread))
{
	for (u32 place = 0; place < PROCESS_THREADS; place++)
		if (p->threads >> place & 1)
			act(thread_cap(thread_at(p, place)));
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
	family_changed(p);
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
	family_changed(p);
}

/* A thread that is stopped only because a delivery was cut off goes on. Those that ran do so. */
void signals_take_over(const struct process *p)
{
	if (p->stopped) {
		each_thread(p, thread_suspend);
		return;
	}
	each_thread(p, thread_resume);
	for (u64 left = p->pending; left && p->use == PROCESS_RUNS; left &= left - 1)
		signal_deliver(p, (u32)__builtin_ctzl(left) + 1);
}
