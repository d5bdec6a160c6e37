/* A virtio block device. Source: OASIS, Virtual I/O Device (VIRTIO) Version 1.1, 5.2. */
#pragma once
#include "lib/device/device.h"
#include "drivers/storage/disk.h"

extern const struct disk_driver virtio_blk;

/* Takes the claimed device; `badged` is signalled when pieces have ended. */
enum microk_status virtio_blk_open(struct device *d, cap_t badged);
