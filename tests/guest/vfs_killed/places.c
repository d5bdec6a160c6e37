#include "tests/guest/vfs_killed/places.h"
#include "gen/lib/microk/methods.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"
#include "lib/state/area.h"
#include "lib/state/state.h"
#include "servers/init/pool.h"
#include "servers/vfs/cache/cache.h"

#define FIRST_ADDRESS 0x310000000ul
#define SECOND_ADDRESS 0x320000000ul

const char *const place_names[PLACES] = {
	[IDLE] = "idle",         [RECEIVED] = "received",   [CHANGING] = "changing",
	[LOGGING] = "logging",   [VOTED] = "voted",         [DECIDED] = "decided",
	[AT_DISK] = "at disk",   [COMMITTED] = "committed", [AHEAD] = "ahead",
	[STARTING] = "starting", [FREED] = "freed"};

static const volatile struct state_area *area;
static const volatile struct change_log *change;
static const volatile struct state_vote *vote;

/* The grant of that name; NULL if there is none. */
static const struct grant *find(const struct service *s, const char *name)
{
	for (u32 i = 0; i < s->grant_count; i++)
		if (strcmp(s->grants[i].name, name) == 0)
			return &s->grants[i];
	return NULL;
}

/* Maps the grant's memory a second time. */
static const volatile void *look_at(const struct grant *g, cap_t *copy, u64 address)
{
	if (!g || supply_copy(&pool, g->master, RIGHT_READ, copy) != OK ||
	    supply_map(&pool, SLOT_SPACE, *copy, address, RIGHT_READ, 0) != OK)
		return NULL;
	return (const volatile void *)address;
}

bool places_open(const struct service *vfs)
{
	static cap_t copies[2];
	const struct grant *pages = find(vfs, "disk.pages");
	const volatile u8 *cache = look_at(find(vfs, "cache"), &copies[1], SECOND_ADDRESS);

	area = look_at(find(vfs, "state"), &copies[0], FIRST_ADDRESS);
	if (!area || !cache || !pages)
		return false;
	change = (const volatile void *)cache;
	/* servers/vfs/diskfs.c has its vote first after the cache's words. */
	vote = (const volatile void *)(cache + sizeof(struct change_log) +
				       pages->pages * sizeof(struct page_words));
	return true;
}

static u64 thread_state(const struct service *s)
{
	struct thread_info_result info = {0};

	thread_info(s->instance.thread, &info);
	return info.state;
}

enum place place_now(const struct service *vfs)
{
	static u64 idle_generation, changing_generation; /* when it was last IDLE; CHANGING, or 0 */
	u64 records = change->records, generation = area->generation, log = area->log;
	u64 state = thread_state(vfs), before = changing_generation;

	changing_generation = records ? generation : 0;
	if (vfs->state != SERVICE_READY)
		return STARTING;
	if (state == THREAD_RECEIVING) {
		idle_generation = generation;
		return IDLE;
	}
	if (state == THREAD_WAITING)
		return AT_DISK;
	if (vote->generation == generation + 1)
		return records ? VOTED : DECIDED;
	if (records)
		return before && before != generation ? AHEAD : CHANGING;
	if (before == generation)
		return FREED;
	if (log >> STATE_LOG_BITS == generation && log % (1ul << STATE_LOG_BITS))
		return LOGGING;
	return generation == idle_generation ? RECEIVED : COMMITTED;
}

bool place_is_call(const struct service *vfs)
{
	return thread_state(vfs) == THREAD_AWAITING;
}
