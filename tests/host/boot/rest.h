/* The rest of the kernel as the boot's memory code needs it, for tests that include this once. */
#pragma once
#include "boot/handoff.h"
#include "boot/loader.h"
#include "x86/cpu.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct cpu_area cpu_area;
char __text_start[1], __image_end[1];
static u32 messages; /* printed since the last memory map */

void kprintf(const char *format, ...)
{
	(void)format;
	messages++;
}

static _Noreturn void end(const char *format, va_list args)
{
	vprintf(format, args);
	putchar('\n');
	exit(1);
}

_Noreturn void refuse(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	end(format, args);
}

_Noreturn void panic(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	end(format, args);
}

void multiboot2_read(u64 info_phys)
{
	(void)info_phys;
}

void pvh_read(u64 info_phys)
{
	(void)info_phys;
}

/* As the loaders' readers do: the usable entries first. */
static void read_map(const struct memory_entry *map, u32 count)
{
	memset(&handoff, 0, sizeof(handoff));
	messages = 0;
	for (int usable = 1; usable >= 0; usable--)
		for (u32 i = 0; i < count; i++)
			handoff_memory(&map[i], usable);
}
