/* Addresses that kernel.ld and boot.S define: the regions of the kernel image and its stacks. */
#pragma once
#include "microk/types.h"

/* Each starts on a page, and ends where the next starts. */
extern char __text_start[], __rodata_start[], __data_start[], __image_end[];

/* Ends of the stacks; below each lies a page that paging_init leaves unmapped. */
#define KERNEL_STACK_BYTES (4 * PAGE_SIZE)
#define ABORT_STACK_BYTES PAGE_SIZE
extern char kernel_stack_top[], nmi_stack_top[], double_fault_stack_top[], machine_check_stack_top[];
