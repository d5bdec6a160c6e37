/*
 * Where QEMU's -kernel (PVH) enters: below 1 MiB, where every PC has memory. QEMU loads a kernel where it is linked, even if
 * there is no memory, so on a machine with 1 or 2 MiB the kernel's first instruction would not have been loaded. This
 * segment always is. Before it jumps to the rest of the kernel it checks that the memory map has RAM there, in one entry or in
 * several that adjoin. QEMU loads the archive towards the end of memory, over the kernel if that is there. (Linux' loader
 * moves its image to where memory is; Xen's tools refuse such a guest themselves, as GRUB does here.)
 *
 * The segment is linked and loaded at one address, and runs there without paging. Its stack is below it.
 */
#include "x86/regs.h"

#define KERNEL_BASE 0xffffffff80000000
#define PHYS(symbol) ((symbol) - KERNEL_BASE)
#define PVH_START_MAGIC 0x336ec578      /* xen/include/public/arch-x86/hvm/start_info.h */

/* struct hvm_start_info, and an entry of its memory map: likewise. */
#define INFO_VERSION 4
#define INFO_MODULES 12
#define INFO_MODULE_LIST 16
#define MODULE_BASE 0
#define MODULE_BYTES 8
#define INFO_MAP 40
#define INFO_MAP_ENTRIES 48
#define ENTRY_BASE 0
#define ENTRY_BYTES 8
#define ENTRY_TYPE 16
#define ENTRY_SIZE 24
#define TYPE_RAM 1

#define EARLY_TEXT .section .low, "ax"
#define EARLY_DATA .section .low, "ax"
#define EARLY(symbol) (symbol)

	.section .low, "ax"
	.code32
	.globl pvh_entry
pvh_entry:                               /* ebx: struct hvm_start_info; eax has no meaning */
	cli
	cld
	movl $low_start, %esp
	cmpl $1, INFO_VERSION(%ebx)          /* an older version has no map; pvh.c reports it */
	jb kernel_is_loaded
	cmpl $0, INFO_MODULES(%ebx)          /* does the archive leave the image as it was loaded? */
	je 1f
	movl INFO_MODULE_LIST(%ebx), %esi
	movl MODULE_BASE(%esi), %eax
	cmpl $PHYS(__image_end), %eax
	jae 1f
	addl MODULE_BYTES(%esi), %eax
	cmpl $PHYS(__text_start), %eax
	ja refuse_memory
1:	movl $PHYS(__text_start), %edi       /* below edi the image is in memory */
look:                                    /* the map need not be sorted: restart it for each entry that extends the range */
	movl INFO_MAP(%ebx), %esi
	movl INFO_MAP_ENTRIES(%ebx), %ecx
look_at_entry:
	testl %ecx, %ecx
	jz refuse_memory
	cmpl $TYPE_RAM, ENTRY_TYPE(%esi)
	jne next
	cmpl $0, ENTRY_BASE + 4(%esi)
	jne next
	movl ENTRY_BASE(%esi), %eax
	cmpl %edi, %eax
	ja next
	movl ENTRY_BYTES + 4(%esi), %edx
	addl ENTRY_BYTES(%esi), %eax
	adcl $0, %edx                        /* edx:eax: where it ends */
	jnz kernel_is_loaded
	cmpl %edi, %eax
	jbe next
	movl %eax, %edi
	cmpl $PHYS(__image_end), %edi
	jb look
	jmp kernel_is_loaded
next:
	addl $ENTRY_SIZE, %esi
	decl %ecx
	jmp look_at_entry

kernel_is_loaded:
	movl $PVH_START_MAGIC, %eax
	movl $PHYS(multiboot2_entry), %ecx
	jmp *%ecx

refuse_memory:
	movl $memory_message, %esi
	jmp early_halt

memory_message:
	.asciz "MicroK cannot run on this machine: it has too little memory for the kernel and the boot archive; 16 MiB are enough.\r\n"

#include "boot/early_print.h"

	.section .note.GNU-stack, "", @progbits
