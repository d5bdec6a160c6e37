/*
 * In place of lib/microk/ipc.S, whose steps these are: with a look, right before the system call, whether a signal has come for a
 * thread that is about to wait (struct process_control of protocols/process.h). The server runs the instructions of the window again for
 * a thread that it finds in them, so no signal comes between the look and the wait unseen.
 */
#define SELF_BUFFER 8            /* struct thread_self of lib/microk/self.h */
#define FIRST_BUFFER 0x0fffe000  /* PROCESS_BUFFER(0) */
#define INTERRUPTED 2068         /* PROCESS_CONTROL and its `interrupted` */
#define CANCELLED 14             /* ERR_CANCELLED: ipc.c holds all of these against the headers */
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

	mov	%fs:32, %rcx
	test	%rcx, %rcx
	jz	1f
	mov	SELF_BUFFER(%rcx), %rcx
	jmp	ipc_window
1:	mov	$FIRST_BUFFER, %ecx

	.globl ipc_window, ipc_window_end
ipc_window:
	cmpl	$0, INTERRUPTED(%rcx)
	jne	2f
ipc_window_end:
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
3:
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbx
	ret

/* It is looked at once: the requests that find out what became of a cancelled one are not cancelled. */
2:	movl	$0, INTERRUPTED(%rcx)
	movq	$CANCELLED, (%r14)
	mov	$CANCELLED, %eax
	jmp	3b
	.size ipc, . - ipc
	.section .note.GNU-stack, "", @progbits
