/*
 * The driver of a disk. Clients call it for the disk's form and for capabilities to partitions (protocols/disk.idl); their
 * data goes by rings (lib/driver/ring.h), past every message.
 *
 *   serve.c     protocol disk                     rings.c       the clients' rings and page pools
 *   requests.c  from rings to the device          partitions.c  GPT and MBR
 *   virtio_blk.c   virtio's block device          nvme.c, nvme_queue.c   NVMe
 *   kept.c      the state that outlives this instance
 *
 * A successor finds in memory of the service's own which rings were bound, and in the rings which requests are not done. It
 * resets the device, does these requests again, and goes on. No client notices.
 *
 * Weighed: MINIX 3's drivers keep nothing, and the file server's library (libbdev) repeats the calls that a dead driver had; each
 * client waits for the new driver and opens the disk again. Linux's drivers share one address space with their clients and are
 * not replaced.
 */
#include "lib/device/device.h"
#include "drivers/storage/kept.h"
#include "drivers/storage/requests.h"
#include "drivers/storage/serve.h"
#include "drivers/storage/start.h"
#include "lib/microk/ipc.h"
#include "lib/microk/print.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"

#define SIGNAL_DEVICE 1

#define ANSWER_MICROSECONDS 10000000ul /* a disk that spins up may take that long */

static u64 answer_microseconds;

static struct server server;
static bool has_disk;

/* ---- Work ---- */

/* The deadline is for a piece that was in flight when it was set, so the oldest one may be later. A dead device is tried again
 * after the same time. */
static void set_deadline(void)
{
	if (requests_in_flight() == 0 && !requests_are_dead())
		server.deadline = 0;
	else if (server.deadline == 0)
		server.deadline = device_deadline(device_time(), answer_microseconds);
}

static void restart_device(const char *why)
{
	print("storage: the device %s; it is reset, and its requests are repeated\n", why);
	start_reset();
	requests_restart();
	if (requests_are_dead())
		print("storage: the device does not start again; requests fail\n");
}

static void work(void)
{
	if (!has_disk)
		return;
	if (!requests_work())
		restart_device("does not keep to its protocol");
	set_deadline();
}

static void notified(u64 bits)
{
	if (bits & SIGNAL_DEVICE)
		device_acknowledge();
	work();
}

static void expired(void)
{
	u64 oldest = requests_oldest();

	if (requests_are_dead())
		requests_restart();
	else if (oldest && device_is_late(oldest, answer_microseconds))
		restart_device("does not answer");
	else if (oldest)
		server.deadline = device_deadline(oldest, answer_microseconds);
	work();
}

/* A request may have bound a ring that has requests already. */
static void dispatch(struct request *r)
{
	serve_dispatch(r);
	work();
}

/* ---- Start ---- */

static void read_partitions(struct kept *kept, const struct disk_info *info)
{
	if (kept->magic == KEPT_MAGIC && kept->sectors == info->sectors)
		return;
	kept->sectors = info->sectors;
	kept->count = partitions_find(start_read, info->sectors, info->block, kept->partition);
	if (kept->count == 0 && start_read_failed()) {
		print("storage: the disk's partitions are not known; the driver's next instance "
		      "reads them again\n");
		return;
	}
	__atomic_store_n(&kept->magic, KEPT_MAGIC, __ATOMIC_RELEASE);
}

static void report(const struct kept *kept, const struct disk_info *info, u32 found)
{
	if (found > 0)
		print("storage: replayed %u requests\n", found);
	else
		print("storage: %s, %lu MiB, %u partitions%s\n", info->kind, info->sectors / 2048,
		      kept->count, info->is_read_only ? ", read-only" : "");
}

static void start_disk(struct kept *kept, cap_t badged)
{
	static struct disk_info info;
	const struct disk_driver *driver = start_device(badged, &info);

	has_disk = driver;
	serve_init(kept, driver ? &info : NULL, start_dma());
	if (!driver)
		return;
	read_partitions(kept, &info);
	requests_init(driver, &info, &kept->counters, device_time);
	u32 found = serve_take_over();
	work();
	report(kept, &info, found);
}

int main(void)
{
	struct kept *kept = kept_find();
	cap_t notification = grant_find("wake"), badged;

	server = (struct server){
		.name = "storage",
		.endpoint = grant_find("disk"),
		.dispatch = dispatch,
		.notified = notified,
		.expired = expired};
	if (!kept || !notification || !server.endpoint ||
	    cap_mint(notification, RIGHT_WRITE, SIGNAL_DEVICE, MINT_BADGE, &badged) != OK) {
		print("storage: a grant is missing: it needs \"serves disk\", \"notification "
		      "wake\", \"frames state 12K\" and \"frames dma 112K\" in system.conf\n");
		return 1;
	}
	answer_microseconds = device_limit(ANSWER_MICROSECONDS);
	start_disk(kept, badged);
	server_run(&server);
}
