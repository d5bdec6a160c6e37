/* A modern virtio device on PCI. Source: OASIS, Virtual I/O Device (VIRTIO) Version 1.1, 4.1 (PCI), 2.6 (split virtqueues),
 * 3.1 (start). */
#pragma once
#include "lib/device/device.h"

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

/* Finds the registers. ERR_NOT_FOUND: the device is not modern, or lacks a configuration of its own, which `has_config` expects. */
enum microk_status virtio_find(struct virtio *v, struct device *d, bool has_config);

/* Resets the device and waits until it is reset. ERR_DEADLINE: it does not answer. */
enum microk_status virtio_reset(struct virtio *v);

/* Agrees on the features of the mask `wanted` that the device offers; VIRTIO_F_VERSION_1 and VIRTIO_F_ACCESS_PLATFORM are always
 * wanted. ERR_NOT_FOUND: the device is a legacy one; ERR_DENIED: it would reach memory past the machine's unit; both are reported
 * on the log. ERR_IO: it does not agree. Call it after device_map_memory, which finds the unit. */
enum microk_status virtio_features(struct virtio *v, u64 wanted, u64 *features);

/* Queue 0, whose parts the device finds at these addresses. Its entries: at most VIRTIO_QUEUE_MAX; message 0 reports used ones. */
enum microk_status virtio_queue(struct virtio *v, u64 descriptors, u64 available, u64 used, u16 *entries);

/* The device may work. */
enum microk_status virtio_go(struct virtio *v);

/* A field of the device's own configuration; 0 if it has none there. `bytes`: 1, 2, 4 or 8. */
u64 virtio_config(struct virtio *v, u32 at, u32 bytes);
