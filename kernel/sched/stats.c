/* Counters. The latency that is sampled is one way: from the sender's entry to the exit into the
 * receiver that was waiting, which is what the kernel answers for; how long a server thinks is not. */
#include "sched/stats.h"
#include "ipc/endpoint.h"

static bool message_delivered;
static u64 idle_since;

void stats_message(struct endpoint *ep, struct thread *sender)
{
	ep->messages++;
	sender->ipc_calls++;
	kinfo->ipc_calls++;
	message_delivered = this_cpu()->entry_tsc != 0;
}

void stats_sampled(void)
{
	struct cpu *cpu = this_cpu();

	if (message_delivered) {
		cpu->slow_reasons &= ~(u64)SLOW_SAMPLE;
		kinfo->ipc_sampled_ticks += rdtsc() - cpu->entry_tsc;
		kinfo->ipc_sampled++;
	}
	cpu->entry_tsc = 0;
	message_delivered = false;
}

void stats_switch(void)
{
	kinfo->context_switches++;
}

void stats_idle_begin(void)
{
	this_cpu()->entry_tsc = 0;
	idle_since = rdtsc();
}

void stats_idle_end(void)
{
	if (idle_since)
		kinfo->idle_ticks += rdtsc() - idle_since;
	idle_since = 0;
}
