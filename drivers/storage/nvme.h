/* An NVMe controller and its first namespace. Source: NVM Express Base Specification 1.4. */
#pragma once
#include "lib/device/device.h"
#include "drivers/storage/disk.h"

extern const struct disk_driver nvme;

/* Takes the claimed device; `badged` is signalled when pieces have ended. */
enum microk_status nvme_open(struct device *d, cap_t badged);
