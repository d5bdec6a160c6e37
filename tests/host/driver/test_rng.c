/*
 * The driver of random numbers with a device that keeps to virtio's rules, one that is silent, and ones that lie: about the index
 * of the used ring, about the request that ended, about the number of bytes.
 */
#include "drivers/rng/virtio_rng.h"
#include "lib/device/virtio_pci.h"
#include "tests/host/check.h"
#include <string.h>

#define DMA 0x5000000ul
#define ENTRIES 8u

static _Alignas(4096) u8 room[64 * 1024];
static struct device device;
static u16 bell;
static bool has_bus;
static const char *declared_bytes;
static volatile struct virtio_used *used;
static volatile struct virtio_available *available;
static volatile struct virtio_descriptor *descriptors;

/* ---- The device ---- */

enum microk_status virtio_find(struct virtio *v, struct device *d, bool has_config)
{
	CHECK(!has_config);
	v->device = d;
	v->bell = &bell;
	return OK;
}
enum microk_status virtio_reset(struct virtio *v)
{
	(void)v;
	return OK;
}
enum microk_status virtio_features(struct virtio *v, u64 wanted, u64 *features)
{
	(void)v;
	*features = wanted;
	return OK;
}

static volatile void *at(u64 address)
{
	CHECK(address >= DMA && address < DMA + sizeof(room));
	return room + (address - DMA);
}

enum microk_status virtio_queue(struct virtio *v, u64 first, u64 second, u64 third, u16 *entries)
{
	(void)v;
	CHECK(!has_bus); /* the device must not look at a queue that is half made */
	descriptors = at(first);
	available = at(second);
	used = at(third);
	*entries = ENTRIES;
	return OK;
}
enum microk_status virtio_go(struct virtio *v)
{
	(void)v;
	CHECK(has_bus);
	return OK;
}
enum microk_status device_message(struct device *d, cap_t badged)
{
	CHECK(d == &device && badged == 7);
	return OK;
}
enum microk_status device_master(struct device *d, bool on)
{
	CHECK(d == &device);
	has_bus = on;
	return OK;
}
enum microk_status device_map_memory(struct device *d, u64 bytes, const char *declared)
{
	CHECK(bytes <= sizeof(room));
	declared_bytes = declared;
	CHECK(bytes <= 16 * 1024); /* as it is declared */
	d->memory = room;
	d->memory_address = DMA;
	return OK;
}

/* Does the oldest request with this id and number of bytes, and counts the ring's index on by `step`. */
static void answer(u32 id, u32 bytes, u16 step, u8 value)
{
	u16 index = used->index;

	if (descriptors[0].address)
		memset((void *)at(descriptors[0].address), value, RNG_BYTES);
	used->ring[index % ENTRIES].id = id;
	used->ring[index % ENTRIES].bytes = bytes;
	used->index = (u16)(index + step);
}

static void start(void)
{
	memset(room, 0xee, sizeof(room)); /* the rest of an instance before this one */
	has_bus = true;
	device = (struct device){0};
	CHECK(virtio_rng_start(&device, 7) == OK && has_bus);
	CHECK(strcmp(declared_bytes, "16K") == 0);
}

/* ---- The tests ---- */

static void test_well(void)
{
	u8 bytes[RNG_BYTES];
	u32 count;

	start();
	for (u32 i = 0; i < 70000; i++) { /* the indices go round */
		u32 wanted = 1 + i % RNG_BYTES;
		virtio_rng_ask();
		CHECK(available->index == (u16)(i + 1) && available->ring[i % ENTRIES] == 0);
		CHECK(descriptors[0].bytes == RNG_BYTES &&
		      descriptors[0].flags == VIRTIO_DEVICE_WRITES);
		CHECK(virtio_rng_take(bytes, &count) == ERR_NOT_FOUND);
		answer(0, wanted, 1, (u8)(i | 1));
		CHECK(virtio_rng_take(bytes, &count) == OK && count == wanted);
		CHECK(bytes[0] == (u8)(i | 1) && bytes[count - 1] == (u8)(i | 1));
		for (u32 k = 0; k < count; k++)
			CHECK(((volatile u8 *)at(descriptors[0].address))[k] == 0);
		CHECK(virtio_rng_take(bytes, &count) == ERR_NOT_FOUND);
	}
	virtio_rng_stop();
	CHECK(!has_bus);
}

static void test_lies(void)
{
	static const struct {
		u32 id, bytes;
		u16 step;
	} lies[] = {{0, 0, 1}, {0, RNG_BYTES + 1, 1}, {0, ~0u, 1},
		    {1, 8, 1}, {ENTRIES, 8, 1},       {~0u, 8, 1},
		    {0, 8, 2}, {0, 8, 0xffff},        {0, 8, 0x8000}};
	u8 bytes[RNG_BYTES];
	u32 count;

	for (u32 i = 0; i < ARRAY_LEN(lies); i++) {
		start();
		virtio_rng_ask();
		answer(lies[i].id, lies[i].bytes, lies[i].step, 1);
		CHECK(virtio_rng_take(bytes, &count) == ERR_PROTOCOL);
	}
	start(); /* an answer to nothing */
	answer(0, 8, 1, 1);
	CHECK(virtio_rng_take(bytes, &count) == ERR_PROTOCOL);
}

int main(void)
{
	test_well();
	test_lies();
	return check_result("rng");
}
