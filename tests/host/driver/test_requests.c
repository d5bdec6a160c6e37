/*
 * The ring and the cutting of requests, against a model: a client with many requests in flight, a device that does them in any
 * order and has a cache, and a driver that dies at any of its steps. The source of requests.c is part of this file, so that a new
 * instance can begin with its variables as a program has them at its start.
 *
 * Held against the model: each read returns the data that was acknowledged last; data that a flush made permanent is on the
 * medium; a barrier separates; every request is answered once.
 */
#include "drivers/storage/requests.c"
#include "lib/driver/ring_client.h"
#include "tests/host/check.h"
#include <setjmp.h>

#define SECTORS 512u
#define POOL_SECTORS 5000u /* two runs, which do not follow each other for the device */
#define POOL_BASE 0x70000000ul
#define RUN_BYTES (POOL_RUN_SECTORS * DISK_SECTOR)
#define RUN_SPACE (4 * RUN_BYTES)
#define MOST_SECTORS 24u
#define RINGS_USED 2u

static unsigned long random_state;

static u64 below(u64 n)
{
	return random_next(&random_state) % n;
}

/* ---- The device ---- */

static u8 cached[SECTORS][DISK_SECTOR], medium[SECTORS][DISK_SECTOR];
static u8 pools[RINGS_USED][POOL_SECTORS * DISK_SECTOR];
static struct {
	bool is_there, is_done, is_lost;
	struct disk_piece piece;
} flights[DISK_TAGS];
static struct disk_info fake_info;
static u32 room;
static bool errors, losses, swallows;
static u64 seconds;

/* The driver can die at each call of the device. */
static jmp_buf death;
static u64 death_in; /* calls; 0: it does not */
static u64 deaths;

static void may_die(void)
{
	if (death_in && --death_in == 0)
		longjmp(death, 1);
}

static u64 fake_clock(void)
{
	return seconds;
}

static u8 *memory_at(u64 address, u32 bytes)
{
	u64 run = (address - POOL_BASE) / RUN_SPACE, in_run = (address - POOL_BASE) % RUN_SPACE;
	u64 at = run % 2 * RUN_BYTES + in_run;

	CHECK(address >= POOL_BASE && run / 2 < RINGS_USED && in_run + bytes <= RUN_BYTES);
	CHECK(at + bytes <= sizeof(pools[0]));
	return pools[run / 2 % RINGS_USED] + at % sizeof(pools[0]);
}

/* Does a piece: reads and writes go through the cache, a flush empties it. */
static void perform(const struct disk_piece *p)
{
	u64 sector = p->sector;

	if (p->op == DISK_FLUSH)
		memcpy(medium, cached, sizeof(medium));
	if (p->op == DISK_DISCARD)
		memset(cached[sector], 0, p->sectors * DISK_SECTOR);
	for (u32 i = 0; i < p->parts; i++) {
		u8 *at = memory_at(p->part[i].address, p->part[i].bytes);
		if (p->op == DISK_WRITE)
			memcpy(cached[sector], at, p->part[i].bytes);
		else
			memcpy(at, cached[sector], p->part[i].bytes);
		sector += p->part[i].bytes / DISK_SECTOR;
	}
}

static void check_piece(const struct disk_piece *p)
{
	u64 bytes = 0;

	CHECK(p->op == DISK_FLUSH ? p->parts == 0
				  : p->sector + p->sectors <= SECTORS && p->sectors > 0);
	CHECK(p->parts <= fake_info.limits.parts);
	if (p->op == DISK_READ || p->op == DISK_WRITE)
		CHECK(p->sectors <= fake_info.limits.sectors);
	if (p->op == DISK_DISCARD)
		CHECK(p->sectors <= fake_info.limits.discard_sectors && p->parts == 0);
	for (u32 i = 0; i < p->parts; i++) {
		CHECK(p->part[i].bytes > 0 && p->part[i].bytes <= fake_info.limits.part_bytes);
		CHECK(p->part[i].bytes % fake_info.block == 0);
		bytes += p->part[i].bytes;
		if (fake_info.limits.whole_pages && i > 0)
			CHECK(p->part[i].address % PAGE_SIZE == 0 && is_page_end(&p->part[i - 1]));
	}
	if (p->op == DISK_READ || p->op == DISK_WRITE)
		CHECK(bytes == p->sectors * DISK_SECTOR);
}

