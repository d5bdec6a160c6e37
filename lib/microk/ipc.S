/*
 * The one place where a program of this library enters the kernel.
 *
 *   enum microk_status ipc(op rdi, cap rsi, struct message *m rdx)
 *
 *   1. load   the tag with the operation in its low byte, and the eight register words
 *   2. enter  the kernel keeps r14, r15, rbp and rsp; rcx and r11 belong to `syscall`
 *   3. store  tag, badge and words; the status is the tag's low byte
 *
 * Other systems write inline assembly in every stub (seL4, where each stub can leave out the words
 * it does not use) or spill all words to memory (Resea). One function costs a few moves more than seL4's stubs. Together
 * with fast.h it is the only code here that depends on the register convention.
 */
	.section .text.ipc, "ax", @progbits
	.globl ipc
	.type ipc, @function
ipc:
	push	%rbx
	push	%r12
	push	%r13
	push	%r14

	mov	%rdx, %r14
	mov	(%r14), %rax
	mov	%dil, %al
	mov	%rsi, %rdi
	mov	16(%r14), %rsi
	mov	24(%r14), %rdx
	mov	32(%r14), %r8
	mov	40(%r14), %r9
	mov	48(%r14), %r10
	mov	56(%r14), %rbx
	mov	64(%r14), %r12
	mov	72(%r14), %r13

	syscall

	mov	%rax, (%r14)
	mov	%rdi, 8(%r14)
	mov	%rsi, 16(%r14)
	mov	%rdx, 24(%r14)
	mov	%r8, 32(%r14)
	mov	%r9, 40(%r14)
	mov	%r10, 48(%r14)
	mov	%rbx, 56(%r14)
	mov	%r12, 64(%r14)
	mov	%r13, 72(%r14)
	movzbl	%al, %eax

	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbx
	ret
	.size ipc, . - ipc
	.section .note.GNU-stack, "", @progbits
