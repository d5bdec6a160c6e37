/* A thread's user registers, as the entry code saves them straight into the thread object:
 * while a thread runs in user mode, the entry stack pointer (TSS.rsp0) is the
 * END of this structure. The order is that of the pushes; entry code depends on it. */
#pragma once
#ifndef __ASSEMBLER__
#include "microk/types.h"
#endif

#define REGS_VECTOR_SYSCALL 0x100 /* `vector` of a thread that entered by `syscall`: leave by sysret */
#define NO_ERROR_CODE (~0ul) /* in place of `error` where the processor pushed none */

/*
 * RFLAGS in user mode (SDM vol. 1, 3.4.3): RFLAGS_CHOICE are the thread's own; every other bit is as in RFLAGS_USER, which is
 * also the value of a thread that starts. The way out of the kernel (entry/trap.S) and THREAD_WRITE apply this.
 *
 * A thread chooses CF PF AF ZF SF OF; TF, by which debuggers step; DF; RF, which an exception's report carries and the way
 * back needs; AC, which only matters with CR0.AM, and in the kernel, which clears it on entry; ID. It does not choose IF;
 * IOPL, which would give it every port; NT, with which `iretq` faults; VM, VIF and VIP, for modes that do not exist here.
 */
#define RFLAGS_CHOICE 0x250dd5
#define RFLAGS_USER 0x202 /* interrupts on; bit 1 is always 1 */

#ifndef __ASSEMBLER__
struct regs {
	u64 r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rdi, rsi, rdx, rcx, rax;
	u64 vector;                    /* how the thread entered; 0 for one never run */
	u64 error, rip, cs, rflags, rsp, ss; /* as the processor pushes them (SDM vol. 3, 6.14) */
};
#endif

/* Vectors of the exceptions that the interrupt flag does not hold back (SDM vol. 3, table 6-1). */
#define VECTOR_NMI 2
#define VECTOR_DOUBLE_FAULT 8
#define VECTOR_MACHINE_CHECK 18

/* Selectors, in the order that syscall/sysret require (SDM vol. 3, 5.8.8). */
#define SEL_KCODE 0x08
#define SEL_KDATA 0x10
#define SEL_UDATA 0x1b
#define SEL_UCODE 0x23
#define SEL_TSS 0x28
