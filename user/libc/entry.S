/*
 * The parts of the layer below musl that are not C. musl has each of these names in assembly, too, in a file of its
 * own, which the linker leaves in the archive when the name is defined here.
 */
	.text

/* int __clone(…): no further threads yet; pthread_create then returns EAGAIN. */
	.globl __clone
	.hidden __clone
	.type __clone, @function
__clone:
	mov	$-11, %eax		/* -EAGAIN */
	ret

/* void __unmapself(void *address, size_t bytes): of a thread that ends; there is none. */
	.globl __unmapself
	.hidden __unmapself
	.type __unmapself, @function
__unmapself:
	ud2

/* pid_t vfork(void): musl's has its own system call, and fork's answer and errno serve it. */
	.section .text.vfork, "ax", @progbits
	.globl vfork
	.type vfork, @function
vfork:
	jmp	fork
	.text

/* long __syscall_cp_asm(volatile int *cancel, long number, …): a call during which the thread can be cancelled. No
 * thread cancels another yet. */
	.globl __syscall_cp_asm, __cp_begin, __cp_end, __cp_cancel
	.hidden __syscall_cp_asm, __cp_begin, __cp_end, __cp_cancel
	.type __syscall_cp_asm, @function
__syscall_cp_asm:
	mov	%rsi, %rdi
	mov	%rdx, %rsi
	mov	%rcx, %rdx
	mov	%r8, %rcx
	mov	%r9, %r8
	mov	8(%rsp), %r9
	mov	16(%rsp), %rax
	sub	$8, %rsp
	push	%rax
__cp_begin:
	call	microk_syscall
__cp_end:
	add	$16, %rsp
	ret
__cp_cancel:
	ud2
	.section .note.GNU-stack, "", @progbits
