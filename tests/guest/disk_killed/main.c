/*
 * A supervisor made of init's own files, which kills the disk's driver and the owner of PCI under load, and starts them again.
 * The client (tests/guest/disk_client) holds all that it reads against a model.
 *
 * Words of the command line: seed=N; kills=N, of each of the two; stride=N: not at random moments, but each of the two N
 * microseconds later after its start than the time before.
 */
#include "gen/lib/microk/methods.h"
#include "lib/microk/command_line.h"
#include "lib/microk/print.h"
#include "lib/microk/slots.h"
#include "lib/microk/start.h"
#include "lib/microk/string.h"
#include "lib/microk/util.h"
#include "lib/supervise/instance.h"
#include "microk/info.h"
#include "servers/init/boot.h"
#include "servers/init/crash.h"
#include "servers/init/devices.h"
#include "servers/init/finish.h"
#include "servers/init/grants.h"
#include "servers/init/log.h"
#include "servers/init/pool.h"
#include "servers/init/services.h"
#include "servers/init/start.h"
#include "tests/guest/disk_killed/drivers.h"
#include "tests/random.h"

enum { PCI, STORAGE, CLIENT };

#define SIGNAL_END 1
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

static struct conf conf;
static u64 random_state, kills, stride;
static u64 killed[2];
static cap_t end_signal;
static u32 failures;

static u64 word(const char *name, u64 otherwise)
{
	return command_line_number(info->command_line, name, otherwise);
}

static const char *program_of(u32 i)
{
	return conf.services[i].program;
}

/* ---- Reports ---- */

static bool
	was_claimed; /* until then the firmware's driver may have left the device as a bus master */

static void on_ready(struct service *s)
{
	was_claimed |= service_index(s) == STORAGE;
}

static void on_ended(struct service *s, u32 code)
{
	log_line("NOTE killed: pci %lu, storage %lu", killed[PCI], killed[STORAGE]);
	finish_debug(code || failures || service_index(s) != CLIENT);
}

static void on_faulted(struct service *s, const u64 words[])
{
	crash_report(s, program_of(service_index(s)), words);
	finish_debug(1);
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
		if (config_read(device, 4) & COMMAND_MASTER) {
			log_line("FAIL the device is a bus master, and has no driver");
			failures++;
		}
	}
	if (!found) {
		log_line("FAIL the disk is not on bus 0, where its bus mastering is looked at");
		failures++;
	}
}

/* ---- Kills ---- */

static void set_next(void)
{
	static u64 steps;
	u64 longest = random_next(&random_state) % 2 ? SHORT : LONG;
	u64 after = stride ? stride * (++steps / 2) : random_next(&random_state) % longest;

	supervisor.server.deadline = tsc_read() + info->tsc_hz / 1000000 * after;
}

static void kill_one(void)
{
	u32 victim = killed[PCI] < killed[STORAGE] ? PCI : STORAGE;

	if (!stride)
		victim = random_next(&random_state) % 2 ? STORAGE : PCI;
	if (killed[victim] >= kills)
		victim = 1 - victim;
	killed[victim]++;
	instance_stop(&supervisor.services[victim]);
	if (victim == STORAGE && was_claimed)
		check_bus();
	is_late = victim == STORAGE && was_claimed && word("late=", 0);
	instance_end(&supervisor.services[victim]);
	if (victim == STORAGE && was_claimed)
		check_bus();
	if (!start_service(&supervisor.services[victim], program_of(victim)))
		failures++;
}

static void expired(void)
{
	bool more = killed[STORAGE] < kills || killed[PCI] < kills;

	if (more) {
		kill_one();
		set_next();
		return;
	}
	ipc(SYS_SIGNAL, end_signal, &(struct message){0});
}

/* ---- Start ---- */

static bool prepare(void)
{
	static char conf_text[sizeof(text) + 24];
	struct conf_error error;
	int bytes = format(conf_text, sizeof(conf_text), text, word("seed=", 1));

	if (!conf_parse(conf_text, (size_t)bytes, &conf, &error)) {
		log_line("line %u: %s", error.line, error.text);
		return false;
	}
	if (supply_make(&pool, CAP_ENDPOINT, 0, &supervisor.server.endpoint) != OK)
		return false;
	if (!services_prepare(&conf) || !grants_prepare(&conf))
		return false;
	return cap_mint(supervisor.services[CLIENT].notification, RIGHT_WRITE, SIGNAL_END,
			MINT_BADGE, &end_signal) == OK;
}

int main(void)
{
	slots_init(ROOT_FREE, ROOT_CNODE_SLOTS);
	log_start();
	thread_priority(ROOT_THREAD, &(struct thread_priority){.priority = PRIORITIES - 1});
	random_state = word("seed=", 1) | 1ul << 40;
	kills = word("kills=", 100);
	stride = word("stride=", 0);
	supervisor.ready = on_ready;
	supervisor.ended = on_ended;
	supervisor.faulted = on_faulted;
	supervisor.server.expired = expired;
	if (!prepare())
		finish_debug(1);
	for (u32 i = 0; i < supervisor.count; i++)
		if (!start_service(&supervisor.services[i], program_of(i)))
			finish_debug(1);
	supervisor.services[STORAGE].stopped = stopped;
	set_next();
	supervisor_run(&supervisor);
}
