/* Takes r11 for rip and rcx for the flags. Symptom: every task dies at its first system call, at
 * an address such as 0x246, which is no address but flags. */
	swapgs
	movq %rsp, %gs:CPU_USER_SP
	movq %gs:CPU_ENTRY_SP, %rsp
	pushq $SEL_UDATA
	pushq %gs:CPU_USER_SP
	pushq %rcx
	pushq $SEL_UCODE
	pushq %r11
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
