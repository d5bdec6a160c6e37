#include "servers/proc/timers.h"
#include "lib/microk/util.h"
#include "servers/proc/signals.h"
#include "servers/proc/thread.h"

void timer_set(const struct process *p, u32 index, const struct process_timer *to)
{
	struct process_timer t = *to;

	if (!t.at)
		t.every = 0;
	world_write(&p->timers[index], &t, sizeof(t));
}

void timers_clear(const struct process *p, u32 from)
{
	for (u32 i = from; i < PROCESS_TIMERS; i++)
		if (p->timers[i].at)
			timer_set(p, i, &(struct process_timer){0});
}

static void send(const struct process *p, const struct process_timer *t)
{
	const struct thread *to = t->thread ? thread_at(p, t->thread - 1) : NULL;
	struct signal_detail what = {
		.signal = t->signal, .code = PROCESS_SI_TIMER, .address = t->value};

	if (!t->thread)
		signal_send(p, &what);
	else if (to && to->used == THREAD_ACTIVE)
		signal_send_thread(p, to, &what);
}

/* The next one of a row is in the future, however late this is: one signal stands for all that were missed. */
static void expire(const struct process *p, u32 index, u64 now)
{
	struct process_timer t = p->timers[index];
	u64 missed = t.every ? (now - t.at) / t.every : 0;

	t.overruns = (u32)MIN(missed, (u64)INT32_MAX);
	t.at = t.every ? t.at + (missed + 1) * t.every : 0;
	world_begin();
	world_write(&p->timers[index], &t, sizeof(t));
	world_commit();
	send(p, &t);
}

/* A signal may end the process. The tick of its next timer; 0: none. */
static u64 work_of(const struct process *p, u64 now)
{
	u64 next = 0;

	for (u32 i = 0; i < PROCESS_TIMERS && p->use == PROCESS_RUNS; i++) {
		const struct process_timer *t = &p->timers[i];

		if (t->at && t->at <= now)
			expire(p, i, now);
		if (p->use == PROCESS_RUNS && t->at && (!next || t->at < next))
			next = t->at;
	}
	return p->use == PROCESS_RUNS ? next : 0;
}

u64 timers_work(void)
{
	u64 now = tsc_read(), next = 0;

	for (const struct process *p = world->processes; p < world->processes + PROCESSES; p++) {
		u64 tick = work_of(p, now);

		if (tick && (!next || tick < next))
			next = tick;
	}
	return next;
}
