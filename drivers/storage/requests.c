/*
 * A request with more sectors or segments than the device takes in one command becomes several pieces. Each ring has one request
 * that is being cut; its pieces are submitted as the device has room. Rings take turns, a piece each.
 *
 * Weighed: one queue of pieces behind the rings would cut each request at once, and need memory for the worst case: 64 requests of
 * 4 MiB each in pieces of a page. Cutting on demand needs a place for one request a ring.
 */
#include "drivers/storage/requests.h"
#include "lib/microk/string.h"

static const struct disk_driver *driver;
static const struct disk_info *info;
static struct requests_counters *counters;
static u64 (*clock)(void);

static struct served {
	bool is_served;
	struct ring ring;
	struct pool pool;
	void (*answered)(u32 n);
	bool has_answers;
	/* The request that is being cut, and how far. */
	struct ring_job *cutting;
	u32 sectors_done, segment, segment_done;
	/* Of each request: pieces in flight, and the first error. */
	struct {
		u32 pieces;
		bool is_cut; /* all its pieces are submitted */
		enum microk_status status;
	} job[RING_ENTRIES];
} rings[REQUESTS_RINGS];

static struct tag {
	bool in_flight;
	u8 ring;
	u8 tries;
	struct ring_job *job;
	u64 since;
	struct disk_piece piece;
} tags[DISK_TAGS];
static u32 flying;    /* tags in flight */
static u32 next_ring; /* whose turn it is */
static bool is_dead;  /* the device did not start again */

#define ROUNDS 16

void requests_init(const struct disk_driver *of, const struct disk_info *described,
		   struct requests_counters *counted, u64 (*now)(void))
{
	driver = of;
	info = described;
	counters = counted;
	clock = now;
}

u32 requests_serve(u32 n, const volatile void *ring, volatile void *answers,
		   const struct pool *pool, const struct ring_range *range, bool takes_over,
		   void (*answered)(u32 n), enum microk_status *status)
{
	struct served *s = &rings[n];

	*status = OK;
	/* Requests that were submitted before belong to the range that the ring had then. */
	if (s->is_served)
		s->has_answers |= ring_scan(&s->ring);
	if (s->is_served && ring_is_busy(&s->ring)) {
		*status = ERR_STATE;
		return 0;
	}
	bool has_answers = s->has_answers;
	memset(s, 0, sizeof(*s));
	s->has_answers = has_answers;
	s->is_served = true;
	s->pool = *pool;
	s->answered = answered;
	u32 found = ring_open(&s->ring, ring, answers, pool->sectors, range, takes_over);
	if (takes_over)
		counters->replayed += found;
	return found;
}

/* ---- Answers ---- */

static u32 index_of(const struct served *s, const struct ring_job *job)
{
	return (u32)(job - s->ring.job);
}

static void finish_job(struct served *s, struct ring_job *job)
{
	u32 i = index_of(s, job);

	if (!s->job[i].is_cut || s->job[i].pieces > 0)
		return;
	ring_answer(&s->ring, job, s->job[i].status);
	s->has_answers = true;
}

static void count_bytes(const struct disk_piece *p)
{
	if (p->op == DISK_READ)
		counters->read_bytes += p->sectors * DISK_SECTOR;
	else if (p->op == DISK_WRITE)
		counters->written_bytes += p->sectors * DISK_SECTOR;
}

static void piece_ended(u32 tag, enum microk_status status)
{
	struct tag *t = &tags[tag];
	struct served *s = &rings[t->ring];
	u32 i = index_of(s, t->job);

	if (!t->in_flight)
		return;
	t->in_flight = false;
	flying--;
	s->job[i].pieces--;
	if (status == OK)
		count_bytes(&t->piece);
	else if (s->job[i].status == OK)
		s->job[i].status = status;
	finish_job(s, t->job);
}

/* ---- Cutting ---- */

static void begin_job(struct served *s, struct ring_job *job)
{
	u32 i = index_of(s, job);

	s->cutting = job;
	s->sectors_done = s->segment = s->segment_done = 0;
	s->job[i].pieces = 0;
	s->job[i].is_cut = false;
	s->job[i].status = OK;
	counters->requests++;
}

