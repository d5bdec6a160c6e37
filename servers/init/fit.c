/*
 * system.conf states what a service may have on a machine with enough memory, not what it cannot do without. A page pool is a cache,
 * and gives first; a service's own memory has room for growth.
 *
 * Weighed: a second file for small machines, which would have to be kept with the first; and amounts in system.conf that are shares of the
 * machine, as Linux sizes its caches, which make a service's memory a surprise on every machine.
 */
#include "servers/init/fit.h"
#include "lib/microk/util.h"

#define CNODE_BYTES                                                                                \
	(16ul                                                                                      \
	 << 10) /* of each service's CNode, Endpoint and Thread; measured: 10 to 14 KiB without `slots` */
#define SLOT_BYTES 32ul
#define UNIT (64ul << 10) /* sizes stay multiples of this */

static bool is_pool(const struct conf_grant *g)
{
	return g->kind == GRANT_RING_PAGES && !g->is_driver;
}

static u64 pools(const struct conf *conf, bool smallest)
{
	u64 sum = 0;

	for (u32 i = 0; i < conf->count; i++)
		for (u32 j = 0; j < conf->services[i].grant_count; j++) {
			const struct conf_grant *g = &conf->services[i].grants[j];
			u64 bytes = g->pages * PAGE_SIZE;
			if (is_pool(g))
				sum += smallest ? MIN(bytes, FIT_POOL) : bytes;
		}
	return sum;
}

static u64 memory(const struct conf *conf)
{
	u64 sum = 0;

	for (u32 i = 0; i < conf->count; i++)
		sum += conf->services[i].memory;
	return sum;
}

/* All other memory that outlives instances. */
static u64 kept(const struct conf *conf)
{
	u64 sum = 0;

	for (u32 i = 0; i < conf->count; i++) {
		const struct conf_service *s = &conf->services[i];
		sum += CNODE_BYTES + s->slots * SLOT_BYTES;
		for (u32 j = 0; j < s->grant_count; j++)
			if (s->grants[j].kind == GRANT_FRAMES)
				sum += s->grants[j].pages * PAGE_SIZE;
	}
	return sum;
}

/* bytes * part / whole, in units, and not less than `least`. */
static u64 share(u64 bytes, u64 part, u64 whole, u64 least)
{
	return MAX(least, bytes / UNIT * part / whole * UNIT);
}

static void shrink_pools(struct conf *conf, u64 room, u64 wanted)
{
	for (u32 i = 0; i < conf->count; i++)
		for (u32 j = 0; j < conf->services[i].grant_count; j++) {
			struct conf_grant *g = &conf->services[i].grants[j];
			u64 bytes = g->pages * PAGE_SIZE;
			if (g->kind == GRANT_RING_PAGES) /* the driver's grant, too */
				g->pages = (u32)(share(bytes, MIN(room, wanted), wanted,
						       MIN(bytes, FIT_POOL)) /
						 PAGE_SIZE);
		}
}

static void shrink_memory(struct conf *conf, u64 room, u64 wanted)
{
	for (u32 i = 0; i < conf->count; i++) {
		u64 *bytes = &conf->services[i].memory;
		*bytes = share(*bytes, MIN(room, wanted), wanted, ALIGN_UP(*bytes / 2, PAGE_SIZE));
	}
}

bool fit_sizes(struct conf *conf, u64 free)
{
	u64 fixed = kept(conf), own = memory(conf), cache = pools(conf, false);
	u64 left = free > fixed ? free - fixed : 0;

	if (own + cache <= left)
		return false;
	if (cache)
		shrink_pools(conf, left > own ? left - own : 0, cache);
	cache = pools(conf, true); /* memory gives only what the smallest pools need */
	if (own + cache > left)
		shrink_memory(conf, left > cache ? left - cache : 0, own);
	return true;
}
