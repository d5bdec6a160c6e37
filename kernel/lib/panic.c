/* The end of the kernel: prints the reason and a backtrace. Pintos translates addresses on the host,
 * HinaOS carries a symbol table in the image; raw addresses keep the image small, and a tool on
 * the host has the names. */
#include "lib/panic.h"
#include "lib/log.h"
#include "lib/machine.h"
#include "lib/upward.h"
#include "screen/screen.h"
#include "x86/image.h"

#define PANIC_EXIT 0x7f
#define MAX_FRAMES 32

static u32 panics;

void panic_begin(void)
{
	if (panics++)
		machine_exit(PANIC_EXIT);
	log_at_once();
	screen_take();
	kprintf("\nKERNEL PANIC: ");
}

/* Frames lie on the stacks, which lie in the image; each is above the one before. */
static bool frame_is_sane(u64 rbp, u64 before)
{
	return rbp % 8 == 0 && rbp > before && rbp >= (u64)__data_start &&
	       rbp + 16 <= (u64)__image_end;
}

_Noreturn void panic_end(u64 rbp)
{
	u64 before = 0;

	for (u32 i = 0; i < MAX_FRAMES && frame_is_sane(rbp, before); i++) {
		const u64 *frame = (const u64 *)rbp;

		if (frame[1])
			kprintf("  at %p\n", (void *)frame[1]);
		before = rbp;
		rbp = frame[0];
	}
	upward.print_current();
	machine_exit(PANIC_EXIT);
}

_Noreturn void refuse(const char *format, ...)
{
	va_list args;

	screen_take();
	kprintf("\nMicroK cannot run on this machine: ");
	va_start(args, format);
	vkprintf(format, args);
	va_end(args);
	kprintf(".\n");
	machine_exit(PANIC_EXIT);
}

_Noreturn void panic(const char *format, ...)
{
	va_list args;

	panic_begin();
	va_start(args, format);
	vkprintf(format, args);
	va_end(args);
	kprintf("\n");
	panic_end((u64)__builtin_frame_address(0));
}
