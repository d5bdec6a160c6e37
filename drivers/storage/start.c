#include "drivers/storage/start.h"
#include "drivers/storage/nvme.h"
#include "drivers/storage/virtio_blk.h"
#include "lib/microk/ipc.h"
#include "lib/microk/print.h"
#include "lib/microk/string.h"

#define READ_MICROSECONDS 10000000ul

static const struct {
	const char *grant; /* the name of a line `device` */
	const struct disk_driver *driver;
	enum microk_status (*open)(struct device *d, cap_t badged);
} kinds[] = {
	{"virtio", &virtio_blk, virtio_blk_open},
	{"nvme", &nvme, nvme_open},
};

static struct device device;
static const struct disk_driver *driver;
static struct disk_limits limits;
static bool has_ended, has_failed;
static enum microk_status ended_with;

struct dma *start_dma(void)
{
	return &device.dma;
}

const struct disk_driver *start_device(cap_t badged, struct disk_info *info)
{
	bool is_named = false;

	for (u32 i = 0; i < ARRAY_LEN(kinds); i++) {
		enum microk_status status = device_claim(&device, kinds[i].grant);

		is_named |= device.pci != 0;
		if (status == ERR_NOT_FOUND)
			continue;
		if (status == OK)
			status = kinds[i].open(&device, badged);
		if (status == OK)
			status = kinds[i].driver->start(info);
		if (status == OK) {
			driver = kinds[i].driver;
			limits = info->limits;
			return driver;
		}
		print("storage: the device %04x:%04x cannot be used: %s\n", device.id & 0xffff,
		      device.id >> 16, status_text(status));
	}
	if (!is_named)
		print("storage: no line \"device virtio\" or \"device nvme\" in system.conf names "
		      "its disk\n");
	return NULL;
}

/* A function that cannot be reset is reset in the device's own way, when its driver starts it. */
void start_reset(void)
{
	device_master(&device, false);
	device_reset(&device);
}

static void ended(u32 tag, enum microk_status status)
{
	(void)tag;
	has_ended = true;
	ended_with = status;
}

/* The device must not end a command later that a piece of a request has taken the tag of. */
static const char *restart(const char *why)
{
	static struct disk_info again;

	start_reset();
	return driver->start(&again) == OK ? why : "the device does not start again";
}

/* One command: `bytes` from a sector into the spare memory. Returns NULL, or the reason why it has failed. */
static const char *read_once(u64 sector, u32 bytes)
{
	static struct disk_piece piece; /* too large for the stack */
	u64 since = device_time();

	piece = (struct disk_piece){
		.op = DISK_READ,
		.parts = 1,
		.sector = sector,
		.sectors = bytes / (u32)DISK_SECTOR,
		.part = {{.address = device.memory_address + device.memory_bytes - DISK_SPARE,
			  .bytes = bytes}}};
	has_ended = false;
	if (!driver->submit(0, &piece))
		return "the device takes no command";
	driver->kick();
	while (!has_ended) {
		if (!driver->poll(ended))
			return restart("the device does not keep to its protocol");
		if (!has_ended && device_is_late(since, READ_MICROSECONDS))
			return restart("the device does not answer");
	}
	return ended_with == OK ? NULL : "the device reports an error";
}

bool start_read(u64 sector, void *to, u32 bytes)
{
	u32 most = MIN(limits.sectors * (u32)DISK_SECTOR, limits.part_bytes);

	most = MIN(most, DISK_SPARE);
	for (u32 done = 0; done < bytes; done += most) {
		u32 now = MIN(bytes - done, most);
		const char *why = read_once(sector + done / DISK_SECTOR, now);

		if (why) {
			has_failed = true;
			print("storage: sector %lu cannot be read: %s\n",
			      sector + done / DISK_SECTOR, why);
			return false;
		}
		memcpy((u8 *)to + done, device.memory + device.memory_bytes - DISK_SPARE, now);
	}
	return true;
}

bool start_read_failed(void)
{
	return has_failed;
}
