/*
 * Frames of init's own memory. Each side's grant has a master of its own, so that the end of one side's instance takes nothing from
 * the other's.
 */
#include "servers/init/shared.h"
#include "gen/lib/microk/methods.h"
#include "lib/driver/ring.h"
#include "microk/cap.h"
#include "servers/init/pool.h"
#include "servers/init/services.h"

#define SHARED_ADDRESS 0x400000000ul

/* A row of runs, all of full length but the last. */
static enum microk_status make_runs(u64 pages, cap_t *first, u32 *count)
{
	enum microk_status status = OK;

	*count = (u32)((pages + FRAME_MAX_PAGES - 1) / FRAME_MAX_PAGES);
	if ((*first = supply_slots(&pool, *count)) == 0)
		return ERR_LIMIT;
	for (u32 i = 0; i < *count && status == OK; i++)
		status = supply_make_in(
			&pool, CAP_FRAME, MIN(pages - (u64)i * FRAME_MAX_PAGES, FRAME_MAX_PAGES),
			*first + i);
	return status;
}

/* The next free addresses of a service. A run begins where it can be mapped by one entry; a page that is not mapped follows. */
static u64 take_address(u32 index, u64 pages)
{
	static u64 used[CONF_SERVICES];
	u64 run = FRAME_MAX_PAGES * PAGE_SIZE;
	u64 at = ALIGN_UP(used[index], pages >= FRAME_MAX_PAGES ? run : PAGE_SIZE);

	used[index] = at + (pages + 1) * PAGE_SIZE;
	return SHARED_ADDRESS + at;
}

enum microk_status shared_frames(const struct conf_grant *c, u32 index, struct grant *g)
{
	cap_t first;
	u32 count;
	enum microk_status status = make_runs(c->pages, &first, &count);

	if (status != OK)
		return status;
	return grant_frames(
		g, &pool, first, count, RIGHT_READ | RIGHT_WRITE, take_address(index, c->pages));
}

/* ---- Rings ---- */

#define RINGS 8 /* of the whole system */

enum ring_part { REQUESTS, ANSWERS, PAGES, PARTS };

static struct made {
	u32 client, driver;
	cap_t first[PARTS];
	u32 count[PARTS];
} rings[RINGS];
static u32 ring_count;

static enum microk_status make_ring(u32 client, u32 driver, u64 pool_pages,
				    const struct made **ring)
{
	const u64 pages[PARTS] = {RING_REQUEST_PAGES, RING_ANSWER_PAGES, pool_pages};
	enum microk_status status = OK;

	for (u32 i = 0; i < ring_count; i++)
		if (rings[i].client == client && rings[i].driver == driver) {
			*ring = &rings[i];
			return OK;
		}
	if (ring_count == RINGS)
		return ERR_LIMIT;
	struct made *m = &rings[ring_count++];
	*m = (struct made){.client = client, .driver = driver};
	*ring = m;
	for (u32 i = 0; i < PARTS && status == OK; i++)
		status = make_runs(pages[i], &m->first[i], &m->count[i]);
	return status;
}

/* Only its writer may write to each part. The device, and not its driver, reads and writes the pool. */
static enum microk_status give_part(const struct made *ring, enum ring_part part, bool writes,
				    u64 address, struct grant *g)
{
	return grant_frames(g, &pool, ring->first[part], ring->count[part],
			    RIGHT_READ | (writes ? RIGHT_WRITE : 0), address);
}

enum microk_status shared_ring(const struct conf_grant *c, u32 index, struct grant *g)
{
	u32 other = (u32)c->server;
	const struct made *ring;
	enum microk_status status = make_ring(
		c->is_driver ? other : index, c->is_driver ? index : other, c->pages, &ring);

	if (status != OK)
		return status;
	switch (c->kind) {
	case GRANT_RING_REQUESTS:
		return give_part(
			ring, REQUESTS, !c->is_driver, take_address(index, RING_REQUEST_PAGES), g);
	case GRANT_RING_ANSWERS:
		return give_part(
			ring, ANSWERS, c->is_driver, take_address(index, RING_ANSWER_PAGES), g);
	case GRANT_RING_PAGES:
		return give_part(
			ring, PAGES, true, c->is_driver ? 0 : take_address(index, c->pages), g);
	case GRANT_RING_SIGNAL:
		return grant_mint(g, &pool, supervisor.services[other].notification, RIGHT_WRITE,
				  RING_SIGNAL, MINT_BADGE);
	default: return ERR_ARG;
	}
}
