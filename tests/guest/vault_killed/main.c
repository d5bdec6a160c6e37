/*
 * The vault is ended at every moment of a change of its secret, which is an operation that takes effect once: its client's
 * stub repeats the request to the vault's successor. The secret is changed, and changed once, wherever the vault was; and
 * the client gets one answer.
 */
#include "gen/protocols/vault_client.h"
#include "lib/microk/memory.h"
#include "lib/microk/string.h"
#include "lib/state/state.h"
#include "lib/supervise/instance.h"
#include "stages/2-caps/vault/data.h"
#include "tests/guest/kit/clock.h"
#include "tests/guest/kit/moment.h"
#include "tests/guest/kit/short.h"
#include "tests/guest/kit/supervised.h"

#define VIEW_ADDRESS 0x300000000ul
#define STATE_ADDRESS 0x310000000ul
#define KILLER_PRIORITY (KIT_PRIORITY + 2)
#define STRIDE 32 /* instructions from one moment to the next */
#define PHASES 16
#define CLIENT 5

enum { ENDPOINT, STATE, GRANTS };

static struct supply pool;
static struct view view;
static struct grant grants[GRANTS];
static struct service service;
static struct elf_image image;
static void *area;

static const struct vault_data *kept(void)
{
	struct state s = {.area = area};

	return state_data(&s);
}

static void server_begin(void)
{
	const char *doing = "";
	cap_t frame;

	supervised_program("boot/vault", &image);
	pool = supervised_pool();
	view = (struct view){.address = VIEW_ADDRESS, .supply = &pool};
	service = supervised_service("vault", grants, GRANTS);
	EXPECT(OK, service_make(&service, &pool, kit_make(CAP_ENDPOINT, 0)));
	grants[ENDPOINT] = (struct grant){.name = "vault", .stays = true};
	EXPECT(OK, grant_copy(&grants[ENDPOINT], &pool, service.endpoint, RIGHT_ALL));
	EXPECT(OK, memory_make(1, &frame, &area));
	grants[STATE] = (struct grant){.name = "state"};
	EXPECT(OK, grant_frames(&grants[STATE], &pool, frame, 1, RIGHT_READ | RIGHT_WRITE,
				STATE_ADDRESS));
	EXPECT(OK, instance_start(&service, &image, &view, &doing));
}

/* ---- Deaths ---- */
static struct {
	cap_t go, never;
	u64 at, changes; /* the moment, and how often the secret had been changed before */
	u32 phase;
	volatile bool answered, done;
} plan;
static u64 before_it, after_it; /* deaths before the change, and after it but before its answer */

static void killer(u64 unused)
{
	const char *doing = "";
	struct message m = {0};

	(void)unused;
	while (ipc(SYS_WAIT, plan.go, &m) == OK) {
		sleep_until_moment(plan.never, plan.at, plan.phase);
		before_it += !plan.answered && kept()->changes == plan.changes;
		after_it += !plan.answered && kept()->changes != plan.changes;
		EXPECT(OK, instance_replace(&service, &image, &view, &doing));
		plan.done = true;
		m.tag = 0;
	}
}

static void killer_begin(void)
{
	plan.go = kit_make(CAP_NOTIFICATION, 0);
	plan.never = kit_make(CAP_NOTIFICATION, 0);
	kit_thread(killer, 0, KILLER_PRIORITY);
	plan.go = kit_mint(plan.go, RIGHT_ALL, 1, MINT_BADGE);
}

static void expect_secret(cap_t vault, const char *wanted)
{
	struct vault_look_result seen;

	EXPECT(OK, vault_look(vault, &seen));
	CHECK(strcmp(seen.secret, wanted) == 0 && strcmp(kept()->secret, wanted) == 0);
}

/* True: the vault died before it had answered. */
static bool trial(cap_t vault, u64 after, u32 phase)
{
	char secret[] = "0000";

	for (u32 i = 0; i < 4; i++)
		secret[i] = (char)('0' + (after / STRIDE >> 4 * i) % 10);
	plan.changes = kept()->changes;
	plan.phase = phase;
	plan.answered = plan.done = false;
	plan.at = now() + after;
	EXPECT(OK, ipc(SYS_SIGNAL, plan.go, &(struct message){0}));
	EXPECT(OK, vault_change(vault, secret));
	bool early = plan.done;
	plan.answered = true;
	KIT_UNTIL(plan.done);
	EXPECT_U64(plan.changes + 1, kept()->changes);
	expect_secret(vault, secret);
	return early;
}

static void test_changed_once(void)
{
	u64 moment = 0, deaths = 0;

	server_begin();
	killer_begin();
	cap_t vault = copy_of(
		kit_mint(service.endpoint, RIGHT_ALL, CLIENT, MINT_BADGE | MINT_WATCH), RIGHT_ALL);
	expect_secret(vault, "7-31-12");
	while (trial(vault, moment, (u32)(deaths % PHASES)) && !kit_failures_here()) {
		moment += STRIDE;
		deaths++;
	}
	CHECK(before_it > 10 && after_it > 3);
	kit_report("NOTE %lu deaths: %lu before the change, %lu after it and before the answer",
		   deaths, before_it, after_it);
}

static const struct kit_test tests[] = {{"changed_once", test_changed_once}};

int main(void)
{
	kit_main(tests, ARRAY_LEN(tests));
}
