#include "tests/guest/tried/files_killed/sweep.h"
#include "lib/microk/string.h"
#include "tests/guest/tried/files_killed/client.h"
#include "tests/random.h"

#define MOST_STORES 512 /* of an operation; each counts twice */
#define FAR 60000       /* ticks after which any operation is over */
#define MARGIN 120      /* ticks before and after the operation that are swept, too */
#define TRIES 1200      /* to die between two certain stores */
#define GUESSES 240     /* of these, the ones that trust the moments seen last */
#define NEAR 16         /* deaths are neighbours up to this difference of stores */
#define PHASES 16
#define SHIFT 8   /* ticks from one moment to the next that is tried for a first death */
#define SHIFTS 24 /* such moments */

/* Where an instance died. */
enum place { BEFORE, RECEIVED, STORING, COMMITTED, ANSWERED, PLACES };

static struct {
	u64 began, ended; /* of the operation, in ticks after kill_begin */
	u64 total;        /* of its stores, times two */
	u64 seen[MOST_STORES];
	u64 at[MOST_STORES]; /* moments of a death with this number of stores */
	u64 places[PLACES];
	u64 trials, searched;
	u32 repeats; /* of the last operation */
	/* Of a sweep of the successor: when the first dies, with how many stores, and how many its successor makes to take over. */
	u64 first, first_stores, recovery;
	u32 first_phase;
} s;

static u64 last_answered;

void settle(void)
{
	for (u32 i = 0; i < 3; i++)
		kit_yield();
}

static void trial(const struct operation *o, u64 after, const u64 again[DEATHS - 1], u32 phase)
{
	o->prepare();
	settle();
	server_stores_reset();
	kill_begin(after, again, phase);
	o->run();
	s.began = last_began - kill_armed;
	s.ended = last_ended - kill_armed;
	s.repeats = last.repeats;
	last_answered = last_ended;
	kill_wait();
	settle();
	o->check();
	o->clean();
	server_state_check();
}

static void measure(const struct operation *o)
{
	memset(&s, 0, sizeof(s));
	trial(o, FAR, NULL, 0);
	trial(o, FAR, NULL, 0);
	CHECK(deaths[0].answered);
	s.total = deaths[0].stores;
	CHECK(s.total % 2 == 0 && s.total < MOST_STORES);
}

/* Which death is looked at: the first, or, where that is always at one place, the second. */
static u32 which(void)
{
	return s.first ? 1 : 0;
}

/* Stores of the instance that died then, and of the ones before it after the first. */
static u64 stores_of_death(void)
{
	return deaths[which()].stores - (s.first ? deaths[0].stores : 0);
}

static enum place place_of(const struct operation *o, u64 stores)
{
	if (deaths[which()].answered)
		return ANSWERED;
	if (!o->has_no_answer && s.repeats == which())
		return BEFORE;
	if (stores <= s.recovery)
		return RECEIVED;
	return stores < s.total ? STORING : COMMITTED;
}

static void note(const struct operation *o, u64 moment)
{
	u64 stores = stores_of_death();

	CHECK(stores <= s.total && s.repeats <= which() + 1);
	stores = MIN(stores, MOST_STORES - 1);
	s.seen[stores]++;
	s.at[stores] = moment;
	s.places[place_of(o, stores)]++;
}

static void die_at(const struct operation *o, u64 moment)
{
	u64 began = s.began, ended = s.ended;

	s.trials++;
	if (!s.first)
		trial(o, moment, NULL, (u32)(s.trials % PHASES));
	else
		trial(o, s.first, (const u64[]){moment, 0}, s.first_phase);
	s.began = began;
	s.ended = ended;
	if (!s.first || deaths[0].stores == s.first_stores)
		note(o, moment);
}

/* A moment between deaths with fewer stores and deaths with more. */
static u64 guess(u64 stores, u64 n)
{
	u64 low = s.began, high = s.ended + 10 * MARGIN;

	for (u64 i = 0; i < stores; i++)
		if (s.seen[i])
			low = s.at[i];
	for (u64 i = s.total; i > stores; i--)
		if (s.seen[i])
			high = s.at[i];
	return (low + high) / 2 + n * 7 % 65 - MIN(32, low);
}

/* Now and then an operation begins late, and a moment that was noted misleads guess(): all moments between the neighbours'. */
static u64 sweep_near(u64 stores, u64 n)
{
	u64 low = s.ended, high = s.began;

	for (u64 i = stores - MIN(stores, NEAR); i <= MIN(s.total, stores + NEAR); i++) {
		low = s.seen[i] ? MIN(low, s.at[i]) : low;
		high = s.seen[i] ? MAX(high, s.at[i]) : high;
	}
	low -= MIN(low, MARGIN);
	return low + n * 37 % (MAX(high, low) + MARGIN - low);
}

