/*
 * The driver of a device that makes random numbers. It writes the device's bytes to /dev/random, at its start and then once a
 * minute: the server of /dev mixes them into its key, and never waits for this driver or its device.
 *
 * On a machine without such a device it does nothing.
 *
 * Weighed: a server that dev asks for bytes, which would need a time limit in dev for a driver that hangs, and a protocol. Linux's
 * hw_random has a thread that feeds the pool likewise.
 */
#include "drivers/rng/virtio_rng.h"
#include "gen/protocols/dir_client.h"
#include "gen/protocols/file_client.h"
#include "lib/microk/ipc.h"
#include "lib/microk/print.h"
#include "lib/microk/server.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"
#include "protocols/dir.h"

#define SIGNAL_DEVICE 1

#define PERIOD_MICROSECONDS 60000000ul
#define ANSWER_MICROSECONDS 5000000ul

static u64 answer_microseconds;
static struct server server;
static struct device device;
static bool is_used, is_asked;
static u64 since; /* the last request, or the last answer */

static void stop(void)
{
	virtio_rng_stop();
	is_used = false;
}

static void give_up(const char *why)
{
	print("rng: %s; it is not used any more, and /dev/random goes on without it\n", why);
	stop();
}

static void ask(void)
{
	virtio_rng_ask();
	is_asked = true;
	since = device_time();
	server.deadline = device_deadline(since, answer_microseconds);
}

/* OK, or the reason why the server of /dev does not take them. */
static enum microk_status feed(const u8 *bytes, u32 count)
{
	static cap_t file;
	const struct dir_open_args args = {.flags = OPEN_WRITE, .path = "random"};
	struct dir_open_result opened;
	struct file_write_result written;
	enum microk_status status = OK;

	if (!file) {
		cap_t slot = slot_alloc();
		status = slot ? dir_open(grant_find("dev"), &args, slot, &opened) : ERR_LIMIT;
		if (status == OK)
			file = slot;
		else if (slot)
			slot_free(slot);
	}
	return status == OK ? file_write(file, bytes, count, &written) : status;
}

static void take(void)
{
	u8 bytes[RNG_BYTES];
	u32 count;
	enum microk_status status = virtio_rng_take(bytes, &count);

	if (status == ERR_PROTOCOL)
		give_up("the device does not keep to its protocol");
	if (status != OK)
		return;
	is_asked = false;
	since = device_time();
	server.deadline = device_deadline(since, PERIOD_MICROSECONDS);
	status = feed(bytes, count);
	/* Bytes that a dying server lost are not missed. */
	if (status != OK && status != ERR_PEER_DIED) {
		print("rng: /dev/random does not take the device's bytes: %s\n",
		      status_text(status));
		stop();
	}
}

static void notified(u64 bits)
{
	if (!(bits & SIGNAL_DEVICE) || !is_used)
		return;
	device_acknowledge();
	take();
}

static void expired(void)
{
	if (!is_used)
		return;
	if (is_asked)
		take(); /* its message may be late */
	if (!is_used)
		return;
	if (!is_asked)
		ask();
	else
		give_up("the device does not answer");
}

/* It serves no requests, but init starts it as a server: it runs as long as the machine does. */
static void dispatch(struct request *r)
{
	(void)r; /* server_run answers with ERR_PROTOCOL */
}

static void start(cap_t badged)
{
	enum microk_status status = device_claim(&device, "virtio");

	if (status == ERR_NOT_FOUND)
		return;
	if (status == OK)
		status = virtio_rng_start(&device, badged);
	if (status != OK) {
		print("rng: the device %04x:%04x cannot be used: %s\n", device.id & 0xffff,
		      device.id >> 16, status_text(status));
		return;
	}
	is_used = true;
	ask();
}

int main(void)
{
	cap_t notification = grant_find("wake"), badged;

	server = (struct server){
		.name = "rng",
		.endpoint = grant_find("rng"),
		.dispatch = dispatch,
		.notified = notified,
		.expired = expired};
	if (!notification || !server.endpoint || !grant_find("virtio") || !grant_find("dev") ||
	    cap_mint(notification, RIGHT_WRITE, SIGNAL_DEVICE, MINT_BADGE, &badged) != OK) {
		print("rng: a grant is missing: it needs \"serves rng\", \"notification wake\", "
		      "\"device virtio 1af4:1044\", \"frames dma 16K\" and \"uses dev read "
		      "write\" in system.conf\n");
		return 1;
	}
	answer_microseconds = device_limit(ANSWER_MICROSECONDS);
	start(badged);
	server_run(&server);
}
