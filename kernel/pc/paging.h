/* The kernel's own page tables (see x86/layout.h). */
#pragma once
#include "microk/types.h"
#include "x86/layout.h"

/* Builds the final kernel tables and loads them; the physical map shows these ranges. The memory of tables comes from `take`, which
 * gives zeroed memory, and is called at boot only. After state_init: no-execute is on, and entry 4 of the
 * PAT (the PTE's PAT bit) is write-combining. */
void paging_init(const struct phys_range *ram, u32 count, u64 (*take)(size_t bytes, size_t align));

/* The kernel's top-level table: every AddressSpace copies its upper half. It lies in the
 * image (image_to_phys gives its address for CR3). */
extern u64 kernel_pml4[512];

/* Maps device registers (uncached) into DEVICE_MAP; at boot only. */
void *paging_map_device(u64 phys, size_t bytes);

/* Shows a table of the firmware, wherever it lies, to read; at boot only. NULL where it cannot be shown. */
const void *paging_map_firmware(u64 phys, size_t bytes);
