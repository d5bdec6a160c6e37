/* Between handoff.c and the two protocols it understands. */
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

/* The next entry of the loader's map. GRUB and SeaBIOS sort theirs and resolve what overlaps;
 * usable memory that does not ascend is a panic, for it may be in use. */
void handoff_add_memory(const struct memory_entry *e);
void handoff_set_command_line(const char *text);
