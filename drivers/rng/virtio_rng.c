/*
 * One request in the queue at a time: a buffer that the device fills. The device is not trusted: an index, an id or a length
 * that it writes is checked before it is used.
 */
#include "drivers/rng/virtio_rng.h"
#include "lib/device/virtio_pci.h"
#include "lib/microk/string.h"

/* The grant "dma". */
struct memory {
	struct virtio_descriptor descriptor[VIRTIO_QUEUE_MAX];
	struct virtio_available available __attribute__((aligned(4096)));
	struct virtio_used used __attribute__((aligned(4096)));
	u8 bytes[RNG_BYTES] __attribute__((aligned(4096)));
};

static struct device *device;
static struct virtio virtio;
static volatile struct memory *memory;
static u16 entries, asked, used; /* indices as far as they were filled and read */

static u64 address_of(const volatile void *at)
{
	return device->memory_address + (u64)((const volatile u8 *)at - (volatile u8 *)memory);
}

static enum microk_status find(struct device *d, cap_t badged)
{
	enum microk_status status = virtio_find(&virtio, d, false);

	device = d;
	if (status == OK)
		status = virtio_reset(&virtio);
	if (status == OK)
		status = device_message(d, badged);
	return status == OK ? device_master(d, false) : status;
}

enum microk_status virtio_rng_start(struct device *d, cap_t badged)
{
	u64 features;
	enum microk_status status = find(d, badged);

	/* From here on the device reaches no memory that it had from an earlier start. */
	if (status == OK)
		status = device_map_memory(d, sizeof(struct memory), "16K");
	if (status == OK)
		status = virtio_features(&virtio, 0, &features);
	if (status != OK)
		return status;
	memory = (volatile struct memory *)d->memory;
	memset((void *)memory, 0, sizeof(*memory));
	asked = used = 0;
	status = virtio_queue(&virtio, address_of(memory->descriptor),
			      address_of(&memory->available), address_of(&memory->used), &entries);
	if (status == OK)
		status = device_master(d, true);
	return status == OK ? virtio_go(&virtio) : status;
}

void virtio_rng_ask(void)
{
	memory->descriptor[0].address = address_of(memory->bytes);
	memory->descriptor[0].bytes = RNG_BYTES;
	memory->descriptor[0].flags = VIRTIO_DEVICE_WRITES;
	memory->available.ring[asked++ % entries] = 0;
	/* The descriptor is complete before the device can find it. */
	__atomic_thread_fence(__ATOMIC_RELEASE);
	memory->available.index = asked;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	*virtio.bell = 0;
}

enum microk_status virtio_rng_take(u8 bytes[RNG_BYTES], u32 *count)
{
	u16 index = memory->used.index;

	if (index == used)
		return ERR_NOT_FOUND;
	if ((u16)(index - used) > (u16)(asked - used))
		return ERR_PROTOCOL;
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	u32 id = memory->used.ring[used % entries].id;
	*count = memory->used.ring[used % entries].bytes;
	if (id != 0 || *count == 0 || *count > RNG_BYTES)
		return ERR_PROTOCOL;
	used++;
	for (u32 i = 0; i < *count; i++) {
		bytes[i] = memory->bytes[i];
		memory->bytes[i] = 0;
	}
	return OK;
}

void virtio_rng_stop(void)
{
	device_master(device, false);
}