/* The rules of order, of a piece that is about to be submitted. */
static void check_order(u32 tag)
{
	const struct served *s = &rings[next_ring];
	const struct ring_job *job = s->cutting;

	for (u32 i = 0; i < DISK_TAGS; i++) {
		const struct ring_job *other = tags[i].job;
		if (i == tag || !tags[i].in_flight || tags[i].ring != next_ring || other == job)
			continue;
		CHECK(!(job->flags & RING_BARRIER) || other->id > job->id);
		CHECK(!(other->flags & RING_BARRIER) || other->id > job->id);
		CHECK(job->op != RING_FLUSH || other->id > job->id || other->op == RING_READ ||
		      other->op == RING_FLUSH);
	}
}

static enum microk_status fake_start(struct disk_info *i)
{
	may_die();
	/* A reset ends what was in flight: each was done, or not. */
	for (u32 t = 0; t < DISK_TAGS; t++) {
		if (flights[t].is_there && !flights[t].is_done && below(2))
			perform(&flights[t].piece);
		flights[t].is_there = false;
	}
	*i = fake_info;
	return OK;
}

static bool fake_submit(u32 tag, const struct disk_piece *piece)
{
	u32 count = 0;

	may_die();
	CHECK(tag < DISK_TAGS && !flights[tag].is_there);
	for (u32 t = 0; t < DISK_TAGS; t++)
		count += flights[t].is_there;
	/* A piece that is submitted once more was in flight before, with what has its room and order now. */
	if (count >= room && !tags[tag].in_flight)
		return false;
	check_piece(piece);
	if (!tags[tag].in_flight)
		check_order(tag);
	flights[tag].is_there = true;
	flights[tag].is_done = false;
	flights[tag].is_lost = swallows || (losses && below(200) == 0);
	flights[tag].piece = *piece;
	may_die();
	return true;
}

static void fake_kick(void)
{
	may_die();
}

/* Some of the pieces have ended, in any order. */
static bool fake_poll(disk_ended *ended)
{
	may_die();
	for (u32 n = (u32)below(DISK_TAGS), i = 0; i < DISK_TAGS; i++) {
		u32 t = (n + i) % DISK_TAGS;
		if (!flights[t].is_there || flights[t].is_lost || below(3) == 0)
			continue;
		bool fails = errors && below(50) == 0;
		if (!fails)
			perform(&flights[t].piece);
		flights[t].is_done = true;
		may_die();
		flights[t].is_there = false;
		ended(t, fails ? ERR_IO : OK);
		may_die();
	}
	return true;
}

static const struct disk_driver fake = {
	.start = fake_start, .submit = fake_submit, .kick = fake_kick, .poll = fake_poll};

/* ---- The client, and its model ---- */

static struct ring_requests requests[RINGS_USED];
static struct ring_answers answers[RINGS_USED];
static struct client {
	struct ring_user user;
	u64 pool_free[POOL_SECTORS / MOST_SECTORS];
	struct {
		enum ring_op op;
		u64 sector;
		u32 sectors, place;
		u64 version;
		u64 *flushed; /* of a flush: the versions when it was submitted */
	} flight[RING_ENTRIES];
} clients[RINGS_USED];

static u64 versions[SECTORS], durable[SECTORS], next_version;
static bool busy[SECTORS], unknown[SECTORS];
static u64 answered_count, submitted_count, errors_seen;
static struct requests_counters fake_counters;

/* The half of the disk that a ring's client has. */
static u64 base_of(u32 ring)
{
	return ring * (SECTORS / RINGS_USED);
}

