/*
 * A supervisor made of init's own files, which kills the server of /dev and the disk's driver under load, and starts them again.
 * The client (tests/guest/dev_load) knows what each read must return.
 *
 * Words of the command line: seed=N; kills=N, of each of the two; stride=N: not at random moments, but dev alone, and each time N
 * microseconds later after its start than the time before.
 */
#include "gen/lib/microk/methods.h"
#include "lib/microk/command_line.h"
#include "lib/microk/print.h"
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

enum { PCI, STORAGE, DEV, CLIENT };

#define SIGNAL_END 1
/* Microseconds from one kill to the next: some come while an instance starts, some under load. */
#define SHORT 2000ul
#define LONG 12000ul

static const char text[] = DRIVERS_TEXT
	"service dev\n"
	"\tprogram boot/dev\n"
	"\tpriority 30\n"
	"\tmemory 384K\n"
	"\tslots 384\n"
	"\tserves dev read write manage\n"
	"\tuses disk read\n"
	"\tring disk 64K\n"
	"\tnotification wake\n"
	"\tframes state 48K\n"
	"\tinfo\n"
	"\tports serial 0x3f8 0x3ff\n"
	"service client\n"
	"\tprogram boot/dev_load\n"
	"\targuments %lu\n"
	"\tpriority 20\n"
	"\tuses dev as / read write manage\n"
	"\tnotification wake\n"
	"\treport\n";

static struct conf conf;
static u64 random_state, kills, stride, killed[CLIENT], starts;
static cap_t end_signal;

static u64 word(const char *name, u64 otherwise)
{
	return command_line_number(info->command_line, name, otherwise);
}

/* ---- Reports ---- */

static void on_ready(struct service *s)
{
	starts += service_index(s) == DEV;
}

static void on_ended(struct service *s, u32 code)
{
	log_line("NOTE killed: storage %lu, dev %lu", killed[STORAGE], killed[DEV]);
	log_line("NOTE dev started %lu times, %s has ended", starts, s->name);
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
	u64 after = stride ? stride * killed[DEV] : random_next(&random_state) % longest;

	supervisor.server.deadline = tsc_read() + info->tsc_hz / 1000000 * after;
}

static void kill_one(void)
{
	u32 victim = stride || random_next(&random_state) % 2 ? DEV : STORAGE;

	if (killed[victim] >= kills)
		victim = DEV + STORAGE - victim;
	killed[victim]++;
	instance_end(&supervisor.services[victim]);
	if (!start_service(&supervisor.services[victim], conf.services[victim].program))
		finish_debug(1);
}

static void expired(void)
{
	if (killed[DEV] >= kills && (stride || killed[STORAGE] >= kills)) {
		ipc(SYS_SIGNAL, end_signal, &(struct message){0});
		return;
	}
	kill_one();
	set_next();
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
		if (!start_service(&supervisor.services[i], conf.services[i].program))
			finish_debug(1);
	set_next();
	supervisor_run(&supervisor);
}
