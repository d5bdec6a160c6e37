/* What the boot loader handed over, whichever protocol it spoke
 * (multiboot2 by GRUB; PVH by QEMU's -kernel). */
#pragma once
#include "microk/types.h"

#define HANDOFF_RANGES 64

struct phys_range {
	u64 start, end;
};

struct handoff {
	const char *loader; /* "multiboot2" or "PVH" */
	struct phys_range ram[HANDOFF_RANGES]; /* usable memory, ascending, page-aligned inwards */
	u32 ram_count;
	struct phys_range archive; /* the boot archive (first module), not page-aligned; empty if none */
	u64 rsdp_phys;             /* 0 if the loader gave none */
	char command_line[256];
	u64 fb_phys; /* linear framebuffer; 0 if none */
	u32 fb_width, fb_height, fb_pitch, fb_bpp;
	u8 fb_red_pos, fb_green_pos, fb_blue_pos;
};

extern struct handoff handoff;

/* Fills `handoff` from the loader's structures (magic tells which); runs on the early tables,
 * where the first 4 GiB of physical memory are in the physical map. Panics on an unknown magic. */
void handoff_read(u32 magic, u64 info_phys);
