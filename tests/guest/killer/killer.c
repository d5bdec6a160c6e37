#include "tests/guest/killer/killer.h"
#include "gen/lib/microk/methods.h"
#include "lib/microk/command_line.h"
#include "lib/microk/print.h"
#include "lib/microk/slots.h"
#include "lib/microk/string.h"
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
#include "tests/random.h"

#define SIGNAL_END 1
#define TEXT_MAX 2048

static const struct killer *killer;
static struct conf conf;
static u64 random_state;
static cap_t end_signal;
static u32 failures;

u64 killer_number(const char *name, u64 otherwise)
{
	return command_line_number(info->command_line, name, otherwise);
}

u64 killer_draw(u64 below)
{
	return random_next(&random_state) % below;
}

u64 killer_ticks(u64 microseconds)
{
	return info->tsc_hz / 1000000 * microseconds;
}

void killer_after(u64 microseconds)
{
	supervisor.server.deadline = tsc_read() + killer_ticks(microseconds);
}

void killer_start(u32 service)
{
	if (!start_service(&supervisor.services[service], conf.services[service].program))
		finish_debug(1);
}

void killer_kill(u32 service)
{
	instance_end(&supervisor.services[service]);
	killer_start(service);
}

void killer_failed(const char *words)
{
	log_line("FAIL %s", words);
	failures++;
}

static bool is_client(const struct service *s)
{
	return service_index(s) == supervisor.count - 1;
}

static void on_ready(struct service *s)
{
	if (killer->ready)
		killer->ready(service_index(s));
}

static void on_ended(struct service *s, u32 code)
{
	killer->report();
	log_line("NOTE %s has ended", s->name);
	finish_debug(code || failures || !is_client(s));
}

static void on_faulted(struct service *s, const u64 words[])
{
	crash_report(s, conf.services[service_index(s)].program, words);
	finish_debug(1);
}

static void on_expired(void)
{
	if (!killer->expired())
		ipc(SYS_SIGNAL, end_signal, &(struct message){0});
}

static bool prepare(void)
{
	static char text[TEXT_MAX];
	struct conf_error error;
	char end[8];

	command_line_value(info->command_line, "end=", end, sizeof(end));
	int bytes = format(text, sizeof(text), killer->text, killer_number("seed=", 1), end);
	if (!conf_parse(text, (size_t)bytes, &conf, &error)) {
		log_line("line %u: %s", error.line, error.text);
		return false;
	}
	if (supply_make(&pool, CAP_ENDPOINT, 0, &supervisor.server.endpoint) != OK)
		return false;
	if (!services_prepare(&conf) || !grants_prepare(&conf))
		return false;
	if (killer->prepared && !killer->prepared())
		return false;
	return cap_mint(supervisor.services[supervisor.count - 1].notification, RIGHT_WRITE,
			SIGNAL_END, MINT_BADGE, &end_signal) == OK;
}

_Noreturn void killer_run(const struct killer *k)
{
	killer = k;
	slots_init(ROOT_FREE, ROOT_CNODE_SLOTS);
	log_start();
	thread_priority(ROOT_THREAD, &(struct thread_priority){.priority = PRIORITIES - 1});
	random_state = killer_number("seed=", 1) | 1ul << 40;
	supervisor.ready = on_ready;
	supervisor.ended = on_ended;
	supervisor.faulted = on_faulted;
	supervisor.server.expired = on_expired;
	if (!prepare())
		finish_debug(1);
	for (u32 i = 0; i < supervisor.count; i++)
		killer_start(i);
	killer->begin();
	supervisor_run(&supervisor);
}