static bool search_one(const struct operation *o, u64 stores)
{
	for (u64 n = 0; n < TRIES && !s.seen[stores]; n++) {
		die_at(o, n < GUESSES ? guess(stores, n) : sweep_near(stores, n));
		s.searched++;
	}
	if (!s.seen[stores])
		kit_fail(__FILE__, __LINE__, "%s: never died after store %lu of %lu", o->name,
			 stores / 2, s.total / 2);
	return s.seen[stores] != 0;
}

/* Moves the death away from a store that is known, until it is in the place. */
static void approach(const struct operation *o, enum place place, u64 store, i64 step)
{
	u64 from = s.at[store];

	for (u64 n = 1; n < TRIES && !s.places[place]; n++) {
		die_at(o, from + n * (u64)step);
		s.searched++;
	}
}

static void search(const struct operation *o)
{
	for (u64 stores = 0; stores <= s.total; stores += 2)
		search_one(o, stores);
	approach(o, RECEIVED, s.recovery + 2, -16);
	approach(o, COMMITTED, s.total - 2, 16);
}

static void report(const struct operation *o, const char *of)
{
	kit_report(
		"NOTE %s%s: %lu stores, %lu deaths (%lu to find a store): %lu before the request "
		"is "
		"received, %lu before its first store, %lu between stores, %lu before the answer, "
		"%lu after it",
		o->name, of, s.total / 2, s.trials, s.searched, s.places[BEFORE],
		s.places[RECEIVED], s.places[STORING], s.places[COMMITTED], s.places[ANSWERED]);
	for (u32 i = o->has_no_answer ? RECEIVED : BEFORE; i < PLACES; i++)
		CHECK(s.places[i] > 0);
}

void sweep(const struct operation *o, u64 stride)
{
	u64 began, ended;

	measure(o);
	began = s.began;
	ended = s.ended;
	for (u64 moment = began - MARGIN; moment < ended + 10 * MARGIN; moment += stride)
		die_at(o, moment);
	search(o);
	report(o, "");
}

/* Whether the first death is where it is wanted, twice, with the successor dying long after. */
static bool dies_first(const struct operation *o)
{
	for (u32 i = 0; i < 2; i++) {
		trial(o, s.first, (const u64[]){20 * FAR, 0}, s.first_phase);
		if (deaths[0].stores != s.first_stores)
			return false;
	}
	return true;
}

/*
 * The search met this death once, after another death and in another phase of the timer, and both
 * move it by some ticks. So the moments around it are tried, the nearest first, in each phase.
 */
static void find_first(const struct operation *o)
{
	u64 met = s.at[s.first_stores];

	for (u32 n = 0; n < SHIFTS; n++) {
		u64 away = (u64)(n + 1) / 2 * SHIFT;

		s.first = n % 2 ? met + away : met - MIN(away, met);
		for (s.first_phase = 0; s.first_phase < PHASES; s.first_phase++)
			if (dies_first(o))
				return;
	}
}

/* The successor's stores and its time, from a trial in which it dies long after. */
static void measure_successor(const struct operation *o)
{
	u64 whole = s.total;

	find_first(o);
	memset(s.seen, 0, sizeof(s.seen));
	memset(s.places, 0, sizeof(s.places));
	s.trials = s.searched = 0;
	EXPECT_U64(s.first_stores, deaths[0].stores);
	CHECK(deaths[1].answered);
	s.total = deaths[1].stores - deaths[0].stores;
	s.recovery = s.total - whole;
	s.began = 0;
	s.ended = last_answered - kill_restarted;
}

void sweep_successor(const struct operation *o, u64 left)
{
	u64 stride;

	measure(o);
	if (!search_one(o, s.total - 2 * left))
		return;
	s.first_stores = s.total - 2 * left;
	measure_successor(o);
	stride = s.ended / 40;
	for (u64 moment = 0; moment < s.ended + 10 * MARGIN + 2 * stride; moment += stride)
		die_at(o, moment + 1);
	search(o);
	report(o, ", the successor");
}

static u64 draw(u64 *seed, u64 below)
{
	return random_next(seed) % below;
}

void strike(const struct operation *o, u64 *seed)
{
	u64 first = draw(seed, 8000),
	    again[DEATHS - 1] = {1 + draw(seed, 60000), 1 + draw(seed, 60000)};

	trial(o, first, again, (u32)draw(seed, PHASES));
	CHECK(s.repeats <= DEATHS);
}
