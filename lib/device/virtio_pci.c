#include "lib/device/virtio_pci.h"
#include "gen/protocols/pci_client.h"
#include "lib/microk/print.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"

#define CAPABILITY_VENDOR 9
enum { CAP_COMMON = 1, CAP_NOTIFY = 2, CAP_DEVICE = 4 };

/* A capability of the vendor (VIRTIO 1.1, 4.1.4). */
#define CAP_TYPE 3
#define CAP_BAR 4
#define CAP_OFFSET 8
#define CAP_LENGTH 12
#define CAP_MULTIPLIER 16

/* The common configuration (VIRTIO 1.1, 4.1.4.3). */
enum {
	DEVICE_FEATURE_SELECT = 0,
	DEVICE_FEATURE = 4,
	DRIVER_FEATURE_SELECT = 8,
	DRIVER_FEATURE = 12,
	CONFIG_VECTOR = 16,
	DEVICE_STATUS = 20,
	CONFIG_GENERATION = 21,
	QUEUE_SELECT = 22,
	QUEUE_SIZE = 24,
	QUEUE_VECTOR = 26,
	QUEUE_ENABLE = 28,
	QUEUE_NOTIFY = 30,
	QUEUE_DESCRIPTORS = 32,
	QUEUE_AVAILABLE = 40,
	QUEUE_USED = 48,
	COMMON_BYTES = 56
};

enum { STATUS_ACKNOWLEDGE = 1, STATUS_DRIVER = 2, STATUS_DRIVER_OK = 4, STATUS_FEATURES_OK = 8 };

#define NO_VECTOR 0xffffu
#define RESET_MICROSECONDS 5000000ul

/* ---- Registers ---- */

static u32 read4(const volatile u8 *at)
{
	return *(const volatile u32 *)at;
}

static u16 read2(const volatile u8 *at)
{
	return *(const volatile u16 *)at;
}

static void write4(volatile u8 *at, u32 value)
{
	*(volatile u32 *)at = value;
}

static void write2(volatile u8 *at, u16 value)
{
	*(volatile u16 *)at = value;
}

static void write8(volatile u8 *at, u64 value)
{
	write4(at, (u32)value);
	write4(at + 4, (u32)(value >> 32));
}

/* ---- Finding them ---- */

static u32 field(const u8 *capability, u32 at)
{
	u32 value;

	memcpy(&value, capability + at, sizeof(value));
	return value;
}

/* The first of its type that can be mapped counts. */
static void take(struct virtio *v, const u8 *c, size_t length)
{
	u32 bar = c[CAP_BAR], offset = field(c, CAP_OFFSET), bytes = field(c, CAP_LENGTH);

	switch (c[CAP_TYPE]) {
	case CAP_COMMON:
		if (!v->common && bytes >= COMMON_BYTES)
			v->common = device_registers(v->device, bar, offset, bytes);
		return;
	case CAP_NOTIFY:
		if (v->notify || length < CAP_MULTIPLIER + 4)
			return;
		v->notify = device_registers(v->device, bar, offset, bytes);
		v->notify_multiplier = field(c, CAP_MULTIPLIER);
		v->notify_bytes = bytes;
		return;
	case CAP_DEVICE:
		if (v->config)
			return;
		v->config = device_registers(v->device, bar, offset, bytes);
		v->config_bytes = bytes;
		return;
	}
}

enum microk_status virtio_find(struct virtio *v, struct device *d, bool has_config)
{
	struct pci_capability_result c;
	struct pci_capability_args args = {.id = CAPABILITY_VENDOR};

	*v = (struct virtio){.device = d};
	for (; DEVICE_CALL(pci_capability(d->pci, &args, &c)) == OK; args.index++)
		if (c.data_length >= CAP_LENGTH + 4)
			take(v, c.data, c.data_length);
	return v->common && v->notify && (v->config || !has_config) ? OK : ERR_NOT_FOUND;
}

/* ---- Starting the device ---- */

enum microk_status virtio_reset(struct virtio *v)
{
	u64 since = device_time();

