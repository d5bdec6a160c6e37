/* Privileged instructions are recorded and not executed. */
#include "switch_fakes.h"
#include "sched/switch.h"
#include "x86/cpu.h"
#include "sched/stats.h"
#include "unit.h"
#include "pc/paging.h"
#include "entry/trap.h"
#include <stddef.h>

SHARED struct cpu_area cpu_area;
__typeof__(kernel_pml4) kernel_pml4; /* of the type in its header */

SHARED u64 cr3, cr3_writes, fs, fs_writes, clock_now = 1000, clock_reads, switches;
SHARED u64 fs_register = FS_BASE;

void write_cr3(u64 v)
{
	cr3 = v, cr3_writes++;
}
u64 read_cr3(void)
{
	return cr3;
}
void invlpg(u64 va)
{
	(void)va;
}
u64 rdtsc(void)
{
	u64 now = clock_now;

	clock_now += CLOCK_STEP, clock_reads++;
	return now;
}
void stats_switch(void)
{
	switches++;
}

void wrmsr(u32 msr, u64 v)
{
	if (fs_register == FS_BASE)
		fs_register = msr;
	fs = v, fs_writes++;
}

void entry_stack_set(struct thread *t)
{
	*(u64 *)((u8 *)&cpu0 + offsetof(struct cpu, tss.rsp)) = (u64)(&t->regs + 1);
}
