#include "lib/driver/ring_driver.h"
#include "lib/microk/string.h"

static u64 submitted(const struct ring *r, u32 i)
{
	return __atomic_load_n(&r->requests->request[i].submitted, __ATOMIC_ACQUIRE);
}

/* `done` is the last word of an answer. Nothing that the driver wrote before may appear after it. */
static void put_done(const struct ring *r, u32 i, u64 id, enum microk_status status)
{
	r->answers->answer[i].status = status;
	__atomic_store_n(&r->answers->answer[i].done, id, __ATOMIC_RELEASE);
}

static bool is_new(const struct ring *r, u32 i)
{
	return r->job[i].state == RING_JOB_NONE && submitted(r, i) != r->answers->answer[i].done;
}

u32 ring_open(struct ring *r, const volatile void *requests, volatile void *answers,
	      u32 pool_sectors, const struct ring_range *range, bool takes_over)
{
	u32 found = 0;

	r->requests = requests;
	r->answers = answers;
	r->pool_sectors = pool_sectors;
	r->range = *range;
	for (u32 i = 0; i < RING_ENTRIES; i++)
		found += is_new(r, i);
	if (takes_over)
		r->answers->taken_over += found;
	return found;
}

/* ---- Checks, of the driver's copy ---- */

static enum microk_status check_place(const struct ring *r, const struct ring_job *job)
{
	if (job->sectors == 0 || job->sectors > RING_SECTORS_MAX)
		return ERR_RANGE;
	if (job->sector > r->range.sectors || job->sectors > r->range.sectors - job->sector)
		return ERR_RANGE;
	return OK;
}

static enum microk_status check_segments(const struct ring *r, const struct ring_job *job)
{
	u64 sum = 0;

	for (u32 i = 0; i < job->segments; i++) {
		const struct ring_segment *s = &job->segment[i];

		if (s->sectors == 0 || s->first > r->pool_sectors ||
		    s->sectors > r->pool_sectors - s->first)
			return ERR_RANGE;
		sum += s->sectors;
	}
	return sum == job->sectors ? OK : ERR_ARG;
}

static enum microk_status may_write(const struct ring *r)
{
	if (!r->range.writes)
		return ERR_RIGHTS;
	return r->range.is_read_only ? ERR_READ_ONLY : OK;
}

static enum microk_status check(const struct ring *r, const struct ring_job *job)
{
	enum microk_status status = OK;

	if (job->id == 0 || job->flags & ~RING_BARRIER)
		return ERR_ARG;
	switch (job->op) {
	case RING_FLUSH: return job->segments || job->sectors ? ERR_ARG : OK;
	case RING_READ: status = r->range.reads ? OK : ERR_RIGHTS; break;
	case RING_WRITE: status = may_write(r); break;
	case RING_DISCARD:
		status = may_write(r);
		if (status == OK && (!r->range.discards || job->segments))
			return ERR_ARG;
		break;
	default: return ERR_ARG;
	}
	if (status == OK)
		status = check_place(r, job);
	if (status == OK && job->op != RING_DISCARD)
		status = check_segments(r, job);
	return status;
}

/* ---- Taking requests over ---- */

/* Every word is read once: the client may change it meanwhile. */
static void copy(const volatile struct ring_request *from, u64 id, struct ring_job *to)
{
	to->id = id;
	to->sector = from->sector;
	to->sectors = from->sectors;
	to->op = from->op;
	to->flags = from->flags;
	to->segments = from->segments;
	for (u32 i = 0; i < to->segments && i < RING_SEGMENTS; i++) {
		to->segment[i].first = from->segment[i].first;
		to->segment[i].sectors = from->segment[i].sectors;
	}
}

static void enqueue(struct ring *r, u32 i)
{
	u32 at = r->count++;

	for (; at > 0 && r->job[r->order[at - 1]].id > r->job[i].id; at--)
		r->order[at] = r->order[at - 1];
	r->order[at] = (u8)i;
	r->job[i].state = RING_JOB_WAITS;
}

/* Whether requests may have come since the last look; the next look is to find them. */
static bool has_changed(struct ring *r)
{
	u64 changes = __atomic_load_n(&r->requests->changes, __ATOMIC_ACQUIRE);

	if (r->has_looked && changes == r->changes)
		return false;
	r->has_looked = true;
	r->changes = changes;
	return true;
}

static bool look(struct ring *r)
{
	bool found = false;

	for (u32 i = 0; i < RING_ENTRIES; i++) {
		struct ring_job *job = &r->job[i];
		enum microk_status status;

		if (!is_new(r, i))
			continue;
		found = true;
		copy(&r->requests->request[i], submitted(r, i), job);
		status = job->segments > RING_SEGMENTS ? ERR_RANGE : check(r, job);
		if (status == OK) {
			job->sector += r->range.first;
			enqueue(r, i);
		} else {
			put_done(r, i, job->id, status);
		}
	}
	return found;
}

/* A client that is more urgent may submit during a look, first into an entry that has been passed and then into a later one.
 * The order counts, so the driver looks again before it takes any. A client has RING_ENTRIES to do that with, at most. */
bool ring_scan(struct ring *r)
{
	bool found = false;

	for (u32 i = 0; i <= RING_ENTRIES && has_changed(r); i++)
		found |= look(r);
	return found;
}

/* ---- The order ---- */

static bool changes_disk(const struct ring_job *job)
{
	return job->op == RING_WRITE || job->op == RING_DISCARD;
}

struct ring_job *ring_take(struct ring *r)
{
	bool writes_before = false;

	for (u32 at = 0; at < r->count; at++) {
		struct ring_job *job = &r->job[r->order[at]];
		bool is_barrier = job->flags & RING_BARRIER;
		bool may = !(is_barrier && at > 0) && !(job->op == RING_FLUSH && writes_before);

		if (job->state == RING_JOB_WAITS && may) {
			job->state = RING_JOB_TAKEN;
			r->answers->answer[r->order[at]].taken = job->id;
			return job;
		}
		if (is_barrier)
			return NULL;
		writes_before |= changes_disk(job);
	}
	return NULL;
}

void ring_answer(struct ring *r, struct ring_job *job, enum microk_status status)
{
	u32 i = (u32)(job - r->job), at = 0;

	while (r->order[at] != i)
		at++;
	r->count--;
	for (; at < r->count; at++)
		r->order[at] = r->order[at + 1];
	job->state = RING_JOB_NONE;
	put_done(r, i, job->id, status);
}
