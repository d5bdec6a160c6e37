/* Traps and interrupts: descriptor tables and the C side of entry. */
#pragma once
#include "microk/types.h"
#include "sched/thread.h"

/* GDT, TSS (within struct cpu), IDT (all 256 vectors; double fault, NMI and machine check on stacks of their own),
 * a null LDT, gs base. */
void descriptors_init(void);

/* Called by trap.S for every exception or interrupt, on the kernel stack, with the interrupted user
 * thread's registers complete in cpu->current->regs (or, from the idle loop, with current NULL).
 * An exception inside the kernel goes to trap_in_kernel instead. */
void trap_handle(u64 vector, u64 error);

/* Whether this was an interrupt, by the values that trap.S found: the vector alone does not decide, since a device may
 * raise any. */
bool trap_is_interrupt(u64 vector, u64 error);

/* An exception in kernel mode: panics with registers and backtrace. */
_Noreturn void trap_in_kernel(struct regs *r);

/* From the idle loop: handles an interrupt and leaves the kernel; an exception goes to trap_in_kernel. */
_Noreturn void trap_in_idle(struct regs *r);

/* Leaves to user mode with the registers of cpu->current (trap.S): sysretq if regs.vector is
 * REGS_VECTOR_SYSCALL, else iretq. */
_Noreturn void user_return(void);

/* The idle loop: sti; hlt on the kernel stack, until an interrupt's handler switches away (trap.S). */
_Noreturn void cpu_idle(void);
