/*
 * Entry by exception or interrupt, and the way out. xv6 and Linux save on a stack of the thread in
 * the kernel and copy or point from there; seL4 has the entry stack pointer point into the thread
 * object itself. MicroK does the same: the processor and the pushes below fill `struct regs` in place, and the kernel then
 * runs on one stack for each processor, which it leaves without unwinding.
 *
 * In the kernel interrupts are on only in cpu_idle. So elsewhere in it only an exception, which is a defect, can come, or one
 * of the three that no flag holds back: NMI, double fault and machine check. These may come between entry and swapgs, when
 * neither gs nor the stack can be trusted. So each has a stack of its own (its gate's IST), and neither these stubs nor the C
 * code that they call use gs. (With more processors, each has its own stacks, by which it is known.)
 *
 * A device may raise any vector by a message, those of exceptions included. So no code here infers from the vector what the
 * processor has pushed: the frame's own alignment shows whether there is an error code (complete_frame), and the local APIC
 * whether an interrupt was raised (entry/trap.c, abort.c).
 */
#include "gen/offsets.h"
#include "x86/regs.h"

#define ABORT_AS_FAULT 1 /* abort.h */

/* In the order of struct regs, from its end. */
.macro push_registers
	.irp r, rax, rcx, rdx, rsi, rdi, r8, r9, r10, r11, rbx, rbp, r12, r13, r14, r15
	pushq %\r
	.endr
.endm

.macro pop_registers
	.irp r, r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rdi, rsi, rdx, rcx, rax
	popq %\r
	.endr
.endm

/* Clears AC, so that a user's flag does not switch SMAP off, and DF. push_registers then overwrites the pushed word with
 * rax. */
.macro clear_flags
	pushq $2
	popfq
.endm

	.text

/* One stub for each vector, 16 bytes apart, adds the vector to the words that the processor pushed. */
	.balign 16
	.globl trap_stubs
trap_stubs:
	.set vector, 0
	.rept 256
	.balign 16
	pushq $vector
	.if vector == 2 || vector == 8 || vector == 18
	jmp trap_abort
	.else
	jmp trap_common
	.endif
	.set vector, vector + 1
	.endr

/* Makes the frames alike. In 64-bit mode the processor aligns the stack to 16 bytes and pushes five words, or six with an
 * error code (SDM vol. 3, 6.14.2): so after the vector has been pushed, the stack pointer is a multiple of 16 exactly when
 * there is no error code. Then NO_ERROR_CODE, a value that no error code has, is put in its place. */
.macro complete_frame
	testb $8, %spl
	jnz 1f
	pushq (%rsp)
	movq $-1, 8(%rsp)
1:
.endm

	.balign 16
trap_common:
	complete_frame
	testb $3, 24(%rsp) /* cs of the interrupted code */
	jz trap_from_kernel
	swapgs
	clear_flags
	push_registers     /* into cpu->current->regs */
	movq REGS_VECTOR(%rsp), %rdi
	movq REGS_ERROR(%rsp), %rsi
enter_kernel:
	movq %gs:CPU_KERNEL_SP, %rsp
	xorl %ebp, %ebp    /* where a backtrace ends */
	call trap_handle
	call kernel_exit
	ud2

/* An interrupt can only interrupt the idle loop, which has no state to save. Anything else is a defect. */
trap_from_kernel:
	clear_flags
	push_registers
	movq %rsp, %rdi
	movq REGS_RIP(%rsp), %rax
	subq $idle_loop, %rax
	cmpq $idle_end - idle_loop, %rax
	jae 1f
	xorl %ebp, %ebp
	call trap_in_idle
	ud2
1:	call trap_in_kernel
	ud2

/* NMI, double fault, machine check. Returns to the interrupted code; or, if that was user code, goes on as for an exception of
 * the thread that ran (abort_handle has copied the registers to it). */
trap_abort:
	complete_frame
	clear_flags
	push_registers
	movq %rsp, %rdi
	xorl %ebp, %ebp
	call abort_handle
	cmpl $ABORT_AS_FAULT, %eax
	je 1f
	pop_registers
	addq $16, %rsp
	iretq
1:	swapgs
	movq REGS_VECTOR(%rsp), %rdi
	movq REGS_ERROR(%rsp), %rsi
	jmp enter_kernel

/* To user mode. Every general register is loaded from the thread, so none leaks. Segments and privileged flags are forced,
 * so that no defect elsewhere can pass them to user code. A rip outside the user half would fault in kernel mode (sysretq
 * even on the user's stack, SDM vol. 2). It is turned into the general protection fault that the thread would get for a jump
 * to that address. */
	.globl user_return
user_return:
	movq %gs:CPU_CURRENT, %rsp
	movq REGS_RIP(%rsp), %rax
	shrq $47, %rax
	jnz rip_not_canonical
	cmpq $REGS_VECTOR_SYSCALL, REGS_VECTOR(%rsp)
	/* The fast path's entry writes no vector, so the next entry by `syscall` finds its own here. */
	movq $REGS_VECTOR_SYSCALL, REGS_VECTOR(%rsp)
	pop_registers       /* neither moves nor pops change a flag */
	jne 1f
	movq 16(%rsp), %rcx /* rip */
	movq 32(%rsp), %r11 /* rflags */
	andq $RFLAGS_CHOICE, %r11
	orq $RFLAGS_USER, %r11
	movq 40(%rsp), %rsp
	swapgs
	sysretq

1:	addq $16, %rsp      /* at rip, cs, rflags, rsp, ss */
	movq $SEL_UCODE, 8(%rsp)
	andq $RFLAGS_CHOICE, 16(%rsp)
	orq $RFLAGS_USER, 16(%rsp)
	movq $SEL_UDATA, 32(%rsp)
	swapgs
	iretq

rip_not_canonical:
	movq $13, REGS_VECTOR(%rsp)
	movq $0, REGS_ERROR(%rsp)
	movl $13, %edi
	xorl %esi, %esi
	jmp enter_kernel

/* sti takes effect after the next instruction, so no interrupt slips in before hlt. */
	.globl cpu_idle
cpu_idle:
	movq %gs:CPU_KERNEL_SP, %rsp
	xorl %ebp, %ebp
idle_loop:
	sti
	hlt
	jmp idle_loop
idle_end:

	.section .note.GNU-stack, "", @progbits
