/* The processor's state that the kernel sets once, at boot, and the part that a switch must put back. */
#pragma once
#include "microk/types.h"

/* Sets every control and model-specific register that concerns user code, whatever value firmware and boot loader left
 * in it. After machine_require, before paging_init, which uses EFER.NXE and the PAT. */
void state_init(void);

/* CR0 while no thread's FPU registers are loaded: as state_init sets it. */
u64 state_cr0(void);

/* "SMEP SMAP UMIP": those that the processor has and state_init switched on, each after a space. */
const char *state_protections(void);

/* Clears DS, ES, FS and GS, which `syscall`, `sysret` and `iretq` leave as user code loaded them. The thread pointer is
 * 0 afterwards: the caller loads the next thread's. The kernel runs with its own gs base, before and after. */
static inline void selectors_clear(void)
{
	__asm__ volatile("movl %0, %%ds; movl %0, %%es; movl %0, %%fs; swapgs; movl %0, %%gs; swapgs" ::"r"(0));
}
