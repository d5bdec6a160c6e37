/* The places of devices' registers, which the root task gets as device Untyped. */
#pragma once
#include "x86/layout.h"

#define DEVICE_PIECES 16

struct device_memory {
	struct phys_range screen, ecam; /* empty: there is none, or none that can be used */
	struct phys_range low[DEVICE_PIECES]; /* the rest below 4 GiB, ascending */
	struct phys_range high[DEVICE_PIECES];
	u32 low_count, high_count;
};

/* From the loader's and ACPI's facts. `screen` has the framebuffer; addresses end at `address_end`. */
void device_memory_find(struct device_memory *d, struct phys_range screen, u64 address_end);
