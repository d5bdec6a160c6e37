/* The context switch. Registers need no saving here: entry put them into the thread. Only the processor's own state of
 * a thread is left, and each part is written only when it changes. */
#include "sched/switch.h"
#include "x86/layout.h"
#include "x86/cpu.h"
#include "sched/stats.h"
#include "pc/paging.h"
#include "entry/trap.h"
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

void space_leave(u64 root_phys)
{
	struct cpu *cpu = this_cpu();

	if (cpu->cr3 != root_phys)
		return;
	cpu->cr3 = image_to_phys(kernel_pml4);
	write_cr3(cpu->cr3);
}

void tlb_forget(u64 root_phys, u64 address)
{
	if (this_cpu()->cr3 == root_phys)
		invlpg(address);
}

void tlb_forget_all(u64 root_phys)
{
	if (this_cpu()->cr3 == root_phys)
		write_cr3(root_phys);
}

void thread_tls_changed(struct thread *t)
{
	this_cpu()->fs_base = t->fs_base;
	wrmsr(MSR_FS_BASE, t->fs_base);
}
