/*
 * The entry of a program's first thread: rdi has the address of the startup page (for the root
 * task: of the information area), rsp the top of the stack. There, above all frames, is the place of its struct
 * thread_self and its `__thread` variables; C code fills them in.
 */
	.section .entry, "ax", @progbits
	.globl _start
	.type _start, @function
_start:
	xor	%ebp, %ebp		/* backtraces end here */
	sub	$64, %rsp		/* THREAD_SELF_BYTES */
	sub	tls_layout+16, %rsp	/* struct tls_layout: room */
	and	$-16, %rsp
	call	program_start		/* never returns */
	ud2
	.size _start, . - _start
	.section .note.GNU-stack, "", @progbits
