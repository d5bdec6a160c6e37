/*
 * The registers that survive a system call.
 *
 *   u64 registers_probe(op rdi, u64 out[4] rsi, const u64 in[3] rdx)
 *
 * Sets r14, r15 and rbp from in[], makes the system call (a bad number, or yield), and writes their values afterwards;
 * out[3] is how far rsp moved. Returns rax.
 */
	.section .text.registers_probe, "ax", @progbits
	.globl registers_probe
	.type registers_probe, @function
registers_probe:
	push	%rbx
	push	%rbp
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	push	%rsi
	mov	%rsp, saved_sp(%rip)
	mov	%rdi, %rax
	mov	(%rdx), %r14
	mov	8(%rdx), %r15
	mov	16(%rdx), %rbp
	xor	%edi, %edi
	syscall
	mov	%rsp, %rcx
	sub	saved_sp(%rip), %rcx
	mov	saved_sp(%rip), %rsp
	pop	%rsi
	mov	%r14, (%rsi)
	mov	%r15, 8(%rsi)
	mov	%rbp, 16(%rsi)
	mov	%rcx, 24(%rsi)
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbp
	pop	%rbx
	ret
	.size registers_probe, . - registers_probe

	.section .bss
	.balign 8
saved_sp:
	.skip 8
	.section .note.GNU-stack, "", @progbits
