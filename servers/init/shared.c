/*
 * Rings: frames of init's own memory for two services. Each side's grant has a master of its own, so that the end of one
 * side's instance takes nothing from the other's.
 */
#include "servers/init/shared.h"
#include "servers/init/frames.h"
#include "gen/lib/microk/methods.h"
#include "lib/driver/ring.h"
#include "microk/cap.h"
#include "servers/init/pool.h"
#include "servers/init/services.h"

/* ---- Rings ---- */

#define RINGS 8 /* of the whole system */

enum ring_part { REQUESTS, ANSWERS, PAGES, PARTS };

static struct made {
	u32 client, driver;
	cap_t first[PARTS];
	u32 count[PARTS];
} rings[RINGS];
static u32 ring_count;
static u64 pool_pages_made;

u64 shared_pool_pages(void)
{
	return pool_pages_made;
}

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
		status = frames_make(pages[i], &m->first[i], &m->count[i]);
	if (status == OK)
		pool_pages_made += pool_pages;
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
		return give_part(ring, REQUESTS, !c->is_driver,
				 frames_address(index, RING_REQUEST_PAGES), g);
	case GRANT_RING_ANSWERS:
		return give_part(
			ring, ANSWERS, c->is_driver, frames_address(index, RING_ANSWER_PAGES), g);
	case GRANT_RING_PAGES:
		return give_part(
			ring, PAGES, true, c->is_driver ? 0 : frames_address(index, c->pages), g);
	case GRANT_RING_SIGNAL:
		return grant_mint(g, &pool, supervisor.services[other].notification, RIGHT_WRITE,
				  RING_SIGNAL, MINT_BADGE);
	default: return ERR_ARG;
	}
}
