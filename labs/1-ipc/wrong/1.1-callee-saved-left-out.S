/* Leaves rbx, rbp and r12 to r15 out because C functions preserve them; but the kernel leaves for
 * another thread, not by returning. Symptom: registers that should survive a call come back as
 * zero, so that a task soon faults near address 0, and the sixth, seventh and eighth word of a
 * message are lost. */
	swapgs
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
	subq $48, %rsp
	movq %gs:CPU_KERNEL_SP, %rsp
	xorl %ebp, %ebp
	call syscall_handle
	jmp kernel_exit
