/*
 * A supervisor made of init's own files, which kills a client of the file server at random moments, and starts it again. The client
 * (tests/guest/files_reckless) opens files without closing them, and lends memory that it takes back.
 *
 * Words of the command line: seed=N; kills=N.
 */
#include "gen/lib/microk/methods.h"
#include "lib/microk/command_line.h"
#include "lib/microk/slots.h"
#include "lib/microk/start.h"
#include "lib/microk/util.h"
#include "lib/supervise/instance.h"
#include "microk/info.h"
#include "servers/init/boot.h"
#include "servers/init/crash.h"
#include "servers/init/finish.h"
#include "servers/init/grants.h"
#include "servers/init/log.h"
#include "servers/init/pool.h"
#include "servers/init/services.h"
#include "servers/init/start.h"
#include "tests/guest/disk_killed/drivers.h"
#include "tests/random.h"

enum { PCI, STORAGE, VFS, CLIENT };

#define SIGNAL_END 1
/* Microseconds from one kill to the next: some come while an instance starts, some under load. */
#define SHORT 3000ul
#define LONG 40000ul

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
	"\tprogram boot/files_reckless\n"
	"\tpriority 35\n"
	"\tmemory 4M\n"
	"\tuses vfs as / read write manage\n"
	"\tnotification wake\n"
	"\tinfo\n"
	"\treport\n";

static struct conf conf;
static u64 random_state, kills, killed;
static cap_t end_signal;

static u64 word(const char *name, u64 otherwise)
{
	return command_line_number(info->command_line, name, otherwise);
}

/* ---- Reports ---- */

static void on_ready(struct service *s)
{
	(void)s;
}

static void on_ended(struct service *s, u32 code)
{
	log_line("NOTE killed: client %lu", killed);
	log_line("NOTE %s has ended", s->name);
	finish_debug(code || service_index(s) != CLIENT);
}

static void on_faulted(struct service *s, const u64 words[])
{
	crash_report(s, conf.services[service_index(s)].program, words);
	finish_debug(1);
}

/* ---- Kills ---- */

static void set_next(void)
{
	u64 longest = random_next(&random_state) % 2 ? SHORT : LONG;

	supervisor.server.deadline =
		tsc_read() + info->tsc_hz / 1000000 * (random_next(&random_state) % longest);
}

static void expired(void)
{
	struct service *s = &supervisor.services[CLIENT];

	if (killed >= kills) {
		ipc(SYS_SIGNAL, end_signal, &(struct message){0});
		return;
	}
	killed++;
	instance_end(s);
	if (!start_service(s, conf.services[CLIENT].program))
		finish_debug(1);
	set_next();
}

/* ---- Start ---- */

static bool prepare(void)
{
	struct conf_error error;

	if (!conf_parse(text, sizeof(text) - 1, &conf, &error)) {
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
	supervisor.ready = on_ready;
	supervisor.ended = on_ended;
	supervisor.faulted = on_faulted;
	supervisor.server.expired = expired;
	if (!prepare())
		finish_debug(1);
	for (u32 i = 0; i < supervisor.count; i++)
		if (!start_service(&supervisor.services[i], conf.services[i].program))
			finish_debug(1);
	set_next();
	supervisor_run(&supervisor);
}
