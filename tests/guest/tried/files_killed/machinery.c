#include "tests/guest/tried/files_killed/machinery.h"
#include "lib/microk/memory.h"
#include "lib/microk/string.h"
#include "lib/state/state.h"
#include "lib/supervise/instance.h"
#include "tests/guest/kit/moment.h"
#include "tests/guest/kit/supervised.h"

#define VIEW_ADDRESS 0x300000000ul
#define AREA_ADDRESS 0x310000000ul
#define PROGRESS_ADDRESS 0x320000000ul
#define KEPT_SLOTS 16

enum { ENDPOINT, AREA, KEPT, PROGRESS, GRANTS };

static struct supply pool;
static struct view view;
static struct grant grants[GRANTS];
static struct service service;
static struct elf_image image;
static void *area;
static volatile struct files_progress *progress;

/* ---- The service ---- */

static void grant_memory(u32 which, const char *name, u64 pages, u64 address, void *here)
{
	cap_t frame;

	EXPECT(OK, memory_make(pages, &frame, here));
	memset(*(void **)here, 0, pages * PAGE_SIZE);
	grants[which] = (struct grant){.name = name};
	EXPECT(OK,
	       grant_frames(&grants[which], &pool, frame, 1, RIGHT_READ | RIGHT_WRITE, address));
}

static void killer_begin(void);

void server_begin(const char *program)
{
	const char *doing = "";
	void *counts;

	supervised_program(program, &image);
	pool = supervised_pool();
	view = (struct view){.address = VIEW_ADDRESS, .supply = &pool};
	service = supervised_service("files", grants, GRANTS);
	EXPECT(OK, service_make(&service, &pool, kit_make(CAP_ENDPOINT, 0)));
	grants[ENDPOINT] = (struct grant){.name = FILES_GRANT_ENDPOINT, .stays = true};
	EXPECT(OK, grant_copy(&grants[ENDPOINT], &pool, service.endpoint, RIGHT_ALL));
	grants[KEPT] = (struct grant){.name = FILES_GRANT_KEPT};
	EXPECT(OK, grant_copy(&grants[KEPT], &pool, kit_make(CAP_CNODE, KEPT_SLOTS), RIGHT_ALL));
	grant_memory(AREA, FILES_GRANT_AREA, FILES_AREA_PAGES, AREA_ADDRESS, &area);
	grant_memory(PROGRESS, FILES_GRANT_PROGRESS, 1, PROGRESS_ADDRESS, &counts);
	progress = counts;
	EXPECT(OK, instance_start(&service, &image, &view, &doing));
	killer_begin();
}

void server_replace(void)
{
	const char *doing = "";

	EXPECT(OK, instance_replace(&service, &image, &view, &doing));
}

cap_t server_directory(u64 badge)
{
	cap_t watched = kit_mint(service.endpoint, RIGHT_ALL, badge, MINT_BADGE | MINT_WATCH);

	return copy_of(watched, RIGHT_WRITE);
}

/* ---- Memory that the server writes ---- */

u64 server_stores(void)
{
	return progress->stores;
}

void server_stores_reset(void)
{
	progress->stores = 0;
}

void server_state_check(void)
{
	struct state s = {.area = area};

	EXPECT(OK, state_check(&s));
}

u32 server_descriptions(void)
{
	struct state s = {.area = area};
	const struct data *data = state_data(&s);
	u32 count = 0;

	for (u32 d = 0; d < FILES_MOST; d++)
		count += data->descriptions[d].file != 0;
	return count;
}

/* ---- Deaths ---- */

#define KILLER_PRIORITY (KIT_PRIORITY + 2)

struct death deaths[DEATHS];
u32 deaths_count;
u64 kill_armed, kill_restarted;

static struct {
	cap_t go, never;
	u64 first, again[DEATHS - 1];
	u32 phase;
	volatile bool answered, done;
} plan;

static void killer(u64 unused)
{
	struct message m = {0};

	(void)unused;
	while (ipc(SYS_WAIT, plan.go, &m) == OK) {
		u64 next = plan.first;

		for (deaths_count = 0; next; deaths_count++) {
			sleep_until_moment(plan.never, next, plan.phase);
			deaths[deaths_count] = (struct death){
				.stores = progress->stores, .answered = plan.answered};
			server_replace();
			if (!deaths_count)
				kill_restarted = now();
			next = deaths_count < DEATHS - 1 ? plan.again[deaths_count] : 0;
			next += next ? now() : 0;
		}
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

void kill_begin(u64 after, const u64 again[DEATHS - 1], u32 phase)
{
	for (u32 i = 0; i < DEATHS - 1; i++)
		plan.again[i] = again ? again[i] : 0;
	plan.phase = phase;
	plan.answered = plan.done = false;
	kill_armed = now();
	plan.first = kill_armed + after;
	EXPECT(OK, ipc(SYS_SIGNAL, plan.go, &(struct message){0}));
}

void kill_wait(void)
{
	KIT_UNTIL(plan.done);
}

void kill_answered(void)
{
	plan.answered = true;
}
