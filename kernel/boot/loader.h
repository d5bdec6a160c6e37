/* Between handoff.c and the two protocols it understands. */
#pragma once
#include "boot/handoff.h"

#define MULTIBOOT2_MAGIC 0x36d76289
#define PVH_MAGIC 0x336ec578

void multiboot2_read(u64 info_phys);
void pvh_read(u64 info_phys);

/* Both loaders report memory by the types of ACPI 6.5, table 15.10; 1 is usable. What is
 * reported both as usable and as something else is not used. */
void handoff_add_range(u64 start, u64 bytes, u32 type);

/* Copies at most `max` bytes of the text at `text`. */
void handoff_set_command_line(const char *text, size_t max);
