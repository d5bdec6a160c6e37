/*
 * A loader between QEMU and the kernel, for a machine whose memory map QEMU does not make (tests/test_machines.py): it
 * splits the entry that holds the kernel into three, in descending order. With HOLE they leave a page out. QEMU starts this
 * program by PVH, and has loaded the kernel beside it; KERNEL_ENTRY is the kernel's entry point.
 */
typedef unsigned int u32;
typedef unsigned long long u64;

#define FIRST_CUT 0x210000ull /* both within the kernel's image, which begins at 2 MiB */
#define SECOND_CUT 0x230000ull
#define MOST 32

struct entry {
	u64 base, bytes;
	u32 type, reserved;
};

struct start_info {
	u32 magic, version, flags, modules;
	u64 module_list, command_line, rsdp, map;
	u32 entries, reserved;
};

static struct entry map[MOST + 2];
extern void cut_map(struct start_info *info) __attribute__((used));

__asm__(".section .note.pvh, \"a\", @note\n"
	"	.long 4, 4, 18\n"
	"	.asciz \"Xen\"\n"
	"	.long _start\n"
	"	.text\n"
	"	.globl _start\n"
	"_start:\n"
	"	movl $stack_top, %esp\n"
	"	pushl %ebx\n"
	"	call cut_map\n"
	"	popl %ebx\n"
	"	movl $" KERNEL_ENTRY ", %ecx\n"
	"	jmp *%ecx\n"
	"	.bss\n"
	"	.balign 16\n"
	"	.skip 1024\n"
	"stack_top:\n"
	"	.text\n");

void cut_map(struct start_info *info)
{
	const struct entry *from = (const struct entry *)(u32)info->map;
	u32 count = 0;

	for (u32 i = 0; i < info->entries && i < MOST; i++) {
		u64 end = from[i].base + from[i].bytes;

		if (from[i].type != 1 || from[i].base > FIRST_CUT || end < SECOND_CUT) {
			map[count++] = from[i];
			continue;
		}
		map[count++] = (struct entry){SECOND_CUT, end - SECOND_CUT, 1, 0};
		map[count++] =
			(struct entry){FIRST_CUT + HOLE, SECOND_CUT - FIRST_CUT - HOLE, 1, 0};
		map[count++] = (struct entry){from[i].base, FIRST_CUT - from[i].base, 1, 0};
	}
	info->map = (u32)map;
	info->entries = count;
}
