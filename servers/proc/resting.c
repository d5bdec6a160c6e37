#include "servers/proc/resting.h"
#include "lib/microk/string.h"
#include "servers/proc/pieces.h"
#include "servers/proc/jobs.h"
#include "servers/proc/pool.h"
#include "servers/proc/regions.h"
#include "servers/proc/thread.h"

static bool rests(const struct process *p)
{
	return p->use == PROCESS_RESTS;
}

/* Whether the region is a part of the program that is only read, as it was loaded. */
static bool is_as_loaded(const struct image *image, const struct region *r)
{
	for (u32 i = 0; i < image->count; i++) {
		const struct image_part *part = &image->parts[i];

		if (!part->write && !r->chunk && r->start == image_part_start(part) &&
		    region_end(r) == image_part_end(part) &&
		    r->rights == (RIGHT_READ | (part->exec ? (u32)RIGHT_EXEC : 0)))
			return true;
	}
	return false;
}

static bool can_rest(const struct process *p, const struct image *image)
{
	u32 found = 0, read = 0;

	for (u32 i = 0; i < image->count; i++)
		read += !image->parts[i].write;
	for (const struct region *r = region_first(p); r; r = region_next(r))
		found += is_as_loaded(image, r);
	return found == read && pieces_count(p) <= RESTS_PIECES &&
	       !(p->shares & (SHARES_FROM | SHARES_TO));
}

bool resting_keep(const struct process *p)
{
	const struct program *g = p->program ? &world->programs[p->program - 1] : NULL;
	const struct region *next;

	if (!g || !g->ready || !can_rest(p, &g->image))
		return false;
	threads_give(p);
	pool_give(p, p->cspace, 0);
	u64 taken = OWN_BYTES + pieces_bytes(p);
	for (const struct region *r = region_first(p); r; r = next) {
		next = region_next(r);
		if (is_as_loaded(&g->image, r))
			taken += r->pages * PAGE_SIZE;
		else
			regions_give_one(p, r);
	}
	job_credit(p, p->taken);
	WORLD_PUT(p->taken, taken);
	WORLD_PUT(p->cspace, 0);
	WORLD_PUT(p->rests, p->program);
	WORLD_PUT(p->program, 0);
	return true;
}

/* The program's pages in its written parts: those that the process has not written. */
void resting_clean(const struct process *p)
{
	const struct image *image = &world->programs[p->rests - 1].image;

	for (u32 i = 0; i < image->count; i++) {
		const struct image_part *part = &image->parts[i];

		if (part->write)
			regions_clean(p, image_part_start(part),
				      (image_part_end(part) - image_part_start(part)) / PAGE_SIZE);
	}
}

const struct process *resting_find(const char *name)
{
	for (const struct process *p = world->processes; p < world->processes + PROCESSES; p++)
		if (rests(p) && !strncmp(p->name, name, sizeof(p->name)))
			return p;
	return NULL;
}

const struct process *resting_surplus(bool all)
{
	const struct process *oldest = NULL;
	u32 count = 0, stamp = 0;

	for (const struct process *p = world->processes; p < world->processes + PROCESSES; p++) {
		if (!rests(p))
			continue;
		u32 its = world->programs[p->rests - 1].stamp;
		if (!oldest || its < stamp)
			oldest = p;
		stamp = MIN(its, count ? stamp : its);
		count++;
	}
	return all || count > RESTS ? oldest : NULL;
}

const struct process *resting_with(u32 program)
{
	for (const struct process *p = world->processes; p < world->processes + PROCESSES; p++)
		if (rests(p) && p->rests == program)
			return p;
	return NULL;
}

u64 resting_bytes(void)
{
	u64 bytes = 0;

	for (const struct process *p = world->processes; p < world->processes + PROCESSES; p++)
		if (rests(p))
			bytes += OWN_BYTES + pieces_bytes(p);
	return bytes;
}

enum microk_status resting_strip(const struct process *p)
{
	enum microk_status status =
		regions_remove(p, PROCESS_BOTTOM, (PROCESS_MAPPINGS - PROCESS_BOTTOM) / PAGE_SIZE);

	WORLD_PUT(p->rests, 0);
	return status;
}
