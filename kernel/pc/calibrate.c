/*
 * Every clock is read at both ends of one short interval; the difference is one measurement of each. The
 * intervals are repeated until, for each clock, several agree (rate.c), so on an idle host three are enough.
 */
#include "pc/calibrate.h"
#include "lib/panic.h"
#include "pc/clocks.h"
#include "pc/rate.h"
#include "x86/x86.h"

/* 4 ms: a port read of 1 us blurs it by a 4000th; the 8254 wraps after 55 ms. */
#define INTERVALS_A_SECOND 250
#define INTERVAL_TICKS_MIN (1ul << 20)
/* The end of an interval if no clock counts: a twentieth of a second or more. */
#define INTERVAL_TICKS_MAX (1ul << 28)
#define INTERVALS_MIN 3
#define INTERVALS_MAX 24
#define READS 3
#define TIMER CLOCKS /* the local APIC's timer is measured like a clock of unknown rate */

struct reading {
	u64 count, tsc;
};

static u32 (*timer_read)(void);
static u64 results[CLOCKS + 1][INTERVALS_MAX];
static u32 measured[CLOCKS + 1];

static u64 count_of(u32 which)
{
	return which == TIMER ? ~(u64)timer_read() : clocks[which].read();
}

static u64 mask_of(u32 which)
{
	return which == TIMER ? ~0u : clocks[which].mask;
}

static bool is_there(u32 which)
{
	return which == TIMER || clocks[which].hz;
}

/* A count, and the TSC when it was read: the fastest of a few readings. */
static struct reading read_clock(u32 which)
{
	struct reading best = {0};
	u64 least = ~0ul;

	for (u32 i = 0; i < READS; i++) {
		u64 before = rdtsc(), count = count_of(which), took = rdtsc() - before;

		if (took >= least)
			continue;
		least = took;
		best = (struct reading){count, before + took / 2};
	}
	return best;
}

static void read_all(struct reading *to)
{
	for (u32 i = 0; i <= TIMER; i++)
		if (is_there(i))
			to[i] = read_clock(i);
}

/* Waits until one clock shows that the interval is over. */
static void wait_interval(const struct reading *from)
{
	u64 start = rdtsc(), ticks = 0;

	while (ticks < INTERVAL_TICKS_MAX) {
		ticks = rdtsc() - start;
		for (u32 i = 0; i < CLOCKS && ticks >= INTERVAL_TICKS_MIN; i++)
			if (is_there(i) && ((count_of(i) - from[i].count) &
					    mask_of(i)) >= clocks[i].hz / INTERVALS_A_SECOND)
				return;
	}
}

static void measure_interval(void)
{
	struct reading from[CLOCKS + 1], to[CLOCKS + 1];

	read_all(from);
	wait_interval(from);
	read_all(to);
	for (u32 i = 0; i <= TIMER; i++) {
		u64 ticks = to[i].tsc - from[i].tsc;
		u64 counts = (to[i].count - from[i].count) & mask_of(i);

		if (!is_there(i) || !counts || !ticks || measured[i] == INTERVALS_MAX)
			continue;
		results[i][measured[i]++] = i == TIMER ? (counts << RATIO_SHIFT) / ticks
						       : ticks * clocks[i].hz / counts;
	}
}

/* A clock that does not count at all is left out. */
static bool all_settled(void)
{
	for (u32 i = 0; i <= TIMER; i++)
		if (measured[i] && !rate_settled(results[i], measured[i]))
			return false;
	return true;
}

/* The TSC's rate by each clock, the most trusted first. */
static u32 collect(struct rate *rates)
{
	const char *by;
	u64 stated = clock_stated(&by);
	u32 count = 0;

	if (stated)
		rates[count++] = (struct rate){by, stated};
	for (u32 i = 0; i < CLOCKS; i++)
		if (measured[i])
			rates[count++] =
				(struct rate){clocks[i].name, rate_median(results[i], measured[i])};
	if (!count && clock_nominal())
		rates[count++] = (struct rate){"the processor's nominal rate", clock_nominal()};
	return count;
}

static u64 choose(const struct rate *rates, u32 count)
{
	u32 chosen = rate_choose(rates, count);
	u64 hz = rates[chosen].hz;

	for (u32 i = 0; i < count; i++) {
		kverbose("clock: TSC %lu.%03lu MHz by %s\n", rates[i].hz / 1000000,
			 rates[i].hz / 1000 % 1000, rates[i].clock);
		if (!rate_agree(rates[i].hz, hz))
			kprintf("clock: %s and %s disagree (TSC %lu and %lu kHz); %s is believed\n",
				rates[i].clock, rates[chosen].clock, rates[i].hz / 1000, hz / 1000,
				rates[chosen].clock);
	}
	return hz;
}

void calibrate(u32 (*timer)(void), u64 *hz, u64 *ratio)
{
	struct rate rates[CLOCKS + 2];

	timer_read = timer;
	clocks_start();
	for (u32 i = 0; i < INTERVALS_MAX && (i < INTERVALS_MIN || !all_settled()); i++)
		measure_interval();
	clocks_stop();
	u32 count = collect(rates);
	if (!count)
		refuse("it has no clock of known rate: no HPET, no ACPI timer and no 8254 counts, "
		       "and the "
		       "processor states no frequency");
	if (!measured[TIMER])
		refuse("the timer of the local APIC does not count");
	*hz = choose(rates, count);
	*ratio = rate_median(results[TIMER], measured[TIMER]);
	kverbose("clock: %u intervals were measured\n", measured[TIMER]);
}
