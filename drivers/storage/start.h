/* Finds the disk's device among the grants, starts it, and reads from it before anything else uses it. */
#pragma once
#include "lib/device/device.h"
#include "drivers/storage/disk.h"

/* The driver of the device that was found, started; NULL: there is none, or it does not work. `badged` will be signalled. */
const struct disk_driver *start_device(cap_t badged, struct disk_info *info);

/* Resets the PCI function of a device that does not answer, where that is possible. */
void start_reset(void);

/* The memory that the device reaches. */
struct dma *start_dma(void);

/* Reads from the disk and waits for the end; see partitions.h. A failure is reported on the log. */
bool start_read(u64 sector, void *to, u32 bytes);
/* Whether a read has failed. */
bool start_read_failed(void);
