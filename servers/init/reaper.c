/*
 * The time to take an instance apart grows with the number of capabilities and objects that its program has made: 16 MiB of
 * Endpoints are 17 million instructions. init is more urgent than every service, so it would hold all of them up. The work is
 * therefore done by another thread of init, as urgent as the service was.
 *
 * Each service has such a thread, made before the first service starts. One thread for all would have to take one instance
 * apart at the priority of another: either an urgent service's end waits for a less urgent one's, or that is done too
 * urgently. A thread that is made when a service ends could lack memory then.
 *
 * Weighed: Linux tears an address space down in the context of the task that exits, which pays for it by its own share of
 * time. seL4 runs a revoke at its caller's priority, and leaves it to the system's design who that is.
 *
 * The Endpoint of a service that is given up has capabilities in its clients, which may have made millions of copies. They are
 * revoked last, after the report, each client's at that client's priority, the most urgent one's first: a client waits for its own
 * copies and for those of more urgent ones.
 *
 * The threads write nothing that init's first thread reads: they report by a message.
 */
#include "servers/init/reaper.h"
#include "gen/lib/microk/methods.h"
#include "microk/cap.h"
#include "lib/microk/memory.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"
#include "lib/microk/thread.h"
#include "lib/supervise/badge.h"
#include "lib/supervise/instance.h"
#include "servers/init/log.h"
#include "servers/init/pool.h"
#include "servers/init/services.h"

#define STACK_PAGES 2
/* Of a service: its thread, stack and IPC buffer. */
#define BYTES_EACH (8 * PAGE_SIZE)
/* Page tables for the stacks and IPC buffers, and what init's first thread needs to have a second beside it. */
#define BYTES_SHARED (16 * PAGE_SIZE)

static struct reaper {
	cap_t wake;   /* a Notification, to signal and to wait for */
	cap_t report; /* init's Endpoint, badged BADGE_OWN */
	cap_t thread;
} reapers[CONF_SERVICES];

/* init may use the priority of every service, so this does not fail. */
static void set_priority(const struct reaper *r, u64 priority)
{
	thread_priority(r->thread,
			&(struct thread_priority){.priority = priority, .limit = PRIORITIES - 1});
}

/* Revokes what clients of this priority have of the service's Endpoint. */
static void revoke_clients(const struct reaper *r, const struct service *s, u64 priority)
{
	for (u32 i = 0; i < supervisor.count; i++) {
		const struct service *client = &supervisor.services[i];
		for (u32 j = 0; client->priority == priority && j < client->grant_count; j++) {
			const struct grant *g = &client->grants[j];
			if (g->server != &s->state || g->count == 0)
				continue;
			set_priority(r, priority);
			cnode_revoke(SLOT_CNODE, g->master);
		}
	}
}

static void revoke_endpoint(const struct reaper *r, const struct service *s)
{
	for (u64 priority = PRIORITIES; priority-- > 0;)
		revoke_clients(r, s, priority);
	set_priority(r, s->priority);
	service_turn_away(s); /* the capabilities that the instance itself made are left */
}

static void reap(u64 index)
{
	const struct reaper *r = &reapers[index];
	const struct service *s = &supervisor.services[index];

	for (;;) {
		struct message m = {0};

		if (ipc(SYS_WAIT, r->wake, &m) != OK)
			continue;
		service_fail_callers(s);
		instance_take_apart(s);
		m.tag = 0;
		ipc(SYS_CALL, r->report, &m);
		if (s->endpoint != 0)
			revoke_endpoint(r, s);
	}
}

static enum microk_status reaper_begin(u32 i)
{
	const struct service *s = &supervisor.services[i];
	struct reaper *r = &reapers[i];
	struct thread_begun begun = {0};
	cap_t plain;
	enum microk_status status = supply_make(&pool, CAP_NOTIFICATION, 0, &plain);

	if (status == OK)
		status = cap_mint(plain, RIGHT_READ | RIGHT_WRITE, 1, MINT_BADGE, &r->wake);
	if (status == OK)
		status = cap_mint(supervisor.server.endpoint, RIGHT_WRITE, BADGE(BADGE_OWN, s->id),
				  MINT_BADGE, &r->report);
	if (status == OK)
		status = thread_begin(
			&(struct thread_plan){
				.entry = reap,
				.argument = i,
				.name = "reaper",
				.stack_pages = STACK_PAGES,
				.priority = (u8)s->priority},
			&begun);
	r->thread = begun.thread;
	if (status == OK)
		set_priority(r, s->priority); /* with init's own limit */
	return status;
}

bool reapers_prepare(void)
{
	enum microk_status status = supply_make(
		&pool, CAP_UNTYPED, supervisor.count * BYTES_EACH + BYTES_SHARED, &memory_untyped);

	for (u32 i = 0; i < supervisor.count && status == OK; i++)
		status = reaper_begin(i);
	if (status != OK)
		log_line("init: cannot make the threads that take services apart: %s: %s",
			 status_name(status), status_text(status));
	return status == OK;
}

void reaper_wake(const struct service *s)
{
	struct message m = {0};

	ipc(SYS_SIGNAL, reapers[service_index(s)].wake, &m);
}
