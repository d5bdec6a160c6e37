/* Around the driver of a virtio disk: a device that is found, reset and started, and does nothing by itself. */
#include "virtio_fakes.h"
#include "lib/microk/print.h"
#include "unit.h"

#define MEMORY (256u << 10)

static SHARED u8 room[MEMORY + PAGE_SIZE];
SHARED u8 *device_memory;
SHARED u64 descriptors_at, available_at, used_at;
SHARED u64 features_offered = 1ul << VIRTIO_F_VERSION_1;
SHARED u16 queue_entries = 16;
SHARED u32 rings;
SHARED struct disk_piece piece;
SHARED struct ended ended[ENDED_MOST];
SHARED u32 ended_count;
SHARED bool submits_again;
SHARED u32 taken_again;

static struct device device;
static u16 bell;

enum microk_status virtio_find(struct virtio *v, struct device *d, bool has_config)
{
	(void)has_config;
	v->device = d;
	v->bell = &bell;
	return OK;
}
enum microk_status virtio_reset(struct virtio *v)
{
	return (void)v, OK;
}
enum microk_status virtio_features(struct virtio *v, u64 wanted, u64 *features)
{
	*features = features_offered & (wanted | 1ul << VIRTIO_F_VERSION_1);
	return (void)v, OK;
}
enum microk_status virtio_queue(struct virtio *v, u64 descriptors, u64 available, u64 used,
				u16 *entries)
{
	(void)v;
	descriptors_at = descriptors;
	available_at = available;
	used_at = used;
	*entries = MIN(*entries, queue_entries);
	return OK;
}
enum microk_status virtio_go(struct virtio *v)
{
	return (void)v, OK;
}
u64 virtio_config(struct virtio *v, u32 at, u32 bytes)
{
	return (void)v, at == 0 && bytes == 8 ? 1ul << 30 : 64; /* sectors */
}
enum microk_status device_master(struct device *d, bool on)
{
	return (void)d, (void)on, OK;
}
enum microk_status device_message(struct device *d, cap_t badged)
{
	return (void)d, (void)badged, OK;
}
enum microk_status device_map_memory(struct device *d, u64 bytes, const char *declared)
{
	(void)declared;
	if (bytes > MEMORY)
		return ERR_MEMORY;
	device_memory = (u8 *)ALIGN_UP((u64)room, (u64)PAGE_SIZE);
	d->memory = device_memory;
	d->memory_address = DMA;
	d->memory_bytes = bytes;
	return OK;
}
void print(const char *fmt, ...)
{
	(void)fmt;
}

static void end(u32 tag, enum microk_status status)
{
	if (ended_count < ENDED_MOST)
		ended[ended_count++] = (struct ended){tag, status};
	if (submits_again) {
		submits_again = false;
		taken_again += virtio_blk.submit(tag, &piece);
	}
}

enum microk_status start_disk(void)
{
	static struct disk_info info;
	enum microk_status status = virtio_blk_open(&device, 1);

	return status == OK ? virtio_blk.start(&info) : status;
}

bool submit_piece(u32 tag)
{
	return virtio_blk.submit(tag, &piece);
}

u32 submit_many(u32 first, u32 count)
{
	u32 taken = 0;

	while (taken < count && virtio_blk.submit((first + taken) % DISK_TAGS, &piece))
		taken++;
	return taken;
}

void ring_bell(void)
{
	bell = 7;
	virtio_blk.kick();
	rings += bell == 0;
}

bool poll_disk(void)
{
	return virtio_blk.poll(end);
}
