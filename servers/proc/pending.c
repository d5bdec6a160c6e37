#include "servers/proc/pending.h"
#include "servers/proc/divert.h"
#include "servers/proc/ends.h"
#include "servers/proc/pages.h"
#include "servers/proc/thread.h"

#define BIT PROCESS_SIGNAL_BIT

/* ---- The process's own part ---- */

bool pending_control(const struct process *p, u32 place, struct process_control *to)
{
	return peek(p, PROCESS_CONTROL_OF(place), to, sizeof(*to)) == OK;
}

/* The process's part, which is in its first thread's page. */
struct process_control pending_control_of_all(const struct process *p)
{
	struct process_control c;

	return pending_control(p, 0, &c) ? c : (struct process_control){0};
}

bool pending_takes(const struct process_control *c, u64 bit)
{
	return !(c->mask & ~PROCESS_SURE & bit) || (c->awaited & bit);
}

/* A thread that does not block the signal, and its part; NULL: none. */
const struct thread *pending_taker(const struct process *p, u64 bit, struct process_control *c)
{
	for (u32 place = 0; place < PROCESS_THREADS; place++) {
		const struct thread *t = thread_at(p, place);

		if (t && t->used == THREAD_ACTIVE && pending_control(p, place, c) &&
		    pending_takes(c, bit))
			return t;
	}
	return NULL;
}

bool signals_reap_children(const struct process *p)
{
	struct process_control c = pending_control_of_all(p);

	return (c.unreaped & 1) || (c.ignored & BIT(PROCESS_SIGCHLD));
}

bool signals_want_stops(const struct process *p)
{
	return !(pending_control_of_all(p).unreaped & 2);
}

/* ---- Pending ---- */

/* Where a process looks before it goes on: of itself, and of the thread. */
void pending_show(const struct process *p)
{
	u64 pending = p->pending;

	poke(p, PROCESS_PAGE + offsetof(struct process_page, pending), &pending, sizeof(pending));
}

void pending_show_thread(const struct process *p, const struct thread *t)
{
	u64 pending = t->pending;

	poke(p, PROCESS_CONTROL_OF(t->place) + offsetof(struct process_control, pending), &pending,
	     sizeof(pending));
}

void pending_detail(const struct process *p, const struct signal_detail *what)
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
	pending_detail(p, what);
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
	pending_show(p);
	pending_show_thread(p, t);
	signals_deliver_all(p);
}

void pending_drop(const struct process *p, u64 set)
{
	if (!(p->pending & set))
		return;
	world_begin();
	WORLD_PUT(p->pending, p->pending & ~set);
	world_commit();
	pending_show(p);
}

/* ---- Bringing a thread to it ---- */

void pending_kick(const struct process *p, const struct thread *t, const struct process_control *c,
		  u32 signal)
{
	if (!divert_kick(p, t, c, signal))
		ends.end(p, PROCESS_SIGNALLED, PROCESS_SIGSEGV,
			 "its stack has no room for a signal that it catches");
}

void signal_deliver(const struct process *p, u32 signal)
{
	struct process_control c;

	if (p->use != PROCESS_RUNS)
		return;
	pending_show(p);
	if (p->stopped)
		return;
	const struct thread *t = pending_taker(p, BIT(signal), &c);
	if (t)
		pending_kick(p, t, &c, signal);
}

void signals_deliver_all(const struct process *p)
{
	for (u64 left = p->pending; left && p->use == PROCESS_RUNS; left &= left - 1)
		signal_deliver(p, (u32)__builtin_ctzl(left) + 1);
}
