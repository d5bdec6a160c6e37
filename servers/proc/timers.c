#include "servers/proc/timers.h"
#include "lib/microk/util.h"
#include "servers/proc/signals.h"

void timer_set(const struct process *p, u64 at, u64 every)
{
	WORLD_PUT(p->alarm_at, at);
	WORLD_PUT(p->alarm_every, at ? every : 0);
}

/* The next one of a row is in the future, however late this is: one signal stands for all that were missed. */
static u64 next_of(const struct process *p, u64 now)
{
	u64 every = p->alarm_every;

	return every ? p->alarm_at + ((now - p->alarm_at) / every + 1) * every : 0;
}

static void expire(const struct process *p, u64 now)
{
	world_begin();
	timer_set(p, next_of(p, now), p->alarm_every);
	world_commit();
	signal_send(
		p, &(struct signal_detail){.signal = PROCESS_SIGALRM, .code = PROCESS_SI_TIMER});
}

u64 timers_work(void)
{
	u64 now = tsc_read(), next = 0;

	for (const struct process *p = world->processes; p < world->processes + PROCESSES; p++) {
		if (p->use != PROCESS_RUNS || !p->alarm_at)
			continue;
		if (p->alarm_at <= now)
			expire(p, now);
		if (p->use == PROCESS_RUNS && p->alarm_at && (!next || p->alarm_at < next))
			next = p->alarm_at;
	}
	return next;
}
