/*
 * From the boot loader to C. GRUB (multiboot2, under BIOS and UEFI alike) and QEMU (-kernel, PVH)
 * both enter in 32-bit protected mode with paging off, so one piece of code serves both. Linux
 * decompresses and relocates itself here; seL4 asks for a separate 32-bit image: a plain ELF64
 * with both headers needs neither.
 *
 * The temporary tables show the first 4 GiB three times, by 2 MiB pages: as themselves, at
 * PHYS_MAP, and (the first 2 GiB) at KERNEL_BASE. paging.c replaces them.
 */
#define KERNEL_BASE 0xffffffff80000000
#define PHYS(symbol) ((symbol) - KERNEL_BASE)
#define MULTIBOOT2_MAGIC 0xe85250d6     /* multiboot2 3.1.2 */
#define PVH_START_MAGIC 0x336ec578      /* xen/include/public/arch-x86/hvm/start_info.h */
#define XEN_ELFNOTE_PHYS32_ENTRY 18     /* xen/include/public/elfnote.h */

	.section .multiboot2, "a"
	.balign 8
header:
	.long MULTIBOOT2_MAGIC
	.long 0                              /* i386, protected mode */
	.long header_end - header
	.long -(MULTIBOOT2_MAGIC + 0 + (header_end - header))

	.balign 8                            /* what we would like to be told; all optional */
request:
	.word 1, 1
	.long request_end - request
	.long 1, 3, 6, 8, 14, 15             /* command line, modules, memory map, framebuffer, ACPI 1, ACPI 2 */
request_end:
	.balign 8
	.word 5, 1                           /* framebuffer, optional */
	.long 20
	.long 1024, 768, 32
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
	.long PHYS(pvh_entry)

	.text
	.code32
	.globl multiboot2_entry
multiboot2_entry:
	jmp start32

pvh_entry:                               /* ebx: struct hvm_start_info; eax says nothing */
	movl $PVH_START_MAGIC, %eax

start32:                                 /* eax: magic; ebx: the loader's structures */
	cli
	cld
	movl %eax, %ebp
	movl $PHYS(__bss_start), %edi
	movl $PHYS(__bss_end), %ecx
	subl %edi, %ecx
	shrl $2, %ecx
	xorl %eax, %eax
	rep stosl

	movl $PHYS(early_pd), %edi           /* 2048 entries of 2 MiB: present, writable, large */
	movl $0x83, %eax
1:	movl %eax, (%edi)
	addl $8, %edi
	addl $0x200000, %eax
	jnc 1b

	movl $PHYS(early_pd) + 3, %eax
	movl %eax, PHYS(early_pdpt)
	movl %eax, PHYS(early_image_pdpt) + 510 * 8
	addl $4096, %eax
	movl %eax, PHYS(early_pdpt) + 8
	movl %eax, PHYS(early_image_pdpt) + 511 * 8
	addl $4096, %eax
	movl %eax, PHYS(early_pdpt) + 16
	addl $4096, %eax
	movl %eax, PHYS(early_pdpt) + 24
	movl $PHYS(early_pdpt) + 3, %eax
	movl %eax, PHYS(early_pml4)
	movl %eax, PHYS(early_pml4) + 256 * 8
	movl $PHYS(early_image_pdpt) + 3, %eax
	movl %eax, PHYS(early_pml4) + 511 * 8

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
	ljmp $8, $PHYS(start64)

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
	.balign 8
early_gdt:
	.quad 0
	.quad 0x00af9b000000ffff             /* 64-bit code, already marked accessed */
early_gdt_pointer:
	.word early_gdt_pointer - early_gdt - 1
	.long PHYS(early_gdt)

	.bss
	.balign 4096
early_pml4:
	.skip 4096
early_pdpt:
	.skip 4096
early_image_pdpt:
	.skip 4096
early_pd:
	.skip 4 * 4096

/* Each stack has below it a page that paging.c leaves unmapped (image.h). */
	.section .stacks, "aw", @nobits
	.balign 4096
.macro stack name, bytes
	.skip 4096
	.skip \bytes
	.globl \name
\name:
.endm
	stack kernel_stack_top, 16384
	stack double_fault_stack_top, 4096
	stack nmi_stack_top, 4096
	stack machine_check_stack_top, 4096

	.section .note.GNU-stack, "", @progbits
