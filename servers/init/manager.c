/*
 * init's one loop. It answers requests and receives faults, and it calls no other program, so that no service can
 * stop it.
 *
 * Weighed: MINIX 3's RS starts services one after another and waits for each; systemd starts all services that their
 * dependencies allow. init does the latter, with one kind of dependency, "after". A service whose Endpoint is only
 * used may start later, since a call waits at the Endpoint.
 */
#include "servers/init/manager.h"
#include "gen/protocols/inspect_server.h"
#include "gen/protocols/supervise_server.h"
#include "microk/info.h"
#include "microk/ipcbuf.h"
#include "servers/init/boot.h"
#include "servers/init/crash.h"
#include "servers/init/finish.h"
#include "servers/init/inspect.h"
#include "servers/init/instance.h"
#include "servers/init/log.h"
#include "servers/init/supervise.h"
#include "lib/microk/stub.h"

static const struct conf *conf;

/* ---- The order ---- */

enum may { MAY_START, MAY_LATER, MAY_NEVER };

static enum may may_start(const struct unit *s, const struct unit **because)
{
	enum may answer = MAY_START;

	for (u32 i = 0; i < unit_count; i++) {
		if (!(s->conf->after >> i & 1))
			continue;
		*because = &units[i];
		if (units[i].state == UNIT_FAILED)
			return MAY_NEVER;
		/* A program that ended with success has done its part. */
		if (units[i].state != UNIT_READY && units[i].state != UNIT_ENDED)
			answer = MAY_LATER;
	}
	return answer;
}

static bool start_one(struct unit *s)
{
	const struct unit *because = NULL;
	enum may answer = may_start(s, &because);

	if (answer == MAY_LATER)
		return false;
	if (answer == MAY_NEVER)
		log_line("init: %s is not started: it comes after %s, which has failed",
			 s->conf->name, because->conf->name);
	if (answer == MAY_START && instance_start(s)) {
		s->state = UNIT_STARTED;
	} else {
		s->state = UNIT_FAILED;
		unit_give_up(s);
	}
	return true;
}

/* Repeats until nothing changes, as a failed start decides about other services. */
static void start_all(void)
{
	for (bool changed = true; changed;) {
		changed = false;
		for (u32 i = 0; i < unit_count; i++)
			if (units[i].state == UNIT_WAITING)
				changed |= start_one(&units[i]);
	}
}

/* ---- The lines ---- */

/* They reach the serial line by way of the log and of the program that shows it, as long as both run. */
static void choose_shower(void)
{
	log_shown_elsewhere(conf->log >= 0 && units[conf->log].state == UNIT_READY &&
			    units[conf->init_log].state == UNIT_READY);
}

/* ---- Ends ---- */

/* The system has ended when its programs have: the services that serve no Endpoint. */
static void check_end(void)
{
	static bool told;
	u32 programs = 0, running = 0, failed = 0;

	for (u32 i = 0; i < unit_count; i++) {
		const struct unit *s = &units[i];
		programs += !s->conf->serves;
		running += !s->conf->serves && s->state < UNIT_ENDED;
		failed += s->state == UNIT_FAILED;
	}
	if (told || running > 0 || (programs == 0 && failed < unit_count))
		return;
	told = true;
	if (failed > 0)
		log_line("stage %u has ended: %u of its services failed", conf->stage, failed);
	else
		log_line("stage %u complete", conf->stage);
	if (boot_option("exit=debug")) {
		log_shown_elsewhere(false); /* the console would show the last lines too late */
		finish_debug(failed > 0);
	}
}

static void end_service(struct unit *s, enum unit_state state)
{
	instance_end(s);
	s->state = state;
	choose_shower();
	unit_give_up(s);
	start_all();
	check_end();
}

void manager_ready(u32 id)
{
	struct unit *s = unit_by_id(id);

	if (!s || s->state != UNIT_STARTED)
		return;
	s->state = UNIT_READY;
	choose_shower();
	log_line("[ok] %s", s->conf->name);
	start_all();
	check_end();
}

void manager_exit(u32 id, u32 code)
{
	struct unit *s = unit_by_id(id);

	if (!s || !unit_runs(s))
		return;
	s->code = code;
	if (code != 0)
		log_line("init: %s has ended with code %u", s->conf->name, code);
	end_service(s, code == 0 ? UNIT_ENDED : UNIT_FAILED);
}

static void on_fault(u32 id, const struct message *m)
{
	struct unit *s = unit_by_id(id);
	u64 words[FAULT_WORDS] = {0};

	for (u32 i = 0; i < TAG_LENGTH(m->tag) && i < FAULT_WORDS; i++)
		words[i] = i < MSG_REGS ? m->word[i] : ipc_buffer->words[i];
	if (s && unit_runs(s)) {
		crash_report(s, words);
		end_service(s, UNIT_FAILED);
	}
}

/* ---- The loop ---- */

/* Handles one message. Returns whether an answer, in *m, must be sent. */
static bool serve(struct message *m)
{
	struct request r = {
		.badge = m->badge,
		.prot = TAG_PROT(m->tag),
		.label = TAG_LABEL(m->tag),
		.number = TAG_REQUEST(m->tag),
		.length = TAG_LENGTH(m->tag),
		.caps = (u8)TAG_CAPS(m->tag),
		.is_call = m->tag & TAG_IS_CALL,
		.message = m,
	};
	u32 kind = BADGE_KIND(m->badge);

	if (kind == BADGE_FAULT) {
		if (r.label == LABEL_FAULT)
			on_fault(BADGE_ID(m->badge), m);
		return false; /* the thread stays stopped, or is gone */
	}
	m->tag = TAG(ERR_PROTOCOL, 0);
	if (kind == BADGE_PROCESS && r.label >> 8 == SUPERVISE_PROTOCOL)
		supervise_serve(&r);
	else if (kind == BADGE_PROCESS && r.label >> 8 == INSPECT_PROTOCOL)
		inspect_serve(&r);
	return r.is_call && !r.deferred;
}

_Noreturn void manager_run(const struct conf *configuration)
{
	struct message m = {0};
	bool owed = false;

	conf = configuration;
	if (units_prepare(conf)) {
		start_all();
		check_end();
	} else {
		finish_debug(1);
	}
	for (;;) {
		if (!owed)
			m.tag = 0;
		enum microk_status status =
			ipc(owed ? SYS_REPLY_RECV : SYS_RECV, init_endpoint, &m);
		/* An answer that could not be delivered is dropped: its caller is gone. */
		owed = status == OK && serve(&m);
	}
}