static void fill(u8 *at, u64 version)
{
	memset(at, (int)(version * 7 + 1), DISK_SECTOR);
	memcpy(at, &version, sizeof(version));
	if (version == 0)
		memset(at, 0, DISK_SECTOR);
}

static u64 version_at(const u8 *at)
{
	u8 wanted[DISK_SECTOR];
	u64 version;

	memcpy(&version, at, sizeof(version));
	fill(wanted, version);
	CHECK(memcmp(at, wanted, DISK_SECTOR) == 0);
	return version;
}

static bool is_idle(u64 sector, u32 sectors)
{
	for (u32 i = 0; i < sectors; i++)
		if (busy[sector + i])
			return false;
	return true;
}

static void set_busy(u64 sector, u32 sectors, bool is)
{
	for (u32 i = 0; i < sectors; i++)
		busy[sector + i] = is;
}

/* Segments of the request's own place in the pool, in a random order. */
static u32 make_segments(u32 place, u32 sectors, u32 *order, struct ring_segment *segments)
{
	u32 count = 0, done = 0;

	while (done < sectors) {
		u32 n = 1 + (u32)below(MIN(sectors - done, 8u));
		if (count == RING_SEGMENTS - 1)
			n = sectors - done;
		segments[count++] = (struct ring_segment){place * MOST_SECTORS + done, n};
		done += n;
	}
	for (u32 i = count; i-- > 1;) {
		u32 j = (u32)below(i + 1);
		struct ring_segment was = segments[i];
		segments[i] = segments[j];
		segments[j] = was;
	}
	u32 at = 0;
	for (u32 i = 0; i < count; i++)
		for (u32 k = 0; k < segments[i].sectors; k++)
			order[at++] = segments[i].first + k;
	return count;
}

static void submit_random(u32 ring)
{
	struct client *c = &clients[ring];
	u64 chance = below(100);
	enum ring_op op =
		chance < 50   ? RING_WRITE
		: chance < 85 ? RING_READ
		: chance < 93 ? RING_FLUSH
			      : RING_DISCARD;
	u32 sectors = op == RING_FLUSH ? 0 : 1 + (u32)below(MOST_SECTORS),
	    place = (u32)below(POOL_SECTORS / MOST_SECTORS);
	u64 own = below(SECTORS / RINGS_USED - MOST_SECTORS), sector = base_of(ring) + own;
	struct ring_segment segments[RING_SEGMENTS];
	u32 order[MOST_SECTORS], count = 0;

	if (!is_idle(sector, sectors) || c->pool_free[place])
		return;
	u64 version = op == RING_DISCARD ? 0 : ++next_version;
	if (op == RING_READ || op == RING_WRITE)
		count = make_segments(place, sectors, order, segments);
	for (u32 i = 0; i < sectors && op == RING_WRITE; i++)
		fill(pools[ring] + order[i] * DISK_SECTOR, version);
	int entry = ring_submit(&c->user, op, below(20) == 0 ? RING_BARRIER : 0,
				op == RING_FLUSH ? 0 : own, sectors, segments, count);
	if (entry < 0)
		return;
	submitted_count++;
	c->pool_free[place] = 1;
	set_busy(sector, sectors, true);
	c->flight[entry].op = op;
	c->flight[entry].sector = sector;
	c->flight[entry].sectors = sectors;
	c->flight[entry].place = place;
	c->flight[entry].version = version;
	if (op == RING_FLUSH) {
		c->flight[entry].flushed = malloc(sizeof(versions));
		memcpy(c->flight[entry].flushed, versions, sizeof(versions));
	}
}

/* The data of a read lies in the place in some order: of one request all sectors have their own versions, so they are counted. */
static void check_read(u32 ring, u32 entry)
{
	struct client *c = &clients[ring];
	const volatile struct ring_request *q = &requests[ring].request[entry];
	u64 sector = c->flight[entry].sector;

	for (u32 i = 0; i < q->segments; i++)
		for (u32 k = 0; k < q->segment[i].sectors; k++, sector++)
			if (!unknown[sector])
				CHECK(version_at(pools[ring] +
						 (q->segment[i].first + k) * DISK_SECTOR) ==
				      versions[sector]);
}

