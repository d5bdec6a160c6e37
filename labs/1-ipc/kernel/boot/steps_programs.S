/* Programs of the steps. They are copied into a page, so they name no address of their own. Each ends by ud2, an instruction that
 * does not exist: the exception saves all registers in the thread's record. */
#define SYS_SIGNAL 5
#define SYS_YIELD 7
#define ROUNDS 3

	.section .rodata
	.globl steps_programs, steps_programs_end
	.globl steps_load, steps_store, steps_jump, steps_end, steps_registers, steps_after_call, steps_turns
steps_programs:

/* Reads, writes or runs what lies at rdi. */
steps_load:
	movq (%rdi), %rax
	ud2
steps_store:
	movq %rax, (%rdi)
	ud2
steps_jump:
	jmp *%rdi
steps_end:
	ud2

/* One system call, with a value in each register by which it is known (entry.c has the same). rdi: the stack. */
steps_registers:
	movq %rdi, %rsp
	movl $0xd1, %edi
	movl $0x51, %esi
	movl $0xd0, %edx
	movl $0xb0, %ebx
	movl $0xb9, %ebp
	movl $0x8, %r8d
	movl $0x9, %r9d
	movl $0x10, %r10d
	movl $0x12, %r12d
	movl $0x13, %r13d
	movl $0x14, %r14d
	movl $0x15, %r15d
	movl $SYS_SIGNAL, %eax
	syscall
steps_after_call:
	ud2

/* Reports that it runs, and lets the others run. */
steps_turns:
	movl $ROUNDS, %ebx
1:	movl $SYS_SIGNAL, %eax
	syscall
	movl $SYS_YIELD, %eax
	syscall
	decl %ebx
	jnz 1b
	ud2
steps_programs_end:

	.section .note.GNU-stack, "", @progbits