/* No further pieces of the request that is being cut. */
static void end_cutting(struct served *s, enum microk_status status)
{
	struct ring_job *job = s->cutting;
	u32 i = index_of(s, job);

	s->cutting = NULL;
	s->job[i].is_cut = true;
	if (s->job[i].status == OK)
		s->job[i].status = status;
	finish_job(s, job);
}

/* The next contiguous memory of the request, of at most `most` bytes. */
static struct disk_part next_part(const struct served *s, u64 most)
{
	const struct ring_segment *g = &s->cutting->segment[s->segment];
	u32 first = g->first + s->segment_done, in_run = first % POOL_RUN_SECTORS;
	u32 sectors = MIN(g->sectors - s->segment_done, POOL_RUN_SECTORS - in_run);

	return (struct disk_part){
		.address = s->pool.run[first / POOL_RUN_SECTORS] + in_run * DISK_SECTOR,
		.bytes = (u32)MIN(sectors * DISK_SECTOR, most)};
}

static void advance(struct served *s, u32 sectors)
{
	s->sectors_done += sectors;
	s->segment_done += sectors;
	if (s->segment_done == s->cutting->segment[s->segment].sectors) {
		s->segment++;
		s->segment_done = 0;
	}
}

static bool is_page_end(const struct disk_part *p)
{
	return (p->address + p->bytes) % PAGE_SIZE == 0;
}

/* Whether `part` may follow in the piece. */
static bool may_follow(const struct disk_piece *p, const struct disk_part *part)
{
	if (p->parts == 0 || !info->limits.whole_pages)
		return true;
	return is_page_end(&p->part[p->parts - 1]) && part->address % PAGE_SIZE == 0;
}

static bool extends(struct disk_piece *p, const struct disk_part *part)
{
	struct disk_part *last = p->parts > 0 ? &p->part[p->parts - 1] : NULL;

	if (!last || last->address + last->bytes != part->address ||
	    (u64)last->bytes + part->bytes > info->limits.part_bytes)
		return false;
	last->bytes += part->bytes;
	return true;
}

/* Fills the piece with as much of the request as fits. */
static void cut_data(struct served *s, struct disk_piece *p)
{
	const struct ring_job *job = s->cutting;

	while (s->sectors_done < job->sectors && p->sectors < info->limits.sectors) {
		u64 most = (u64)(info->limits.sectors - p->sectors) * DISK_SECTOR;
		struct disk_part part = next_part(s, MIN(most, (u64)info->limits.part_bytes));

		if (!extends(p, &part)) {
			if (p->parts == info->limits.parts || !may_follow(p, &part))
				break;
			p->part[p->parts++] = part;
		}
		p->sectors += part.bytes / (u32)DISK_SECTOR;
		advance(s, part.bytes / (u32)DISK_SECTOR);
	}
}

static void cut_discard(struct served *s, struct disk_piece *p)
{
	u32 left = s->cutting->sectors - s->sectors_done;

	p->sectors = MIN(left, info->limits.discard_sectors);
	s->sectors_done += p->sectors;
}

static void cut(struct served *s, struct disk_piece *p)
{
	const struct ring_job *job = s->cutting;

	*p = (struct disk_piece){
		.op = (enum disk_op)job->op, .sector = job->sector + s->sectors_done};
	if (job->op == RING_DISCARD)
		cut_discard(s, p);
	else if (job->op != RING_FLUSH)
		cut_data(s, p);
}

/* A block is the least that the device reads or writes, so the pieces of a request must be whole blocks. */
static enum microk_status check_blocks(const struct ring_job *job)
{
	u32 sectors = info->block / (u32)DISK_SECTOR;

	if (job->op == RING_FLUSH || sectors == 1)
		return OK;
	if (job->sector % sectors || job->sectors % sectors)
		return ERR_ALIGN;
	for (u32 i = 0; i < job->segments; i++)
		if (job->segment[i].sectors % sectors || job->segment[i].first % sectors)
			return ERR_ALIGN;
	return OK;
}

_Static_assert(DISK_READ - RING_READ == 0 && DISK_WRITE - RING_WRITE == 0 &&
		       DISK_FLUSH - RING_FLUSH == 0 && DISK_DISCARD - RING_DISCARD == 0,
	       "operations have the same numbers");