static void answered_one(u32 ring, u32 entry, enum microk_status status)
{
	struct client *c = &clients[ring];
	u64 sector = c->flight[entry].sector;
	u32 sectors = c->flight[entry].sectors;
	enum ring_op op = c->flight[entry].op;

	answered_count++;
	CHECK(status == OK || (status == ERR_IO && (errors || losses)));
	errors_seen += status != OK;
	for (u32 i = 0; i < sectors; i++) {
		if (op == RING_READ)
			continue;
		unknown[sector + i] = status != OK;
		versions[sector + i] = c->flight[entry].version;
	}
	if (op == RING_READ && status == OK)
		check_read(ring, entry);
	if (op == RING_FLUSH) {
		for (u32 i = 0; i < SECTORS && status == OK; i++)
			durable[i] = c->flight[entry].flushed[i];
		free(c->flight[entry].flushed);
		c->flight[entry].flushed = NULL;
	}
	c->pool_free[c->flight[entry].place] = 0;
	set_busy(sector, sectors, false);
}

static void take_answers(u32 ring)
{
	enum microk_status status;
	int entry;

	while ((entry = ring_take_answer(&clients[ring].user, &status)) >= 0)
		answered_one(ring, (u32)entry, status);
}

/* Data that was flushed and not written again is on the medium. A discard's version, 0, can come several times: it is left out. */
static void check_medium(void)
{
	for (u32 i = 0; i < SECTORS; i++)
		if (!unknown[i] && !busy[i] && durable[i] == versions[i] && durable[i])
			CHECK(version_at(medium[i]) == durable[i]);
}

/* ---- The driver ---- */

static void nothing(u32 n)
{
	(void)n;
}

static void new_instance(void)
{
	static struct disk_info started;
	struct pool pool = {.sectors = POOL_SECTORS};
	enum microk_status status;

	memset(rings, 0, sizeof(rings));
	memset(tags, 0, sizeof(tags));
	next_ring = flying = 0;
	is_dead = false;
	CHECK(fake.start(&started) == OK);
	requests_init(&fake, &started, &fake_counters, fake_clock);
	for (u32 i = 0; i < RINGS_USED; i++) {
		struct ring_range range = {
			.first = base_of(i),
			.sectors = SECTORS / RINGS_USED,
			.reads = true,
			.writes = true,
			.discards = true};
		pool.run[0] = POOL_BASE + i * 2 * RUN_SPACE;
		pool.run[1] = pool.run[0] + RUN_SPACE;
		requests_serve(
			i, &requests[i], &answers[i], &pool, &range, deaths > 0, nothing, &status);
		CHECK(status == OK);
	}
}

static bool is_alive;

/* One step of the driver; it may die, and its successor too. */
static void drive(void)
{
	if (setjmp(death)) {
		is_alive = false;
		deaths++;
		death_in = below(3) ? 0 : 1 + below(12);
	}
	if (!is_alive) {
		new_instance();
		is_alive = true;
	}
	requests_work();
	if (requests_oldest() && seconds > requests_oldest() + 100)
		requests_restart();
}

static u32 pending(void)
{
	u32 count = 0;

	for (u32 i = 0; i < RINGS_USED; i++)
		count += (u32)__builtin_popcountl(clients[i].user.pending);
	return count;
}

static void choose_device(void)
{
	fake_info = (struct disk_info){
		.kind = "fake",
		.sectors = SECTORS,
		.block = DISK_SECTOR,
		.has_cache = true,
		.discards = true,
		.limits = {.parts = 1 + (u32)below(12),
			   .part_bytes = (1 + (u32)below(9)) * (u32)DISK_SECTOR,
			   .sectors = 1 + (u32)below(30),
			   .discard_sectors = 1 + (u32)below(9),
			   .whole_pages = below(2)}};
	room = 1 + (u32)below(DISK_TAGS);
}

