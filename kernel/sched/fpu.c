/*
 * FPU state, saved eagerly: when a declared thread stops running, its registers go to its object at
 * once and the processor's are cleared, so the next thread cannot read them, not even by speculation past the switched-off
 * unit (CVE-2018-3665, to which lazy saving is open). Threads that did not declare run with CR0.TS set: their use of the FPU
 * is a fault, and a switch between them costs one compare. seL4 switches lazily with a count; Linux, since then, eagerly for
 * all.
 *
 * Some of AMD's processors restore the x87 unit's pointers to the last instruction and its data only with an exception
 * pending (CVE-2006-1056), so an instruction of our own comes first, after which they belong to no thread.
 *
 * FXSAVE's 512 bytes (SDM vol. 1, 10.5): x87, MMX and SSE. AVX stays off (XCR0), so there is nothing else.
 */
#include "sched/fpu.h"
#include "sched/schedule.h"
#include "x86/cpu.h"
#include "x86/state.h"
#include "x86/x86.h"

#define FCW_DEFAULT 0x037f   /* all exceptions masked, as after FNINIT */
#define MXCSR_DEFAULT 0x1f80 /* likewise */
#define MXCSR_VALID 0xffbf   /* where the processor gives no mask (SDM vol. 1, 11.6.6) */

struct fpu_registers fpu_clean = {.fcw = FCW_DEFAULT, .mxcsr = MXCSR_DEFAULT};

static u32 mxcsr_valid = MXCSR_VALID;

static void load(const struct fpu_registers *from)
{
	__asm__ volatile("fnclex; emms; fildl %1; fxrstor64 %0" ::"m"(*from), "m"(fpu_clean));
}

void fpu_init(void)
{
	struct fpu_registers now;

	this_cpu()->cr0_fpu_off = state_cr0();
	write_cr0(state_cr0() & ~CR0_TS);
	load(&fpu_clean); /* clears the firmware's values in the registers */
	__asm__ volatile("fxsave64 %0" : "=m"(now));
	if (now.mxcsr_mask)
		mxcsr_valid = now.mxcsr_mask;
	write_cr0(state_cr0());
}

bool fpu_can_load(const struct fpu_registers *image)
{
	return !(image->mxcsr & ~mxcsr_valid);
}

void fpu_declare(struct thread *t, bool uses)
{
	t->extras = uses ? t->extras | EXTRA_FPU : t->extras & ~EXTRA_FPU;
	fpu_clear(t);
	schedule_request(); /* t may be the one that runs */
}

void fpu_clear(struct thread *t)
{
	t->fpu = fpu_clean;
	if (this_cpu()->fpu == t)
		load(&fpu_clean);
}

void fpu_switch(struct thread *t)
{
	struct cpu *cpu = this_cpu();
	struct thread *next = t && (t->extras & EXTRA_FPU) ? t : NULL;

	if (cpu->fpu == next)
		return;
	if (cpu->fpu)
		__asm__ volatile("fxsave64 %0" : "=m"(cpu->fpu->fpu));
	else
		write_cr0(cpu->cr0_fpu_off & ~CR0_TS);
	load(next ? &next->fpu : &fpu_clean);
	if (!next)
		write_cr0(cpu->cr0_fpu_off);
	cpu->fpu = next;
}

void fpu_forget(struct thread *t)
{
	if (this_cpu()->fpu == t)
		fpu_switch(NULL);
}
