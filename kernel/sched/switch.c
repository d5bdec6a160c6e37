/* The context switch. Registers need no saving here: entry put them into the thread. Only the processor's own state of
 * a thread is left, and each part is written only when it changes. */
#include "sched/switch.h"
#include "sched/stats.h"
#include "x86/cpu.h"
#include "x86/x86.h"

/* EXERCISE 1.3 context-switch: begin */
void thread_switch(struct thread *t)
{
	struct cpu *cpu = this_cpu();

	cpu->current = t;
	if (!t)
		return;
	if (cpu->cr3 != t->cr3) {
		cpu->cr3 = t->cr3;
		write_cr3(t->cr3);
	}
	/* User code can clear its own base by loading fs, so only 0 after 0 is sure to be in place. */
	if (cpu->fs_base | t->fs_base) {
		cpu->fs_base = t->fs_base;
		wrmsr(MSR_FS_BASE, t->fs_base);
	}
	entry_stack_set(t);
	cpu->charged_since = rdtsc();
	stats_switch();
}

void thread_charge(struct thread *t)
{
	struct cpu *cpu = this_cpu();
	u64 now = rdtsc();

	t->ticks += now - cpu->charged_since;
	cpu->charged_since = now;
}
/* EXERCISE 1.3 context-switch: end */

void thread_tls_changed(struct thread *t)
{
	this_cpu()->fs_base = t->fs_base;
	wrmsr(MSR_FS_BASE, t->fs_base);
}
