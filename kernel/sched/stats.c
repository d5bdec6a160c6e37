/* Counters of the scheduler. */
#include "sched/stats.h"

static u64 idle_since;

void stats_switch(void)
{
	kinfo->context_switches++;
}

void stats_idle_begin(void)
{
	idle_since = rdtsc();
}

void stats_idle_end(void)
{
	if (idle_since)
		kinfo->idle_ticks += rdtsc() - idle_since;
	idle_since = 0;
}
