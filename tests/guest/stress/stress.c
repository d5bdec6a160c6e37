/*
 * The storm: clients call servers while the test, more urgent than all of them, wakes at random moments
 * (each a timer interrupt between any two instructions) and does something bad to one of them.
 *
 * Hubris' and seL4's suites kill at chosen points; a random point finds states that no author chose, and under
 * -icount a seed repeats them to the instruction.
 */
#include "tests/guest/kit/clock.h"
#include "tests/guest/stress/stress.h"
#include "tests/guest/kit/short.h"
#include "tests/guest/stress/traffic.h"
#include "tests/guest/stress/world.h"
#include "lib/microk/slots.h"
#include "lib/microk/string.h"

static u64 random;

static void sleep_ticks(u64 ticks)
{
	static cap_t never;
	struct message m = {.tag = TAG_DEADLINE};

	if (!never || type_of(never) != CAP_NOTIFICATION)
		never = kit_make(CAP_NOTIFICATION, 0);
	ipc_buffer->deadline = now() + ticks;
	EXPECT(ERR_DEADLINE, ipc(SYS_WAIT, never, &m));
}

static u8 any_priority(void)
{
	return (u8)(10 + random_below(&random, 20));
}

/* Servers are more urgent than their clients, so that the fast path is open to them, and sometimes less. */
static u8 priority_for(const struct task *t)
{
	return t->is_server && !chance(&random, 20) ? 40 : any_priority();
}

static void make(struct task *t)
{
	t->record->uses_fpu = chance(&random, 25);
	task_make(t, priority_for(t));
}

static void server_died(const struct task *server)
{
	for (u32 i = 0; i < task_count; i++)
		if (tasks[i].server == server)
			tasks[i].record->server_deaths++;
}

/* In each of the possible ways; everything is taken back in the end. */
static void kill(struct task *t)
{
	switch (random_below(&random, 4)) {
	case 0: EXPECT(OK, thread_suspend(t->thread)); break;
	case 1: EXPECT(OK, slot_delete(t->thread)); break;
	case 2:
		EXPECT(OK, slot_revoke(t->cnode));
		/* The last: the thread's own capability ended with the revoke. */
		EXPECT(OK, slot_delete(t->cnode));
		break;
	default: break;
	}
	task_revoke(t);
	if (t->is_server)
		server_died(t);
}

static struct task *any_client(u32 servers)
{
	return &tasks[servers + random_below(&random, task_count - servers)];
}

static void cancel(struct task *t)
{
	enum microk_status s = thread_cancel(t->thread);

	if (s == OK)
		t->record->cancels++;
	else if (s != ERR_STATE)
		kit_fail(__FILE__, __LINE__, "cancelling task %u came to %s", t->id,
			 status_name(s));
}

/* A wait that is stopped is cancelled. Calls that it owed an answer fail. */
static void stop_for_a_while(struct task *t, u64 ticks)
{
	enum thread_state state = task_state(t);

	if (state != THREAD_READY && state != THREAD_STOPPED)
		t->record->cancels++;
	EXPECT(OK, thread_suspend(t->thread));
	EXPECT_U64(THREAD_STOPPED, task_state(t));
	if (ticks)
		sleep_ticks(ticks);
	EXPECT(OK, thread_resume(t->thread));
}

static void fail_endpoint(const struct task *server)
{
	EXPECT(OK, cnode_fail(ROOT_CNODE, endpoint_of(server)));
	server->record->endpoint_fails++;
	for (u32 i = 0; i < task_count; i++)
		if (tasks[i].server == server)
			tasks[i].record->endpoint_fails++;
}

static void signal_server(const struct task *server)
{
	struct message m = {0};
	cap_t badged = kit_mint(
		server->notification, RIGHT_ALL, 1ul << random_below(&random, 63), MINT_BADGE);

	EXPECT(OK, ipc(SYS_SIGNAL, badged, &m));
	EXPECT(OK, slot_delete(badged));
	slot_free(badged);
}

static void move_house(u32 space)
{
	space_kill(space);
	for (u32 i = 0; i < task_count; i++) {
		if (tasks[i].space != space)
			continue;
		if (task_state(&tasks[i]) != THREAD_STOPPED)
			kit_fail(__FILE__, __LINE__, "task %u runs on without an address space", i);
		task_revoke(&tasks[i]);
		if (tasks[i].is_server)
			server_died(&tasks[i]);
	}
	space_make(space);
	for (u32 i = 0; i < task_count; i++)
		if (tasks[i].space == space)
			make(&tasks[i]);
}

static void something_bad(const struct storm *s)
{
	struct task *client = any_client(s->servers),
		    *server = &tasks[random_below(&random, s->servers)];
	u64 what = random_below(&random, 100);

	if (what < 35) {
		cancel(client);
	} else if (what < 45) {
		stop_for_a_while(
			client, random_below(&random, 3) ? 0 : random_below(&random, 20000));
	} else if (what < 70) {
		kill(client);
		make(client);
	} else if (what < 75) {
		client->record->is_cut =
			true; /* first: a call of it that is queued ends in the revoke */
		EXPECT(OK, slot_revoke(client->service)); /* the copy in its CSpace */
	} else if (what < 80) {
		EXPECT(OK, thread_set_priority(client->thread, any_priority()));
	} else if (what < 87) {
		signal_server(server);
	} else if (what < 90) {
		fail_endpoint(server);
	} else if (what < 92) {
		stop_for_a_while(server, 0);
		server_died(server); /* for those that it owed answers */
	} else if (what < 99) {
		kill(server);
		make(server);
	} else {
		move_house((u32)random_below(&random, s->spaces));
	}
	if (client->record->is_cut && client->record->done) {
		task_revoke(client);
		make(client);
	}
}

