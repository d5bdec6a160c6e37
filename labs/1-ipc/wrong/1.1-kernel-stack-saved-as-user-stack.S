/* Pushes rsp as it is now, which already points into the thread object. Symptom: the task faults
 * at its first push or ret after a system call, with a stack in the kernel's half. */
	swapgs
	movq %rsp, %gs:CPU_USER_SP
	movq %gs:CPU_ENTRY_SP, %rsp
	pushq $SEL_UDATA
	pushq %rsp
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
