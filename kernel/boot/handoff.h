/* The boot loader's information, by either protocol (multiboot2 by GRUB; PVH by QEMU's -kernel). Framebuffer and
 * command line go straight to the information area. */
#pragma once
#include "microk/types.h"
#include "x86/layout.h"

#define HANDOFF_RANGES 128

struct handoff {
	const char *loader; /* "multiboot2" or "PVH" */
	struct phys_range ram[HANDOFF_RANGES]; /* usable memory, ascending, page-aligned inwards */
	u32 ram_count;
	/* For what is not memory (boot/device_memory.c). Page-aligned outwards, in the loader's order. */
	struct phys_range reserved[HANDOFF_RANGES];
	u32 reserved_count;
	u64 low_end, high_end; /* where memory of any kind ends, below 4 GiB and above; also memory that is not used */
	struct phys_range archive; /* the boot archive (first module), not page-aligned; empty if none */
	u64 rsdp_phys;             /* 0 if the loader gave none */
	u64 framebuffer;           /* physical address; the rest of it is in the information area */
};

extern struct handoff handoff;

/* Fills `handoff` from the loader's structures (magic names the protocol); runs on the early tables,
 * where the first 4 GiB of physical memory are in the physical map. Panics on an unknown magic. */
void handoff_read(u32 magic, u64 info_phys);

/* Refuses a machine without memory or without a boot archive. It is not part of the reading, so that the screen is known by
 * then. */
void handoff_check(void);
