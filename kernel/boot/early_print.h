/*
 * Messages of the first instructions, in 32-bit mode and without paging: on the serial line, the debug port and VGA text. For the
 * assembler; each file that includes it has routines of its own, in its own sections, since not all of the kernel
 * need be in memory yet. Before it define
 *     EARLY_TEXT, EARLY_DATA   the sections, as directives
 *     EARLY(symbol)            where a symbol of these lies, without paging
 * Then `movl $EARLY(message), %esi; jmp early_halt` prints the message, which ends with a zero, and halts.
 */
#define COM1 0x3f8
#define LSR_ROOM 0x20
#define WAIT_READS 4000
#define DEBUGCON 0xe9
#define TEXT 0xb8000
#define TEXT_BYTES 4000
#define BLANKS 0x07200720 /* two blanks, grey on black */
#define COLOURS 0x07
#define VGA_MISC_READ 0x3cc
#define VGA_GRAPHICS_INDEX 0x3ce
#define VGA_GRAPHICS_MISC 6

	EARLY_TEXT
	.code32
early_halt:
	call serial_init
	call text_init               /* edi: place on the screen, 0 if it shows no text */
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
	movl $EARLY(serial_setup), %ecx
1:	movzwl (%ecx), %edx
	movb 2(%ecx), %al
	outb %al, %dx
	addl $3, %ecx
	cmpl $EARLY(serial_setup_end), %ecx
	jb 1b
	ret

/* Keeps al. Waits for room, but not for ever. */
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

/* Finds out whether a VGA shows text, as kernel/screen/text.c does. If so, clears the page. */
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

/* The message is one line: its end is not drawn. */
text_put:
	testl %edi, %edi
	jz 1f
	cmpb $0x20, %al
	jb 1f
	movb $COLOURS, %ah
	stosw
1:	ret

	EARLY_DATA
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

