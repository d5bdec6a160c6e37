/*
 * A supervisor made of init's own files, which kills the disk's driver and the owner of PCI under load, and starts them again.
 * The client (tests/guest/disk_client) holds all that it reads against a model.
 *
 * Words of the command line: seed=N; kills=N, of each of the two; stride=N: not at random moments, but each of the two N
 * microseconds later after its start than the time before.
 */
#include "gen/lib/microk/methods.h"
#include "lib/microk/start.h"
#include "lib/supervise/instance.h"
#include "servers/init/boot.h"
#include "servers/init/devices.h"
#include "servers/init/log.h"
#include "servers/init/services.h"
#include "tests/guest/killer/declared.h"
#include "tests/guest/killer/killer.h"

enum { PCI, STORAGE, CLIENT };

/* Microseconds from one kill to the next: some come while an instance starts, some under load. */
#define SHORT 3000ul
#define LONG 30000ul

static const char text[] = DRIVERS_TEXT
	"service client\n"
	"\tprogram boot/disk_client\n"
	"\targuments load %lu\n"
	"\tpriority 20\n"
	"\tuses disk read write\n"
	"\tring disk 4M\n"
	"\tnotification wake\n"
	"\tinfo\n"
	"\treport\n";

static u64 kills, stride, killed[CLIENT];
static bool
	was_claimed; /* until then the firmware's driver may have left the device as a bus master */

static void on_ready(u32 service)
{
	was_claimed |= service == STORAGE;
}

/* ---- The bus ---- */

#define CONFIG_ADDRESS 0xcf8
#define CONFIG_DATA 0xcfc
#define VIRTIO_DISK 0x10421af4u
#define NVME_DISK 0x00101b36u
#define COMMAND_MASTER 4u

static u32 config_read(u32 device, u32 at)
{
	struct ioport_in_result data = {0};

	ioport_out(ROOT_IOPORT, &(struct ioport_out){.port = CONFIG_ADDRESS,
						     .bytes = 4,
						     .value = 0x80000000u | device << 11 | at});
	ioport_in(ROOT_IOPORT, &(struct ioport_in){.port = CONFIG_DATA, .bytes = 4}, &data);
	return (u32)data.value;
}

/* As a request does that the owner of PCI had received when the driver stopped, or a second thread of the driver. */
static void turn_on(void)
{
	for (u32 device = 0; device < 32; device++) {
		u32 id = config_read(device, 0), command = config_read(device, 4);

		if (id == VIRTIO_DISK || id == NVME_DISK)
			ioport_out(ROOT_IOPORT,
				   &(struct ioport_out){.port = CONFIG_DATA,
							.bytes = 2,
							.value = (u16)command | COMMAND_MASTER});
	}
}

static bool is_late; /* such a request comes after the next stop */

static void stopped(const struct service *s)
{
	devices_stop(s);
	if (is_late)
		turn_on();
	is_late = false;
}

/* The disk on bus 0 has lost the bus with its driver, even if the owner of PCI is dead. */
static void check_bus(void)
{
	u32 found = 0;

	for (u32 device = 0; device < 32; device++) {
		u32 id = config_read(device, 0);

		if (id != VIRTIO_DISK && id != NVME_DISK)
			continue;
		found++;
		if (config_read(device, 4) & COMMAND_MASTER)
			killer_failed("the device is a bus master, and has no driver");
	}
	if (!found)
		killer_failed("the disk is not on bus 0, where its bus mastering is looked at");
}

/* ---- Kills ---- */

static void set_next(void)
{
	static u64 steps;

	killer_after(stride ? stride * (++steps / 2) : killer_draw(killer_draw(2) ? SHORT : LONG));
}

static void begin(void)
{
	supervisor.services[STORAGE].stopped = stopped;
	set_next();
}

static void kill_one(u32 victim)
{
	bool looks = victim == STORAGE && was_claimed;

	killed[victim]++;
	instance_stop(&supervisor.services[victim]);
	if (looks)
		check_bus();
	is_late = looks && killer_number("late=", 0);
	instance_end(&supervisor.services[victim]);
	if (looks)
		check_bus();
	killer_start(victim);
}

static bool expired(void)
{
	u32 victim = killed[PCI] < killed[STORAGE] ? PCI : STORAGE;

	if (killed[STORAGE] >= kills && killed[PCI] >= kills)
		return false;
	if (!stride)
		victim = killer_draw(2) ? STORAGE : PCI;
	if (killed[victim] >= kills)
		victim = PCI + STORAGE - victim;
	kill_one(victim);
	set_next();
	return true;
}

static void report(void)
{
	log_line("NOTE killed: pci %lu, storage %lu", killed[PCI], killed[STORAGE]);
}

int main(void)
{
	kills = killer_number("kills=", 100);
	stride = killer_number("stride=", 0);
	killer_run(&(const struct killer){
		.text = text,
		.begin = begin,
		.ready = on_ready,
		.expired = expired,
		.report = report});
}
