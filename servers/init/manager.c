/*
 * The decisions about services: the order of their start, and that a service is given up when its instance ends. lib/supervise
 * carries them out. init calls no other program, so no service can stop it.
 *
 * Weighed: MINIX 3's RS starts services one after another and waits for each; systemd starts all services that their
 * dependencies allow. init does the latter, with one kind of dependency, "after". A service whose Endpoint is only
 * used may start later, since a call waits at the Endpoint.
 */
#include "servers/init/manager.h"
#include "gen/protocols/inspect_server.h"
#include "lib/supervise/instance.h"
#include "servers/init/boot.h"
#include "servers/init/crash.h"
#include "servers/init/finish.h"
#include "servers/init/grants.h"
#include "servers/init/inspect.h"
#include "servers/init/log.h"
#include "servers/init/reaper.h"
#include "servers/init/services.h"
#include "servers/init/start.h"

static const struct conf *conf;
/* Of the services that were given up: those that faulted, could not be started, or exited with a code. */
static bool failed[CONF_SERVICES];

static const struct conf_service *declaration_of(const struct service *s)
{
	return &conf->services[service_index(s)];
}

/* ---- The order ---- */

enum may { MAY_START, MAY_LATER, MAY_NEVER };

static enum may may_start(const struct service *s, const struct service **because)
{
	enum may answer = MAY_START;

	for (u32 i = 0; i < supervisor.count; i++) {
		const struct service *other = &supervisor.services[i];
		if (!(declaration_of(s)->after >> i & 1))
			continue;
		*because = other;
		if (failed[i])
			return MAY_NEVER;
		/* A program that ended with success has done its part. */
		if (other->state != SERVICE_READY && other->state != SERVICE_GIVEN_UP)
			answer = MAY_LATER;
	}
	return answer;
}

/* Decides about a service without an instance. Returns whether anything changed. */
static bool start_one(struct service *s)
{
	const struct service *because = NULL;
	enum may answer = may_start(s, &because);

	if (answer == MAY_LATER)
		return false;
	if (answer == MAY_NEVER)
		log_line("init: %s is not started: it comes after %s, which has failed", s->name,
			 because->name);
	if (answer == MAY_NEVER || !start_service(s, declaration_of(s)->program)) {
		failed[service_index(s)] = true;
		service_close(s);
		reaper_wake(s);
	}
	return true;
}

/* Repeats until nothing changes, as a failed start decides about other services. */
static void start_all(void)
{
	for (bool changed = true; changed;) {
		changed = false;
		for (u32 i = 0; i < supervisor.count; i++)
			if (supervisor.services[i].state == SERVICE_IDLE)
				changed |= start_one(&supervisor.services[i]);
	}
}

/* ---- The serial line ---- */

static bool is_ready(int index)
{
	return supervisor.services[index].state == SERVICE_READY;
}

/* While the log and the program that shows it both run, these put init's lines on the serial line; else init does. */
static void choose_shower(void)
{
	log_shown_elsewhere(conf->log >= 0 && is_ready(conf->log) && is_ready(conf->init_log));
}

/* ---- Ends ---- */

/* The system has ended when its programs have: the services that serve no Endpoint. */
static void check_end(void)
{
	static bool told;
	u32 programs = 0, running = 0, failures = 0;

	for (u32 i = 0; i < supervisor.count; i++) {
		const struct service *s = &supervisor.services[i];
		programs += !s->serves;
		running += !s->serves && s->state != SERVICE_GIVEN_UP;
		failures += failed[i];
	}
	if (told || running > 0 || (programs == 0 && failures < supervisor.count))
		return;
	told = true;
	if (failures > 0)
		log_line("stage %u has ended: %u of its services failed", conf->stage, failures);
	else
		log_line("stage %u complete", conf->stage);
	if (boot_option("exit=debug")) {
		log_shown_elsewhere(false); /* the console would show the last lines too late */
		finish_debug(failures > 0);
	}
}

static void end_service(struct service *s, bool has_failed)
{
	instance_stop(s);
	service_close(s);
	failed[service_index(s)] = has_failed;
	choose_shower();
	reaper_wake(s);
}

/* Only now may a service that comes after this one start: before, it could find an interrupt or the screen taken. */
static void on_taken_apart(struct service *s)
{
	service_give_up(s);
	start_all();
	check_end();
}

/* ---- Reports ---- */

static void on_ready(struct service *s)
{
	choose_shower();
	log_line("[ok] %s", s->name);
	start_all();
	check_end();
}

static void on_ended(struct service *s, u32 code)
{
	if (code != 0)
		log_line("init: %s has ended with code %u", s->name, code);
	end_service(s, code != 0);
}

static void on_faulted(struct service *s, const u64 words[])
{
	crash_report(s, declaration_of(s)->program, words);
	end_service(s, true);
}

static void on_other(struct request *r)
{
	if (request_protocol(r) == INSPECT_PROTOCOL)
		inspect_serve(r);
}

_Noreturn void manager_run(const struct conf *configuration)
{
	conf = configuration;
	supervisor.ready = on_ready;
	supervisor.ended = on_ended;
	supervisor.faulted = on_faulted;
	supervisor.taken_apart = on_taken_apart;
	supervisor.other = on_other;
	if (services_prepare(conf) && grants_prepare(conf) && reapers_prepare()) {
		start_all();
		check_end();
	} else {
		finish_debug(1);
	}
	supervisor_run(&supervisor);
}
