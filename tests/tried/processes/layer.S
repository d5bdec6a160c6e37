/*
 * The parts of the layer below musl that are not C. musl has each of these names in assembly, too, in a file of its
 * own, which the linker leaves in the archive when the name is defined here.
 */
#define UNMAP_EXIT 0x1000 /* PROCESS_UNMAP_EXIT: layer.c holds this against protocol.h */
	.text

/* int __clone(int (*run)(void *), void *stack, int flags, void *argument, pid_t *parent, void *pointer, pid_t *ended) */
	.globl __clone
	.hidden __clone
	.type __clone, @function
__clone:
	and	$-16, %rsi
	sub	$32, %rsi
	mov	%rdi, (%rsi)
	mov	%rcx, 8(%rsi)
	mov	%r8, 16(%rsi)
	mov	%rsi, %rdi
	mov	%r9, %rsi
	mov	8(%rsp), %rdx
	lea	thread_begins(%rip), %rcx
	jmp	layer_clone		/* (stack, pointer, ended, entry) */

/* The server starts the thread here with its number in rdi. Its slot is in musl's `sysinfo` before anything makes a request. */
thread_begins:
	mov	%rdi, %rax
	and	$63, %eax
	mov	%rax, %fs:32
	mov	16(%rsp), %rax
	mov	%edi, (%rax)
	xor	%ebp, %ebp
	mov	8(%rsp), %rdi
	call	*(%rsp)
	ud2

/* The server diverts a thread to this, with the signal's number in rdi, and puts its registers back after it. */
	.globl layer_signal_entry
	.type layer_signal_entry, @function
layer_signal_entry:
	xor	%ebp, %ebp
	call	layer_signal
	ud2

/* void __unmapself(void *address, size_t bytes): the stack that it runs on goes, so the thread has none any more. */
	.globl __unmapself
	.type __unmapself, @function
__unmapself:
	mov	%rsi, %rdx
	mov	%rdi, %rsi
	mov	%fs:32, %rdi
	movabs	$((UNMAP_EXIT << 32) | (2 << 8)), %rax /* SYS_CALL, two words */
	syscall
	ud2

/* long __syscall_cp_asm(flag, number, …): musl's cancellation is not tried here; the flag is not looked at. */
	.globl __syscall_cp_asm, __cp_begin, __cp_end, __cp_cancel
	.hidden __syscall_cp_asm, __cp_begin, __cp_end, __cp_cancel
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
__cp_end:
	call	microk_syscall
	add	$16, %rsp
	ret
__cp_cancel:
	ud2
	.section .note.GNU-stack, "", @progbits
