/* Counting messages. The sampled latency is one way: from the sender's entry to the moment at which the waiting receiver has
 * the message. It is the kernel's part; a server's own time is not included. */
#include "ipc/endpoint.h"
#include "sched/slow.h"
#include "x86/cpu.h"
#include "x86/x86.h"

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