static void play(u64 seed, bool dies, bool with_errors, bool with_losses)
{
	random_state = seed * 0x9e3779b97f4a7c15ul | 1;
	errors = with_errors;
	losses = with_losses;
	choose_device();
	is_alive = false; /* the limits of the device count from its start */
	for (u32 round = 0; round < 3000 || pending() > 0; round++) {
		bool ends = round >= 3000;

		if (round > 20000) {
			CHECK(!"every request is answered");
			break;
		}
		if (dies && !death_in && below(20) == 0)
			death_in = 1 + below(60);
		for (u32 i = 0; i < RINGS_USED && !ends; i++)
			for (u32 n = (u32)below(6); n > 0; n--)
				submit_random(i);
		drive();
		seconds++;
		for (u32 i = 0; i < RINGS_USED; i++)
			if (below(4) || ends)
				take_answers(i);
		if (below(8) == 0)
			check_medium();
		if (below(500) ==
		    0) /* the client dies, too, with nothing in flight that it would have to know */
			for (u32 i = 0; i < RINGS_USED; i++)
				if (clients[i].user.pending == 0)
					ring_user_open(&clients[i].user, &requests[i], &answers[i]);
	}
	death_in = 0;
}

/* ---- A device that never answers ---- */

static void silence(void)
{
	const struct ring_segment s = {0, 1};
	enum microk_status status = OK;
	u64 resets = fake_counters.resets;

	errors = losses = false;
	swallows = true;
	choose_device();
	is_alive = false;
	CHECK(ring_submit(&clients[0].user, RING_READ, 0, 0, 1, &s, 1) >= 0);
	for (u32 i = 0; i < REQUESTS_TRIES; i++) {
		drive();
		CHECK(ring_take_answer(&clients[0].user, &status) == -1);
		seconds += 101;
	}
	drive();
	CHECK(ring_take_answer(&clients[0].user, &status) >= 0 && status == ERR_IO);
	CHECK(fake_counters.resets == resets + REQUESTS_TRIES);
	swallows = false;
}

/* ---- A device that takes nothing, and one that is another after its reset ---- */

static void expect_answer(enum microk_status wanted)
{
	enum microk_status status = OK;

	CHECK(ring_take_answer(&clients[0].user, &status) >= 0 && status == wanted);
}

static void submit_plain(u32 flags)
{
	const struct ring_segment s = {0, 1};

	CHECK(ring_submit(&clients[0].user, RING_READ, flags, 0, 1, &s, 1) >= 0);
}

/* Requests that wait behind one that fails at last are submitted then: no interrupt and no signal comes for it. */
static void waits_behind_silence(void)
{
	swallows = true;
	choose_device();
	is_alive = false;
	submit_plain(RING_BARRIER);
	submit_plain(0);
	for (u32 i = 0; i <= REQUESTS_TRIES; i++) {
		drive();
		seconds += 101;
	}
	expect_answer(ERR_IO);
	CHECK(requests_in_flight() == 1);
	swallows = false;
	while (requests_in_flight() > 0) {
		drive();
		seconds += 101;
	}
	expect_answer(OK);
}

static void no_room(void)
{
	choose_device();
	room = 0;
	is_alive = false;
	submit_plain(RING_BARRIER);
	submit_plain(0);
	drive();
	expect_answer(ERR_IO);
	expect_answer(ERR_IO);
	CHECK(!ring_is_busy(&rings[0].ring));
}

static void other_blocks(void)
{
	choose_device();
	is_alive = false;
	drive();
	fake_info.block = 2 * DISK_SECTOR;
	requests_restart();
	CHECK(requests_are_dead());
	submit_plain(0);
	drive();
	expect_answer(ERR_IO);
	fake_info.block = DISK_SECTOR;
	requests_restart();
	CHECK(!requests_are_dead());
}