/* Chooses the next request of the ring to cut. Some need no device. */
static bool choose(struct served *s)
{
	while (!s->cutting) {
		struct ring_job *job = ring_take(&s->ring);

		if (!job)
			return false;
		begin_job(s, job);
		enum microk_status status = check_blocks(job);
		if (is_dead)
			status = ERR_IO;
		if (status != OK || (job->op == RING_FLUSH && !info->has_cache))
			end_cutting(s, status);
	}
	return true;
}

/* ---- Submitting ---- */

static int free_tag(void)
{
	for (u32 i = 0; i < DISK_TAGS; i++)
		if (!tags[i].in_flight)
			return (int)i;
	return -1;
}

static bool launch(u32 tag)
{
	if (!driver->submit(tag, &tags[tag].piece))
		return false;
	tags[tag].since = clock();
	counters->commands++;
	return true;
}

/* Submits the next piece of a ring, or ends a request that the device can never take. False: the ring has none, or the device has
 * no room now. */
static bool submit_one(u32 n)
{
	struct served *s = &rings[n];
	int tag;

	if (!s->is_served || !choose(s) || (tag = free_tag()) < 0)
		return false;
	struct tag *t = &tags[tag];
	u32 sectors = s->sectors_done, segment = s->segment, segment_done = s->segment_done;
	cut(s, &t->piece);
	if (!launch((u32)tag)) {
		s->sectors_done = sectors;
		s->segment = segment;
		s->segment_done = segment_done;
		if (flying > 0)
			return false;
		end_cutting(s, ERR_IO); /* nothing will end, so there will never be more room */
		return true;
	}
	t->in_flight = true;
	flying++;
	t->ring = (u8)n;
	t->job = s->cutting;
	t->tries = 1;
	s->job[index_of(s, t->job)].pieces++;
	if (s->sectors_done == s->cutting->sectors)
		end_cutting(s, OK);
	return true;
}

/* Takes the rings in turn until none can submit. */
static bool submit_all(void)
{
	bool any = false;
	u32 idle = 0;

	while (idle < REQUESTS_RINGS) {
		bool submitted = submit_one(next_ring);

		next_ring = (next_ring + 1) % REQUESTS_RINGS;
		idle = submitted ? 0 : idle + 1;
		any |= submitted;
	}
	return any;
}

static void announce_answers(void)
{
	for (u32 n = 0; n < REQUESTS_RINGS; n++)
		if (rings[n].has_answers) {
			rings[n].has_answers = false;
			rings[n].answered(n);
		}
}

bool requests_work(void)
{
	bool works = is_dead || driver->poll(piece_ended), more = works;

	/* Each new request is signalled and each end is an interrupt, so this need not look until nothing is new. */
	for (u32 i = 0; more && i < ROUNDS; i++) {
		more = false;
		for (u32 n = 0; n < REQUESTS_RINGS; n++)
			if (rings[n].is_served)
				rings[n].has_answers |= ring_scan(&rings[n].ring);
		if (submit_all()) {
			driver->kick();
			works = more = driver->poll(piece_ended);
		}
	}
	announce_answers();
	return works;
}

/* ---- A device that does not answer ---- */

u32 requests_in_flight(void)
{
	return flying;
}

u64 requests_oldest(void)
{
	u64 oldest = 0;

	for (u32 i = 0; i < DISK_TAGS; i++)
		if (tags[i].in_flight && (oldest == 0 || tags[i].since < oldest))
			oldest = tags[i].since;
	return oldest;
}

/* A request that was half cut has no device for its rest. */
static void fail_cutting(void)
{
	for (u32 n = 0; n < REQUESTS_RINGS; n++)
		if (rings[n].cutting)
			end_cutting(&rings[n], ERR_IO);
}

void requests_restart(void)
{
	static struct disk_info again;
	/* The requests in flight are whole blocks as they were. */
	bool works = driver->start(&again) == OK && again.block == info->block;

	is_dead = !works;
	counters->resets++;
	for (u32 i = 0; i < DISK_TAGS; i++) {
		if (!tags[i].in_flight)
			continue;
		if (!works || tags[i].tries++ >= REQUESTS_TRIES || !launch(i))
			piece_ended(i, ERR_IO);
	}
	if (!works)
		fail_cutting();
	/* Nothing else would wake the driver for requests that waited for those that have failed now. */
	submit_all();
	if (works)
		driver->kick();
	announce_answers();
}

bool requests_are_dead(void)
{
	return is_dead;
}
