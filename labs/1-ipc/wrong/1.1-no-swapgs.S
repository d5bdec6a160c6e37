/* Forgets swapgs, so gs is still the user's. Symptom: the first system call ends in a kernel
 * panic, a double fault: the exception cannot even be pushed on the user's stack. */
	movq %rsp, %gs:CPU_USER_SP
	movq %gs:CPU_ENTRY_SP, %rsp
	pushq $SEL_UDATA
	pushq %gs:CPU_USER_SP
	pushq %r11
	pushq $SEL_UCODE
	pushq %rcx
	pushq $0
	pushq $REGS_VECTOR_SYSCALL
	pushq %rax
	pushq %rcx
	pushq %rdx
	pushq %rsi
	pushq %rdi
	pushq %r8
	pushq %r9
	pushq %r10
	pushq %r11
	pushq %rbx
	pushq %rbp
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	movq %gs:CPU_KERNEL_SP, %rsp
	xorl %ebp, %ebp
	call syscall_handle
	jmp kernel_exit