/* A request that was submitted before the ring is bound anew is not held against the new range. */
static void bound_anew(void)
{
	const struct ring_range other = {.first = base_of(1), .sectors = 8, .reads = true};
	struct pool pool = rings[0].pool;
	enum microk_status status;

	submit_plain(0);
	requests_serve(0, &requests[0], &answers[0], &pool, &other, false, nothing, &status);
	CHECK(status == ERR_STATE && rings[0].ring.range.first == base_of(0));
	while (pending() > 0) {
		enum microk_status done;
		drive();
		ring_take_answer(&clients[0].user, &done);
	}
	requests_serve(0, &requests[0], &answers[0], &pool, &other, false, nothing, &status);
	CHECK(status == OK && rings[0].ring.range.first == base_of(1));
	is_alive = false;
}

/* ---- A client that writes anything into its ring ---- */

static void make_plausible(volatile struct ring_request *q)
{
	u32 count = below(2) ? 1 : RING_SEGMENTS;

	q->op = RING_READ;
	q->flags = 0;
	q->sector = below(SECTORS / RINGS_USED);
	q->sectors = count;
	q->segments = below(3) ? count : count + 1 + (u32)below(20);
	for (u32 i = 0; i < count; i++) {
		q->segment[i].first = POOL_SECTORS - 1;
		q->segment[i].sectors = 1;
	}
	if (below(2))
		q->segment[below(count)].first = POOL_SECTORS;
}

static void hostile_client(u64 seed)
{
	random_state = seed * 0x9e3779b97f4a7c15ul | 1;
	for (u32 round = 0; round < 20000; round++) {
		volatile struct ring_request *q = &requests[0].request[below(RING_ENTRIES)];
		u32 kind = (u32)below(4);

		q->submitted = kind ? below(1000) : random_word(&random_state);
		q->op = (u16)below(6);
		q->flags = (u16)below(3);
		q->sector = below(2) ? below(300) : random_word(&random_state);
		q->sectors = below(2) ? (u32)below(40) : (u32)random_word(&random_state);
		q->segments = below(3) ? (u32)below(4) : (u32)random_word(&random_state);
		for (u32 i = 0; i < 3; i++) {
			q->segment[i].first = below(2) ? (u32)below(POOL_SECTORS)
						       : (u32)random_word(&random_state);
			q->segment[i].sectors =
				below(2) ? (u32)below(30) : (u32)random_word(&random_state);
		}
		if (below(4) == 0) /* all is well but for one thing */
			make_plausible(q);
		requests[0].changes += below(3) > 0;
		drive(); /* the device's checks hold each piece against the range and the pool */
		if (below(50) == 0)
			for (u32 i = 0; i < SECTORS / RINGS_USED; i++) /* the other client's half */
				CHECK(version_at(cached[SECTORS / RINGS_USED + i]) ==
				      versions[SECTORS / RINGS_USED + i]);
	}
}

int main(int argc, char **argv)
{
	u64 seed = argc > 1 ? strtoul(argv[1], NULL, 0) : 1;

	for (u32 i = 0; i < RINGS_USED; i++)
		ring_user_open(&clients[i].user, &requests[i], &answers[i]);
	for (u32 i = 0; i < 8; i++)
		play(seed + i, i % 2, i & 2, i & 4);
	CHECK(answered_count == submitted_count && answered_count > 10000 && deaths > 300 &&
	      errors_seen > 10);
	CHECK(fake_counters.replayed > 100 && fake_counters.resets > 5);
	silence();
	waits_behind_silence();
	no_room();
	other_blocks();
	bound_anew();
	errors = losses = false;
	for (u32 i = 0; i < SECTORS; i++) { /* errors have left some in no known version */
		memcpy(&versions[i], cached[i], sizeof(versions[i]));
		unknown[i] = false;
	}
	hostile_client(seed);
	printf("%lu requests, %lu deaths, %lu replayed\n", answered_count, deaths,
	       fake_counters.replayed);
	return check_result("requests");
}
