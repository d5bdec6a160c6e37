/*
 * The output of the log waits among the dying objects (cap/dying.c), as an object that ends when all is shown. So it is done at
 * the urgency of the thread that caused the line (its own priority, not a lent one), in turn with threads of that urgency, a
 * byte for each step, and while the processor would otherwise be idle. A report of the machine's (an NMI, a machine check)
 * is at the lowest urgency: the thread that it interrupts has not caused it, and an urgent one would pay for a device's
 * storm. If a more urgent thread causes a line while older ones wait, all of them become as urgent, since the order holds;
 * they are few (ipc/log_budget.c).
 */
#include "cap/log_later.h"
#include "cap/dying.h"
#include "lib/log.h"
#include "sched/thread.h"
#include "x86/cpu.h"

static struct kobject output = {.type = CAP_NULL};

void log_later(u8 most)
{
	const struct thread *t = this_cpu()->current;
	u8 level = t ? MIN(t->own_priority, most) : 0;

	output.dying = true;
	dying_ensure(&output, level);
}

bool log_later_step(void)
{
	output.dying = !log_show_one();
	return !output.dying;
}
