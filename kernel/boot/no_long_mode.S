/*
 * The first check, in 32-bit mode: a processor without the 64-bit mode would fault on entering it, with no
 * table of handlers, and the machine would start over without a message. (GRUB's menu checks the same,
 * tools/image/grub.cfg, and can write on a framebuffer; here, with any other loader, the message goes to the serial line,
 * the debug port and VGA text.) Linux's 32-bit boot code prints such a message through the BIOS, which cannot be called any
 * more after GRUB.
 */
#include "x86/regs.h"

#define KERNEL_BASE 0xffffffff80000000
#define PHYS(symbol) ((symbol) - KERNEL_BASE)

#define FLAGS_ID 0x200000           /* can be changed if there is a CPUID (SDM vol. 1, 3.4.3.3) */
#define LEAF_EXTENDED 0x80000000
#define EXTENDED_D_LONG_MODE 29     /* bit of leaf 0x80000001's edx */

#define EARLY_TEXT .text
#define EARLY_DATA .section .rodata
#define EARLY(symbol) PHYS(symbol)
#include "boot/early_print.h"

	.text
	.code32
	.globl check_long_mode
check_long_mode:
	pushfl
	popl %eax
	movl %eax, %ecx
	xorl $FLAGS_ID, %eax
	pushl %eax
	popfl
	pushfl
	popl %eax
	pushl %ecx
	popfl
	xorl %ecx, %eax
	testl $FLAGS_ID, %eax
	jz refuse_processor
	pushl %ebx                   /* the loader's structures, which cpuid would overwrite */
	movl $LEAF_EXTENDED, %eax
	cpuid
	cmpl $LEAF_EXTENDED, %eax    /* without extended leaves: the value of the last plain leaf */
	jbe refuse_processor
	movl $LEAF_EXTENDED + 1, %eax
	cpuid
	popl %ebx
	btl $EXTENDED_D_LONG_MODE, %edx
	jnc refuse_processor
	ret

refuse_processor:
	movl $PHYS(text_message), %esi
	jmp early_halt

	.section .rodata
text_message:
	.asciz "MicroK cannot run on this machine: its processor has no 64-bit mode (x86-64).\r\n"

	.section .note.GNU-stack, "", @progbits
