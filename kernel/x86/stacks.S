/* The stacks of the kernel: the one that it runs on, and those of the exceptions that can come at any moment. Each has below
 * it a page that pc/paging.c leaves unmapped (image.h). */
	.section .stacks, "aw", @nobits
	.balign 4096
	.skip 4096
	.skip 16384
	.globl kernel_stack_top
kernel_stack_top:
	.irp which, nmi, double_fault, machine_check
	.skip 4096
	.skip 4096
	.globl \which\()_stack_top
\which\()_stack_top:
	.endr

	.section .note.GNU-stack, "", @progbits
