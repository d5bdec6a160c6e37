/* Counters, kept in the information area where user space reads them without a system call. */
#pragma once
#include "microk/info.h"
#include "x86/cpu.h"
#include "sched/thread.h"
#include "sched/slow.h"
#include "x86/x86.h"

#define STATS_SAMPLE 16

/* On entry by the slow path. Now and then, and at each timer tick, the next message is to be timed, whichever path it takes:
 * often enough for a mean, and too seldom to cost much. */
static inline void stats_enter(void)
{
	this_cpu()->entry_tsc = 0;
	if (++kinfo->system_calls % STATS_SAMPLE == 0)
		slow_reasons_set(SLOW_SAMPLE, true);
}

/* A call begins. */
static inline void stats_call(void)
{
	if (this_cpu()->slow_reasons & SLOW_SAMPLE)
		this_cpu()->entry_tsc = rdtsc();
}

void stats_switch(void);     /* another thread is current */
void stats_idle_begin(void); /* nothing to run */
void stats_idle_end(void);   /* an interrupt came */
