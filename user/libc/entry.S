/*
 * The parts of the layer below musl that are not C. musl has some of these names in assembly, too, in a file of its
 * own, which the linker leaves in the archive when the name is defined here.
 */
	.text

/* The first instruction of a thread that __clone made: its place is the first argument, its stack the second. */
	.globl thread_first_instruction
	.type thread_first_instruction, @function
thread_first_instruction:
	xor	%ebp, %ebp
	mov	%rsp, %rsi
	call	thread_enter
	ud2

/* void thread_move_and_last(me, address, bytes, code, stack): thread_last of the first four, on that stack. */
	.globl thread_move_and_last
	.type thread_move_and_last, @function
thread_move_and_last:
	mov	%r8, %rsp
	xor	%ebp, %ebp
	call	thread_last
	ud2

/* pid_t vfork(void): musl's has its own system call, and fork's answer and errno serve it. */
	.section .text.vfork, "ax", @progbits
	.globl vfork
	.type vfork, @function
vfork:
	jmp	fork
	.text

/* musl's handler of its signal for cancellation names the bounds of a call; that signal runs no handler here (threads.c). */
	.globl __cp_begin, __cp_end, __cp_cancel
	.hidden __cp_begin, __cp_end, __cp_cancel
__cp_begin:
__cp_end:
__cp_cancel:
	ud2
	.section .note.GNU-stack, "", @progbits
