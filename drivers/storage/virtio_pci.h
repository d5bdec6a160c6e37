/* A modern virtio device on PCI. Source: OASIS, Virtual I/O Device (VIRTIO) Version 1.1, 4.1 (PCI), 2.6 (split virtqueues),
 * 3.1 (start). */
#pragma once
#include "drivers/storage/device.h"

#define VIRTIO_F_INDIRECT 28
#define VIRTIO_F_VERSION_1 32
#define VIRTIO_F_ACCESS_PLATFORM 33

#define VIRTIO_QUEUE_MAX 256

/* Layout of a queue in memory that the device reads (descriptors, available) or writes (used); little-endian, as this processor. */
struct virtio_descriptor {
	u64 address;
	u32 bytes;
	u16 flags;
	u16 next;
};
#define VIRTIO_NEXT 1u
#define VIRTIO_DEVICE_WRITES 2u
#define VIRTIO_INDIRECT 4u

struct virtio_available {
	u16 flags, index;
	u16 ring[VIRTIO_QUEUE_MAX];
};

struct virtio_used {
	u16 flags, index;
	struct {
		u32 id, bytes;
	} ring[VIRTIO_QUEUE_MAX];
};

struct virtio {
	struct device *device;
	volatile u8 *common, *notify, *config;
	u32 notify_multiplier, notify_bytes, config_bytes;
	volatile u16 *bell; /* of queue 0 */
};

/* Finds the registers. ERR_NOT_FOUND: the device is not modern. */
enum microk_status virtio_find(struct virtio *v, struct device *d);

/* Resets the device and waits until it is reset. ERR_DEADLINE: it does not answer. */
enum microk_status virtio_reset(struct virtio *v);

/* The features that the device offers; takes `wanted` of them, which must be among these. ERR_IO: the device does not take them. */
u64 virtio_offered(struct virtio *v);
enum microk_status virtio_negotiate(struct virtio *v, u64 wanted);

/* Queue 0, whose parts the device finds at these addresses. Its entries: at most VIRTIO_QUEUE_MAX; message 0 reports used ones. */
enum microk_status virtio_queue(struct virtio *v, u64 descriptors, u64 available, u64 used, u16 *entries);

/* The device may work. */
enum microk_status virtio_go(struct virtio *v);

/* A field of the device's own configuration; 0 if it has none there. `bytes`: 1, 2, 4 or 8. */
u64 virtio_config(struct virtio *v, u32 at, u32 bytes);
