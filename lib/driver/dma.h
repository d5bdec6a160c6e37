/* The memory that a driver's device reaches. */
#pragma once
#include "microk/error.h"
#include "microk/types.h"

struct dma {
	cap_t space;        /* the IoSpace of the device */
	bool is_translated; /* a unit translates the device's addresses; known after the first mapping */
};

/* Lets the device read and write the Frame, whose capability must not be mapped otherwise. *address is where the driver would
 * like it, and then where the device finds it: elsewhere if no unit translates. Makes the tables that are missing of the
 * program's own memory. Without a unit, the pages of one Frame follow each other, and two Frames need not. */
enum microk_status dma_map(struct dma *d, cap_t frame, u64 *address);
