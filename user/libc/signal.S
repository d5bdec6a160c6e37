/*
 * Where the process server lets a thread go on that takes a signal outside of this layer: with struct process_diverted at the stack
 * pointer. Everything is saved, the handlers run, and the thread goes on where it was. Weighed: an iretq, which loads stack pointer, flags
 * and instruction pointer at once; QEMU's reads the stack as the kernel would, which SMAP then forbids.
 */
#define FRAME 1584 /* struct signal_frame of actions.h: ipc.c holds these against it */
#define REGISTERS 40
#define FPU 1072
#define RED_ZONE 128
#define R(n) (REGISTERS + 8 * n)(%rsp)
	.text
	.globl signal_entry
	.type signal_entry, @function
signal_entry:
	sub	$FRAME, %rsp
	mov	%r8, R(0)
	mov	%r9, R(1)
	mov	%r10, R(2)
	mov	%r11, R(3)
	mov	%r12, R(4)
	mov	%r13, R(5)
	mov	%r14, R(6)
	mov	%r15, R(7)
	mov	%rdi, R(8)
	mov	%rsi, R(9)
	mov	%rbp, R(10)
	mov	%rbx, R(11)
	mov	%rdx, R(12)
	mov	%rax, R(13)
	mov	%rcx, R(14)
	mov	FRAME+16(%rsp), %rax
	mov	%rax, R(15)
	mov	FRAME(%rsp), %rax
	mov	%rax, R(16)
	mov	FRAME+8(%rsp), %rax
	mov	%rax, R(17)
	fxsave64 FPU(%rsp)
	xor	%ebp, %ebp
	mov	%rsp, %rdi
	call	signal_arrived
	fxrstor64 FPU(%rsp)

	/* Flags and address go below the red zone of where the program was, and are taken from there */
	mov	R(15), %rcx
	sub	$(RED_ZONE + 16), %rcx
	mov	R(17), %rax
	mov	%rax, (%rcx)
	mov	R(16), %rax
	mov	%rax, 8(%rcx)
	mov	%rcx, R(15)
	mov	R(0), %r8
	mov	R(1), %r9
	mov	R(2), %r10
	mov	R(3), %r11
	mov	R(4), %r12
	mov	R(5), %r13
	mov	R(6), %r14
	mov	R(7), %r15
	mov	R(8), %rdi
	mov	R(9), %rsi
	mov	R(10), %rbp
	mov	R(11), %rbx
	mov	R(12), %rdx
	mov	R(13), %rax
	mov	R(14), %rcx
	mov	R(15), %rsp
	popfq
	ret	$RED_ZONE
	.size signal_entry, . - signal_entry
/* void signal_on_stack(handler, signal, info, context, top): calls the handler on another stack. */
	.globl signal_on_stack
	.type signal_on_stack, @function
signal_on_stack:
	push	%rbp
	mov	%rsp, %rbp
	mov	%r8, %rsp
	and	$-16, %rsp
	mov	%rdi, %rax
	mov	%esi, %edi
	mov	%rdx, %rsi
	mov	%rcx, %rdx
	call	*%rax
	mov	%rbp, %rsp
	pop	%rbp
	ret
	.size signal_on_stack, . - signal_on_stack
	.section .note.GNU-stack, "", @progbits
