# A machine of 512 bytes to test the browser console with, where the stages themselves are not the question: it
# shows a line, echoes every key and every byte of the serial line on both, and Esc turns it off.
# Facts: BIOS int 0x10 ah=0x0e prints, int 0x16 ah=0 waits for a key; QEMU's PM1a control register is at
# port 0x604 once SeaBIOS has run, and SLP_EN (bit 13) with type 0 is soft off (ACPI 6.4, 4.8.3.2.1).
	.code16
	.globl _start
_start:
	xorw	%ax, %ax
	movw	%ax, %ds
	movw	%ax, %ss
	movw	$0x7c00, %sp
	movw	$0x0003, %ax		# 80x25 text: a clean screen
	int	$0x10
	movw	$0x3fb, %dx		# COM1: 8 bits, no parity
	movb	$0x03, %al
	outb	%al, %dx
	movw	$greeting, %si
1:	lodsb
	testb	%al, %al
	jz	2f
	call	show
	jmp	1b
2:	movw	$0x3fd, %dx		# a byte on the serial line
	inb	%dx, %al
	testb	$1, %al
	jz	5f
	movw	$0x3f8, %dx
	inb	%dx, %al
	call	show
5:	movb	$0x01, %ah		# a key
	int	$0x16
	jz	2b
	xorb	%ah, %ah
	int	$0x16
	cmpb	$0x1b, %al
	je	off
	call	show
	jmp	2b
off:	movw	$0x604, %dx
	movw	$0x2000, %ax
	outw	%ax, %dx
3:	hlt
	jmp	3b

show:					# al, on both
	pushw	%ax
	movb	$0x0e, %ah
	xorw	%bx, %bx
	int	$0x10
	popw	%ax
	movw	$0x3f8, %dx
	outb	%al, %dx
	ret

greeting:
	.asciz	"test card ready\r\n"
	.org	510
	.word	0xaa55