static bool report_wrong(void)
{
	bool any = false;

	for (u32 i = 0; i < task_count && !any; i++) {
		const struct record *r = tasks[i].record;
		if (!r->wrong_line)
			continue;
		kit_fail(tasks[i].is_server ? "server.c" : "client.c", (int)r->wrong_line,
			 "task %u, life %u, call %lu: 0x%lx, 0x%lx, 0x%lx", i, r->life, r->calls,
			 r->wrong[0], r->wrong[1], r->wrong[2]);
		any = true;
	}
	return any;
}

static bool all_done(u32 servers)
{
	for (u32 i = servers; i < task_count; i++)
		if (!tasks[i].record->done)
			return false;
	return true;
}

/* Every call ends: after the order to stop, all clients end. */
static void calm_down(const struct storm *s)
{
	for (u32 i = s->servers; i < task_count; i++)
		tasks[i].record->stop = true;
	for (u32 i = 0; i < 2000 && !all_done(s->servers); i++)
		sleep_ticks(100000);
	for (u32 i = s->servers; i < task_count; i++)
		if (!tasks[i].record->done)
			kit_fail(__FILE__, __LINE__,
				 "client %u never came to an end: state %u, %lu calls begun, %lu "
				 "ended",
				 i, task_state(&tasks[i]), tasks[i].record->calls,
				 tasks[i].record->ended);
}

/* With its clients dead a server has nothing left of them. Their closed sessions and the test's messages take turns at the
 * endpoint, so with each answer there is one session fewer. */
static void check_server(const struct task *server)
{
	struct message m = {.tag = TAG(T_STATUS, 0)};
	u64 bit = 1ul << 63;
	cap_t badged = kit_mint(server->notification, RIGHT_ALL, bit, MINT_BADGE);

	EXPECT(OK, ipc(SYS_SIGNAL, badged, &(struct message){0}));
	EXPECT(OK, ipc(SYS_CALL, endpoint_of(server), &m));
	for (u64 open = m.word[STATUS_SESSIONS]; open; open = m.word[STATUS_SESSIONS]) {
		m = (struct message){.tag = TAG(T_STATUS, 0)};
		EXPECT(OK, ipc(SYS_CALL, endpoint_of(server), &m));
		CHECK(m.word[STATUS_SESSIONS] < open);
		if (m.word[STATUS_SESSIONS] >= open)
			break;
	}
	EXPECT_U64(0, m.word[STATUS_SESSIONS]);
	EXPECT_U64(0, m.word[STATUS_HELD]);
	EXPECT_U64(bit, m.word[STATUS_BITS] & bit);
}

static void report_numbers(const struct storm *s)
{
	static u64 by_status[256];
	u64 calls = 0, words = 0, caps = 0, lives = 0;

	memset(by_status, 0, sizeof(by_status));
	for (u32 i = s->servers; i < task_count; i++) {
		const struct record *r = tasks[i].record;
		calls += r->ended;
		words += r->words;
		caps += r->capabilities;
		lives += r->life;
		for (u32 k = 0; k < ARRAY_LEN(by_status); k++)
			by_status[k] += r->by_status[k];
	}
	kit_report("INFO %s: %lu calls, %lu words, %lu capabilities, %lu lives of %u clients",
		   kit_test, calls, words, caps, lives, task_count - s->servers);
	for (u32 k = 0; k < ARRAY_LEN(by_status); k++)
		if (by_status[k])
			kit_report("INFO %s: %lu times %s", kit_test, by_status[k], status_name(k));
	/* A storm that did not reach these cases would prove nothing. */
	static const u8 must[] = {OK, ERR_PEER_DIED, ERR_CANCELLED, ERR_DEADLINE};
	for (u32 i = 0; i < sizeof(must); i++)
		if (!by_status[must[i]])
			kit_fail(__FILE__, __LINE__, "no call ended in %s", status_name(must[i]));
}

void storm_run(const struct storm *s)
{
	u64 seed = command_number("seed=", 1), calls = kit_info->ipc_calls,
	    interrupts = kit_info->interrupts;
	u64 rounds = command_number("rounds=", s->rounds);

	random = (seed + 1) * 0x9e3779b97f4a7c15;
	kit_report("INFO %s: seed=%lu rounds=%lu", kit_test, seed, rounds);
	world_begin(s->spaces, s->servers, s->clients);
	for (u32 i = 0; i < task_count; i++) {
		tasks[i].record->seed = random_next(&random);
		make(&tasks[i]);
	}
	for (u64 i = 0; i < rounds && !report_wrong() && !kit_failures_here(); i++) {
		sleep_ticks(500 + random_below(&random, s->calm));
		something_bad(s);
	}
	calm_down(s);
	report_wrong();
	for (u32 i = s->servers; i < task_count; i++)
		task_revoke(&tasks[i]);
	for (u32 i = 0; i < s->servers; i++)
		check_server(&tasks[i]);
	report_wrong();
	report_numbers(s);
	kit_report("INFO %s: %lu messages, %lu interrupts", kit_test, kit_info->ipc_calls - calls,
		   kit_info->interrupts - interrupts);
	world_end();
}
