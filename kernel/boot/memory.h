/* The boot allocator: everything the kernel itself ever uses is taken here, before the
 * remaining memory becomes Untyped capabilities of the root task. Never used after that. */
#pragma once
#include "microk/types.h"
#include "boot/handoff.h"

/* Takes `handoff`'s RAM, less the first MiB, the kernel image and the archive. */
void boot_memory_init(void);

/* Zeroed physical memory, aligned (a power of two, at least 64). Refuses the machine when no memory is left. */
u64 boot_alloc(size_t bytes, size_t align);

/* Takes the largest range that is left, page-aligned; only after the last boot_alloc. False: no range is left. */
bool boot_memory_take(struct phys_range *out);

/* All RAM found, in bytes, for the information area. */
u64 boot_memory_total(void);
