/*
 * A supervisor made of init's own files, which kills the file server, the disk's driver and the owner of PCI under load, and starts
 * them again. The client (tests/guest/files_load) holds all that it sees against a model.
 *
 * Words of the command line: seed=N; kills=N; stride=N; places; end=detach or end=cut, for the client.
 */
#include "gen/lib/microk/methods.h"
#include "lib/microk/command_line.h"
#include "lib/microk/print.h"
#include "lib/microk/slots.h"
#include "lib/microk/start.h"
#include "servers/init/boot.h"
#include "servers/init/crash.h"
#include "servers/init/finish.h"
#include "servers/init/grants.h"
#include "servers/init/log.h"
#include "servers/init/pool.h"
#include "servers/init/services.h"
#include "servers/init/start.h"
#include "tests/guest/disk_killed/drivers.h"
#include "tests/guest/vfs_killed/kills.h"
#include "tests/guest/vfs_killed/places.h"

#define SIGNAL_END 1

static const char text[] = DRIVERS_TEXT
	"service vfs\n"
	"\tprogram boot/vfs\n"
	"\tpriority 30\n"
	"\tmemory 2M\n"
	"\tslots 2048\n"
	"\tserves vfs read write manage\n"
	"\tuses disk read write\n"
	"\tring disk 4M\n"
	"\tnotification wake\n"
	"\tframes state 512K\n"
	"\tframes cache 256K\n"
	"\tarchive\n"
	"\tinfo\n"
	"\tports serial 0x3f8 0x3ff\n"
	"service client\n"
	"\tprogram boot/files_load\n"
	"\targuments %lu %s\n"
	"\tpriority 20\n"
	"\tmemory 4M\n"
	"\tuses vfs as / read write manage\n"
	"\tnotification wake\n"
	"\tinfo\n"
	"\treport\n";

static struct conf conf;
static cap_t end_signal;

static u64 number(const char *name, u64 otherwise)
{
	return command_line_number(info->command_line, name, otherwise);
}

static void on_ready(struct service *s)
{
	kills_ready(service_index(s));
}

static void on_ended(struct service *s, u32 code)
{
	kills_report();
	log_line("NOTE %s has ended", s->name);
	finish_debug(code || service_index(s) != CLIENT);
}

static void on_faulted(struct service *s, const u64 words[])
{
	crash_report(s, conf.services[service_index(s)].program, words);
	finish_debug(1);
}

static void expired(void)
{
	if (!kills_expired())
		ipc(SYS_SIGNAL, end_signal, &(struct message){0});
}

static bool prepare(void)
{
	static char conf_text[sizeof(text) + 32];
	struct conf_error error;
	char end[8];

	command_line_value(info->command_line, "end=", end, sizeof(end));
	int bytes = format(conf_text, sizeof(conf_text), text, number("seed=", 1), end);
	if (!conf_parse(conf_text, (size_t)bytes, &conf, &error)) {
		log_line("line %u: %s", error.line, error.text);
		return false;
	}
	if (supply_make(&pool, CAP_ENDPOINT, 0, &supervisor.server.endpoint) != OK)
		return false;
	if (!services_prepare(&conf) || !grants_prepare(&conf))
		return false;
	if (!places_open(&supervisor.services[VFS]))
		return false;
	return cap_mint(supervisor.services[CLIENT].notification, RIGHT_WRITE, SIGNAL_END,
			MINT_BADGE, &end_signal) == OK;
}

int main(void)
{
	slots_init(ROOT_FREE, ROOT_CNODE_SLOTS);
	log_start();
	thread_priority(ROOT_THREAD, &(struct thread_priority){.priority = PRIORITIES - 1});
	supervisor.ready = on_ready;
	supervisor.ended = on_ended;
	supervisor.faulted = on_faulted;
	supervisor.server.expired = expired;
	if (!prepare())
		finish_debug(1);
	for (u32 i = 0; i < supervisor.count; i++)
		if (!start_service(&supervisor.services[i], conf.services[i].program))
			finish_debug(1);
	kills_begin(&(struct plan){
		.seed = number("seed=", 1),
		.kills = number("kills=", 100),
		.stride = number("stride=", 0),
		.at_places = command_line_has(info->command_line, "places")});
	supervisor_run(&supervisor);
}