	v->common[DEVICE_STATUS] = 0;
	while (v->common[DEVICE_STATUS] != 0)
		if (device_is_late(since, RESET_MICROSECONDS))
			return ERR_DEADLINE;
	return OK;
}

static void add_status(struct virtio *v, u8 bit)
{
	v->common[DEVICE_STATUS] = (u8)(v->common[DEVICE_STATUS] | bit);
}

static u64 offered_features(struct virtio *v)
{
	u64 offered = 0;

	add_status(v, STATUS_ACKNOWLEDGE);
	add_status(v, STATUS_DRIVER);
	for (u32 half = 0; half < 2; half++) {
		write4(v->common + DEVICE_FEATURE_SELECT, half);
		offered |= (u64)read4(v->common + DEVICE_FEATURE) << half * 32;
	}
	return offered;
}

enum microk_status virtio_features(struct virtio *v, u64 wanted, u64 *features)
{
	const u64 modern = 1ul << VIRTIO_F_VERSION_1, by_unit = 1ul << VIRTIO_F_ACCESS_PLATFORM;

	*features = offered_features(v) & (wanted | modern | by_unit);
	if (!(*features & modern)) {
		print("%s: the device is a legacy one (virtio before 1.0), which has no "
		      "driver; start it with disable-legacy=on\n",
		      startup->program);
		return ERR_NOT_FOUND;
	}
	if (v->device->dma.is_translated && !(*features & by_unit)) {
		print("%s: the device would reach memory past the machine's VT-d unit; "
		      "start it with iommu_platform=on\n",
		      startup->program);
		return ERR_DENIED;
	}
	for (u32 half = 0; half < 2; half++) {
		write4(v->common + DRIVER_FEATURE_SELECT, half);
		write4(v->common + DRIVER_FEATURE, (u32)(*features >> half * 32));
	}
	add_status(v, STATUS_FEATURES_OK);
	return v->common[DEVICE_STATUS] & STATUS_FEATURES_OK ? OK : ERR_IO;
}

enum microk_status virtio_queue(struct virtio *v, u64 descriptors, u64 available, u64 used,
				u16 *entries)
{
	volatile u8 *c = v->common;

	write2(c + CONFIG_VECTOR, NO_VECTOR);
	write2(c + QUEUE_SELECT, 0);
	u16 size = read2(c + QUEUE_SIZE);
	if (size == 0 || (size & (size - 1)) != 0)
		return ERR_IO;
	*entries = MIN(size, (u16)VIRTIO_QUEUE_MAX);
	write2(c + QUEUE_SIZE, *entries);
	write2(c + QUEUE_VECTOR, 0);
	if (read2(c + QUEUE_VECTOR) != 0)
		return ERR_IO;
	write8(c + QUEUE_DESCRIPTORS, descriptors);
	write8(c + QUEUE_AVAILABLE, available);
	write8(c + QUEUE_USED, used);
	u64 bell = (u64)read2(c + QUEUE_NOTIFY) * v->notify_multiplier;
	if (bell + 2 > v->notify_bytes)
		return ERR_IO;
	v->bell = (volatile u16 *)(v->notify + bell);
	write2(c + QUEUE_ENABLE, 1);
	return OK;
}

enum microk_status virtio_go(struct virtio *v)
{
	add_status(v, STATUS_DRIVER_OK);
	return v->common[DEVICE_STATUS] & STATUS_DRIVER_OK ? OK : ERR_IO;
}

/* ---- The device's own configuration ---- */

u64 virtio_config(struct virtio *v, u32 at, u32 bytes)
{
	u64 value = 0;

	if (at + bytes > v->config_bytes)
		return 0;
	/* Fields of 8 bytes are read in two halves, which belong together if the generation stays. */
	for (u32 i = 0; i < 8; i++) {
		u8 before = v->common[CONFIG_GENERATION];

		switch (bytes) {
		case 1: value = v->config[at]; break;
		case 2: value = read2(v->config + at); break;
		case 4: value = read4(v->config + at); break;
		default: value = read4(v->config + at) | (u64)read4(v->config + at + 4) << 32;
		}
		if (v->common[CONFIG_GENERATION] == before)
			break;
	}
	return value;
}
