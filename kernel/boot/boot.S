/*
 * From the boot loader to C. GRUB (multiboot2, under BIOS and UEFI alike) and QEMU (-kernel, PVH)
 * both enter in 32-bit protected mode with paging off and the bss cleared, so one piece of code serves both. Linux
 * decompresses and relocates itself here; seL4 asks for a separate 32-bit image: a plain ELF64
 * with both headers needs neither. QEMU's entry comes by low_entry.S.
 *
 * The temporary tables show the first 4 GiB three times, by 2 MiB pages: as themselves, at
 * PHYS_MAP, and (the first 2 GiB) at KERNEL_BASE. paging.c replaces them.
 */
#include "x86/regs.h"

#define KERNEL_BASE 0xffffffff80000000
#define PHYS(symbol) ((symbol) - KERNEL_BASE)
#define MULTIBOOT2_MAGIC 0xe85250d6     /* multiboot2 3.1.2 */
#define XEN_ELFNOTE_PHYS32_ENTRY 18     /* xen/include/public/elfnote.h */

	.section .multiboot2, "a"
	.balign 8
header:
	.long MULTIBOOT2_MAGIC
	.long 0                              /* i386, protected mode */
	.long header_end - header
	.long -(MULTIBOOT2_MAGIC + 0 + (header_end - header))

	.balign 8                            /* the information that the kernel requests; all of it is optional */
request:
	.word 1, 1
	.long request_end - request
	.long 1, 3, 6, 8, 14, 15             /* command line, modules, memory map, framebuffer, ACPI 1, ACPI 2 */
request_end:
	.balign 8
	.word 4, 1                           /* console, optional: text will do, too */
	.long 12
	.long 2
	.balign 8
	.word 5, 1                           /* framebuffer, optional; the loader chooses its size (gfxpayload) */
	.long 20
	.long 0, 0, 0
	/* The range to load, so that GRUB leaves out the segment of low_entry.S: it allocates all from the lowest segment
	 * to the highest as one piece, which would begin below 1 MiB. From the header on, the file has the layout of the
	 * image in memory. */
	.balign 8
	.word 2, 0
	.long 24
	.long PHYS(header), PHYS(__text_start), PHYS(__load_end), PHYS(__image_end)
	.balign 8
	.word 3, 0                           /* and where to begin */
	.long 12
	.long PHYS(multiboot2_entry)
	.balign 8
	.word 6, 0                           /* modules start on a page */
	.long 8
	.balign 8
	.word 0, 0
	.long 8
header_end:

	.section .note.pvh, "a", @note
	.balign 4
	.long 4, 4, XEN_ELFNOTE_PHYS32_ENTRY
	.asciz "Xen"
	.long pvh_entry                      /* low_entry.S */

	.text
	.code32
	.globl multiboot2_entry
multiboot2_entry:                        /* eax: magic; ebx: the loader's structures */
	cli
	cld
	movl %eax, %ebp
	movl $PHYS(kernel_stack_top), %esp
	call check_long_mode                 /* returns if the processor has long mode; changes eax, ecx, edx, esi, edi */
	movl $0x20, %eax                     /* CR4.PAE */
	movl %eax, %cr4
	movl $PHYS(early_pml4), %eax
	movl %eax, %cr3
	movl $0xc0000080, %ecx               /* EFER.LME */
	rdmsr
	orl $0x100, %eax
	wrmsr
	movl $0x80000011, %eax               /* CR0: PG, ET, PE */
	movl %eax, %cr0
	lgdt PHYS(early_gdt_pointer)
	ljmp $SEL_KCODE, $PHYS(start64)

	.code64
start64:
	movabsq $1f, %rax
	jmp *%rax
1:	xorl %eax, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	movl %eax, %fs
	movl %eax, %gs
	movq $kernel_stack_top, %rsp
	movl %ebp, %edi
	movl %ebx, %esi
	xorl %ebp, %ebp                      /* where a backtrace ends */
	call kernel_main
	ud2

	.section .rodata
early_gdt_pointer:                       /* descriptors.c loads the table again at its final address */
	.word 7 * 8 - 1
	.long PHYS(gdt)

	.data
	.balign 4096
early_pml4:                              /* 0, PHYS_MAP and the end */
	.quad PHYS(early_pdpt) + 3
	.skip 255 * 8
	.quad PHYS(early_pdpt) + 3
	.skip 254 * 8
	.quad PHYS(early_pdpt) + 3
early_pdpt:                              /* the GiBs 0 to 3, and the last two of the address space */
	.quad PHYS(early_pd) + 3, PHYS(early_pd) + 0x1003, PHYS(early_pd) + 0x2003, PHYS(early_pd) + 0x3003
	.skip 506 * 8
	.quad PHYS(early_pd) + 3, PHYS(early_pd) + 0x1003
early_pd:                                /* each entry 2 MiB: present, writable, large */
	.set page, 0x83
	.rept 2048
	.quad page
	.set page, page + 0x200000
	.endr

	.section .note.GNU-stack, "", @progbits
