/* The kernel's layout on a host: physical memory is one block, which the test allocates. */
#pragma once
#define phys_to_virt kernel_phys_to_virt
#define virt_to_phys kernel_virt_to_phys
#define image_to_phys kernel_image_to_phys
#include "../../../../../kernel/x86/layout.h"
#undef phys_to_virt
#undef virt_to_phys
#undef image_to_phys

#define HOST_MEMORY_BYTES (8ul << 20)
extern u8 *host_memory; /* aligned to 2 MiB */

static inline void *phys_to_virt(u64 phys) { return host_memory + phys; }
static inline u64 virt_to_phys(const void *p) { return (u64)((const u8 *)p - host_memory); }
static inline u64 image_to_phys(const void *p) { return (u64)p & 0xfffff000; }
