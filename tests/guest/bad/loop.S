/*
 * The victim's code, copied to a page of its own: makes the calls that a batch (victim.h) lists, one after the other, and writes
 * back each result. rdi: the batch.
 *
 *   r14 record  r15 end  rbp batch  rsp as set below: the kernel keeps all four
 */
#include "tests/guest/bad/victim.h"

	.text
	.globl victim_loop
	.globl victim_loop_end
victim_loop:
	movq	%rdi, %rbp
	leaq	BATCH_RECORDS(%rbp), %r14
	movq	BATCH_COUNT(%rbp), %rax
	imulq	$RECORD_BYTES, %rax
	leaq	(%r14, %rax), %r15
	movq	$0x123456789abc, %rax
	movq	%rax, %rsp
1:	cmpq	%r15, %r14
	jae	2f
	decq	BATCH_BUDGET(%rbp)
	js	2f
	movq	0(%r14), %rax
	movq	8(%r14), %rdi
	movq	16(%r14), %rsi
	movq	24(%r14), %rdx
	movq	32(%r14), %r8
	movq	40(%r14), %r9
	movq	48(%r14), %r10
	movq	56(%r14), %rbx
	movq	64(%r14), %r12
	movq	72(%r14), %r13
	syscall
	movq	%rax, 0(%r14)
	movq	%rdi, 8(%r14)
	movq	%rsi, 16(%r14)
	movq	%rdx, 24(%r14)
	movq	%r8, 32(%r14)
	movq	%r9, 40(%r14)
	movq	%r10, 48(%r14)
	movq	%rbx, 56(%r14)
	movq	%r12, 64(%r14)
	movq	%r13, 72(%r14)
	incq	BATCH_DONE(%rbp)
	movq	$0x123456789abc, %rax
	cmpq	%rax, %rsp
	je	3f
	incq	BATCH_BROKEN(%rbp)
3:	addq	$RECORD_BYTES, %r14
	jmp	1b
2:	ud2				/* the supervisor gets the fault */
victim_loop_end:
	.section .note.GNU-stack, "", @progbits
