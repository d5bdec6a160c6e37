/* Counters, kept in the information area where user space reads them without a system call. */
#pragma once
#include "microk/info.h"
#include "sched/cpu.h"
#include "sched/thread.h"
#include "x86/x86.h"

struct endpoint;

#define STATS_SAMPLE 64 /* one message in so many is timed */

void stats_start(void);      /* takes the time of this system call */

/* On entry by a system call: starts the clock for one in STATS_SAMPLE. */
static inline void stats_enter(void)
{
	if (++kinfo->system_calls % STATS_SAMPLE == 0)
		stats_start();
}

void stats_message(struct endpoint *ep, struct thread *sender); /* a message was delivered */
void stats_sampled(void);    /* about to return from a system call whose time is taken */
void stats_switch(void);     /* another thread is current */
void stats_idle_begin(void); /* nothing to run */
void stats_idle_end(void);   /* an interrupt came */
