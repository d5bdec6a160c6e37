	/* Reports that the exercise is missing, and stops the thread. Your code takes the place of
	 * all this; it needs only the first line and the last. */
	swapgs
	movq %gs:CPU_KERNEL_SP, %rsp
	xorl %ebp, %ebp
	.pushsection .rodata
1:	.asciz "1.1"
2:	.asciz "system-call entry"
3:	.asciz "labs/1-ipc/handout.md#11-system-call-entry"
	.popsection
	movq $1b, %rdi
	movq $2b, %rsi
	movq $3b, %rdx
	call exercise_missing_at_entry
	jmp kernel_exit
