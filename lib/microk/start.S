/*
 * The entry of a program's first thread: rdi has the address of the startup page (for the root
 * task: of the information area), rsp the top of the stack.
 */
	.section .text.start, "ax", @progbits
	.globl _start
	.type _start, @function
_start:
	xor	%ebp, %ebp		/* backtraces end here */
	and	$-16, %rsp
	call	program_start		/* never returns */
	ud2
	.size _start, . - _start
	.section .note.GNU-stack, "", @progbits
