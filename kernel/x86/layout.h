/*
 * Where things are in the kernel's half of every address space.
 *
 *   0x0000000000000000 - USER_TOP            user
 *   0xffff800000000000 - +physical memory    the physical map: RW, NX; the kernel's own text
 *                                            and read-only data are read-only here too
 *   0xfffffe0000000000 -                     device registers of the kernel (local APIC, I/O APIC)
 *   0xffffffff80000000 - end of the image    the kernel: text RX, rodata R, data RW
 *
 * All kernel mappings are made at boot and shared by every address space: the top-level
 * entry of each of the three is copied into each new AddressSpace and never changes afterwards.
 */
#pragma once
#include "microk/types.h"

#define PHYS_MAP 0xffff800000000000ul
/* Memory beyond this address is not used, so that 32 bits count the slots that name an object (cap/reap.c). */
#define PHYS_MAP_BYTES (1ul << 38)
#define DEVICE_MAP 0xfffffe0000000000ul
#define KERNEL_BASE 0xffffffff80000000ul

struct phys_range {
	u64 start, end;
};

static inline void *phys_to_virt(u64 phys) { return (void *)(phys + PHYS_MAP); }
/* Of an address in the physical map (objects); never of one in the kernel image. */
static inline u64 virt_to_phys(const void *p) { return (u64)p - PHYS_MAP; }
/* Of an address in the kernel image. */
static inline u64 image_to_phys(const void *p) { return (u64)p - KERNEL_BASE; }
