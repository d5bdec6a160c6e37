/* Frames of init's own memory, for one service or for several. */
#include "servers/init/frames.h"
#include "gen/lib/microk/methods.h"
#include "microk/cap.h"
#include "microk/info.h"
#include "servers/init/pool.h"

#define SHARED_ADDRESS 0x400000000ul

enum microk_status frames_make(u64 pages, cap_t *first, u32 *count)
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

u64 frames_address(u32 index, u64 pages)
{
	static u64 used[CONF_SERVICES];
	u64 run = FRAME_MAX_PAGES * PAGE_SIZE;
	u64 at = ALIGN_UP(used[index], pages >= FRAME_MAX_PAGES ? run : PAGE_SIZE);

	used[index] = at + (pages + 1) * PAGE_SIZE;
	return SHARED_ADDRESS + at;
}

enum microk_status frames_grant(const struct conf_grant *c, u32 index, struct grant *g)
{
	cap_t first;
	u32 count;
	enum microk_status status = frames_make(c->pages, &first, &count);

	if (status != OK)
		return status;
	return grant_frames(
		g, &pool, first, count, RIGHT_READ | RIGHT_WRITE, frames_address(index, c->pages));
}

enum microk_status frames_pool(const struct conf_grant *c, const struct service *s)
{
	cap_t slot;
	enum microk_status status = supply_make(&pool, CAP_UNTYPED, c->pages * PAGE_SIZE, &slot);

	if (status != OK)
		return status;
	return cnode_move(s->cnode, &(struct cnode_move){.index = SLOT_TOTAL + s->kept_slots - 1,
							 .source_cnode = ROOT_CNODE,
							 .source_index = slot});
}
