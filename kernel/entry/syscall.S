/*
 * The system-call entry. `syscall` does not change the stack, and saves only rip (to rcx) and rflags (to r11). This code
 * does the rest. As in seL4 the registers go straight into the thread object, and the kernel's stack starts empty each time.
 *
 *   1. reach the processor's structure (swapgs)
 *   2. leave the user's stack for the end of the current thread's struct regs
 *   3. push the words that an interrupt would have pushed (ss rsp rflags cs rip, an error code), then the marker for
 *      "entered by syscall", then the general registers
 *   4. take the kernel's stack and go to C
 */
#include "gen/offsets.h"
#include "x86/regs.h"

	.text
	.globl syscall_entry
syscall_entry:
/* EXERCISE 1.1 system-call-entry: begin */
	swapgs
	movq %rsp, %gs:CPU_USER_SP
	movq %gs:CPU_ENTRY_SP, %rsp
	pushq $SEL_UDATA
	pushq %gs:CPU_USER_SP
	pushq %r11
	pushq $SEL_UCODE
	pushq %rcx
	pushq $0
	pushq $REGS_VECTOR_SYSCALL
	pushq %rax
	pushq %rcx
	pushq %rdx
	pushq %rsi
	pushq %rdi
	pushq %r8
	pushq %r9
	pushq %r10
	pushq %r11
	pushq %rbx
	pushq %rbp
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	movq %gs:CPU_KERNEL_SP, %rsp
	xorl %ebp, %ebp
	call syscall_handle
	jmp kernel_exit
/* EXERCISE 1.1 system-call-entry: end */
	.size syscall_entry, . - syscall_entry
	.section .note.GNU-stack, "", @progbits
