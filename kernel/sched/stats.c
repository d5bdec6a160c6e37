/* Counters. The latency that is sampled is one way: from the sender's entry to the moment its
 * message is the waiting receiver's, which is the kernel's part; a server's own time is not. */
#include "sched/stats.h"
#include "ipc/endpoint.h"
#include "entry/entry_point.h"

static u64 idle_since;

void stats_message(struct endpoint *ep, struct thread *sender)
{
	struct cpu *cpu = this_cpu();

	ep->messages++;
	sender->ipc_calls++;
	kinfo->ipc_calls++;
	if (!cpu->entry_tsc)
		return;
	slow_reasons_set(SLOW_SAMPLE, false);
	kinfo->ipc_sampled_ticks += rdtsc() - cpu->entry_tsc;
	kinfo->ipc_sampled++;
	cpu->entry_tsc = 0;
}

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
