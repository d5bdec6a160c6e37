/*
 * system.conf states the memory that a service may have on a machine with enough of it, and a service can do with less. A page
 * pool is a cache, and gives first; a service's own memory has room for growth.
 *
 * Weighed: a second file for small machines, which would have to be kept with the first; and amounts in system.conf that are
 * shares of the machine, as Linux sizes its caches, which make a service's memory a surprise on every machine.
 */
#include "servers/init/fit.h"
#include "lib/microk/util.h"

/* Measured: memory of init's own for each service, beside that of its declaration; and for all. */
#define SERVICE_BYTES (76ul << 10) /* its CNode of 1024 slots, Endpoint, Notification */
#define SLOT_BYTES 64ul
#define OWN_BYTES (768ul << 10) /* the log, PCI's table, reapers, page tables */
#define ALIGNED                                                                                    \
	(2ul << 20) /* for a pool of this size or more: its Frames begin at a multiple of it */
#define POOL_PART 4
#define POOL_LEAST (512ul << 10)
#define UNIT (64ul << 10) /* sizes stay multiples of this */

static bool is_pool(const struct conf_grant *g)
{
	return g->kind == GRANT_RING_PAGES && !g->is_driver;
}

static bool is_of_ring(const struct conf_grant *g)
{
	return g->kind == GRANT_RING_REQUESTS || g->kind == GRANT_RING_ANSWERS ||
	       g->kind == GRANT_RING_PAGES || g->kind == GRANT_RING_SIGNAL;
}

/* The pools' own bytes. */
static u64 pool_bytes(const struct conf *conf)
{
	u64 sum = 0;

	for (u32 i = 0; i < conf->count; i++)
		for (u32 j = 0; j < conf->services[i].grant_count; j++)
			if (is_pool(&conf->services[i].grants[j]))
				sum += conf->services[i].grants[j].pages * PAGE_SIZE;
	return sum;
}

static u64 pools(const struct conf *conf, bool smallest)
{
	u64 sum = 0;

	for (u32 i = 0; i < conf->count; i++)
		for (u32 j = 0; j < conf->services[i].grant_count; j++) {
			const struct conf_grant *g = &conf->services[i].grants[j];
			u64 bytes = g->pages * PAGE_SIZE;
			if (!is_pool(g))
				continue;
			if (smallest)
				bytes = MIN(bytes, FIT_POOL);
			sum += bytes + (bytes >= ALIGNED ? ALIGNED : 0);
		}
	return sum;
}

/* A service that declares far more than there is does not start with a small part of it. */
static u64 limited(const struct conf_service *s, u64 level)
{
	u64 least = s->least_memory ? s->least_memory : MAX(FIT_MEMORY, s->memory / FIT_PART);

	return MIN(s->memory, MAX(level, least));
}

/* The services' own memory, if none has more than `level`. */
static u64 memory(const struct conf *conf, u64 level)
{
	u64 sum = 0;

	for (u32 i = 0; i < conf->count; i++)
		sum += limited(&conf->services[i], level);
	return sum;
}

/* All other memory that outlives instances. */
static u64 kept(const struct conf *conf)
{
	u64 sum = OWN_BYTES;

	for (u32 i = 0; i < conf->count; i++) {
		const struct conf_service *s = &conf->services[i];
		sum += SERVICE_BYTES + s->slots * SLOT_BYTES;
		for (u32 j = 0; j < s->grant_count; j++)
			if (s->grants[j].kind == GRANT_FRAMES || s->grants[j].kind == GRANT_POOL)
				sum += s->grants[j].pages * PAGE_SIZE;
	}
	return sum;
}

/* bytes * part / whole, in units, and not less than `least`. */
static u64 share(u64 bytes, u64 part, u64 whole, u64 least)
{
	return MAX(least, bytes / UNIT * part / whole * UNIT);
}

/* Frames of which a part is a cache are as small as can be on a machine that has too little for all. */
static void shrink_frames(struct conf *conf)
{
	for (u32 i = 0; i < conf->count; i++)
		for (u32 j = 0; j < conf->services[i].grant_count; j++) {
			struct conf_grant *g = &conf->services[i].grants[j];
			if (g->kind == GRANT_FRAMES)
				g->pages = g->least;
		}
}

/* Each `pool` is halved until it has a quarter of the memory at most, and the services can begin beside it. */
static void shrink_untyped(struct conf *conf, u64 free)
{
	for (u32 i = 0; i < conf->count; i++)
		for (u32 j = 0; j < conf->services[i].grant_count; j++) {
			struct conf_grant *g = &conf->services[i].grants[j];
			while (g->kind == GRANT_POOL && g->pages * PAGE_SIZE > POOL_LEAST &&
			       (g->pages * PAGE_SIZE > free / POOL_PART ||
				kept(conf) + memory(conf, 0) + pools(conf, true) > free))
				g->pages /= 2;
		}
}

/* `wanted`: pools(conf, false), of which the room for aligning is taken off both. */
static void shrink_pools(struct conf *conf, u64 room, u64 wanted)
{
	u64 slack = wanted - pool_bytes(conf);

	wanted -= slack;
	if (!wanted)
		return;
	room = room > slack ? room - slack : 0;
	for (u32 i = 0; i < conf->count; i++)
		for (u32 j = 0; j < conf->services[i].grant_count; j++) {
			struct conf_grant *g = &conf->services[i].grants[j];
			u64 bytes = g->pages * PAGE_SIZE;
			/* Each of a ring's grants, on both sides, has the pool's size: the first one makes it. */
			if (is_of_ring(g))
				g->pages = (u32)(share(bytes, MIN(room, wanted), wanted,
						       MIN(bytes, FIT_POOL)) /
						 PAGE_SIZE);
		}
}

/* The services with the most give: half of a large share is of more use than half of a small one. */
static void shrink_memory(struct conf *conf, u64 room)
{
	u64 level = UNIT;

	for (u32 i = 0; i < conf->count; i++)
		level = MAX(level, ALIGN_UP(conf->services[i].memory, UNIT));
	while (level > UNIT && memory(conf, level) > room)
		level -= UNIT;
	for (u32 i = 0; i < conf->count; i++)
		conf->services[i].memory = limited(&conf->services[i], level);
}

u64 fit_needed(const struct conf *conf)
{
	return kept(conf) + memory(conf, ~0ul) + pools(conf, false);
}

bool fit_sizes(struct conf *conf, u64 free)
{
	if (fit_needed(conf) <= free)
		return false;
	shrink_frames(conf);
	shrink_untyped(conf, free);
	u64 fixed = kept(conf), own = memory(conf, ~0ul), cache = pools(conf, false);
	u64 left = free > fixed ? free - fixed : 0;

	if (own + cache <= left)
		return true;
	if (cache)
		shrink_pools(conf, left > own ? left - own : 0, cache);
	cache = pools(conf, true); /* memory gives only what the smallest pools need */
	if (own + cache > left)
		shrink_memory(conf, left > cache ? left - cache : 0);
	return true;
}
