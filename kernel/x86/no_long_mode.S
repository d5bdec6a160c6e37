/*
 * The first check, in 32-bit mode: a processor without the 64-bit mode would fault on entering it, with no
 * table of handlers, and the machine would start over without a word. (GRUB's menu checks the same, tools/image/grub.cfg,
 * and can write on a framebuffer; here, with any other loader, the message goes to the serial line, the debug port and
 * VGA text.) Linux's 32-bit boot code prints like this by the BIOS; there is none any more after GRUB.
 */
#include "x86/regs.h"

#define KERNEL_BASE 0xffffffff80000000
#define PHYS(symbol) ((symbol) - KERNEL_BASE)

#define FLAGS_ID 0x200000           /* can be changed where there is a CPUID (SDM vol. 1, 3.4.3.3) */
#define LEAF_EXTENDED 0x80000000
#define EXTENDED_D_LONG_MODE 29     /* bit of leaf 0x80000001's edx */

#define COM1 0x3f8
#define LSR_ROOM 0x20
#define WAIT_READS 4000
#define DEBUGCON 0xe9
#define TEXT 0xb8000
#define TEXT_BYTES 4000
#define BLANKS 0x07200720           /* two blanks, grey on black */
#define COLOURS 0x07
#define VGA_MISC_READ 0x3cc
#define VGA_GRAPHICS_INDEX 0x3ce
#define VGA_GRAPHICS_MISC 6

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
	cmpl $LEAF_EXTENDED, %eax    /* without extended leaves: the last plain one's, whatever it is */
	jbe refuse_processor
	movl $LEAF_EXTENDED + 1, %eax
	cpuid
	popl %ebx
	btl $EXTENDED_D_LONG_MODE, %edx
	jnc refuse_processor
	ret

refuse_processor:
	movl $PHYS(text_message), %esi
	call serial_init
	call text_init               /* edi: where on the screen, 0 if it shows no text */
1:	lodsb
	testb %al, %al
	jz 2f
	call serial_put
	call debugcon_put
	call text_put
	jmp 1b
2:	cli
	hlt
	jmp 2b

/* 115200 8N1, as serial.c. */
serial_init:
	movl $PHYS(serial_setup), %ecx
1:	movzwl (%ecx), %edx
	movb 2(%ecx), %al
	outb %al, %dx
	addl $3, %ecx
	cmpl $PHYS(serial_setup_end), %ecx
	jb 1b
	ret

/* al is kept. Waits for room, but not for ever. */
serial_put:
	movb %al, %ah
	movl $WAIT_READS, %ecx
	movw $COM1 + 5, %dx
1:	inb %dx, %al
	testb $LSR_ROOM, %al
	loopz 1b
	movb %ah, %al
	movw $COM1, %dx
	outb %al, %dx
	ret

debugcon_put:
	movb %al, %ah
	inb $DEBUGCON, %al
	cmpb $DEBUGCON, %al
	movb %ah, %al
	jne 1f
	outb %al, $DEBUGCON
1:	ret

/* As kernel/screen/text.c: is it a VGA that shows text? Then the page is cleared. */
text_init:
	xorl %edi, %edi
	movw $VGA_MISC_READ, %dx
	inb %dx, %al
	cmpb $0xff, %al
	je 1f
	movw $VGA_GRAPHICS_INDEX, %dx
	movb $VGA_GRAPHICS_MISC, %al
	outb %al, %dx
	incw %dx
	inb %dx, %al
	andb $0x0d, %al
	cmpb $0x0c, %al              /* no graphics, memory at TEXT */
	jne 1f
	movl $TEXT, %edi
	movl $TEXT_BYTES / 4, %ecx
	movl $BLANKS, %eax
	rep stosl
	movl $TEXT, %edi
1:	ret

/* One line is all there is to say: its end is not drawn. */
text_put:
	testl %edi, %edi
	jz 1f
	cmpb $0x20, %al
	jb 1f
	movb $COLOURS, %ah
	stosw
1:	ret

	.section .rodata
text_message:
	.asciz "MicroK cannot run on this machine: its processor has no 64-bit mode (x86-64).\r\n"
serial_setup:                        /* port, value */
	.macro setup port, value
	.word \port
	.byte \value
	.endm
	setup COM1 + 1, 0
	setup COM1 + 3, 0x80
	setup COM1 + 0, 1
	setup COM1 + 1, 0
	setup COM1 + 3, 0x03
	setup COM1 + 2, 0x07
	setup COM1 + 4, 0x0b
serial_setup_end:

	.section .note.GNU-stack, "", @progbits
