/* The rings that system.conf gives to this driver, one for each client that has declared one (docs/system-conf.md). */
#pragma once
#include "drivers/storage/kept.h"
#include "lib/driver/dma.h"

/* Binds the ring of a client. `range`: the part of the disk that its requests refer to. `takes_over`: an earlier instance
 * served it. Returns the requests found in *found. ERR_NOT_FOUND: the client has no ring; ERR_STATE: it is busy with another
 * range; ERR_LIMIT. */
enum microk_status rings_bind(struct kept *kept, struct dma *dma, const struct binding *binding, const struct ring_range *range,
			      bool takes_over, u32 *found);
