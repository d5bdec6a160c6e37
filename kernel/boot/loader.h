/* The interface between handoff.c and the readers of the two protocols. */
#pragma once
#include "boot/handoff.h"

#define MULTIBOOT2_MAGIC 0x36d76289
#define PVH_MAGIC 0x336ec578

/* Both report memory alike, by the types of ACPI 6.5, table 15.10; 1 is usable. */
struct memory_entry {
	u64 base, bytes;
	u32 type, reserved;
};

void multiboot2_read(u64 info_phys);
void pvh_read(u64 info_phys);

/* An entry of the loader's map, in any order. All entries are passed to it twice: first the usable ones are collected, then
 * all others are removed from them. */
void handoff_memory(const struct memory_entry *e, bool usable);
void handoff_set_command_line(const char *text);
