/* The rounds of a row: how many, what each took, and the row's line in the report. */
#include "tests/bench/bench.h"
#include "lib/microk/string.h"

#define SAMPLES_MAX 10000

u64 bench_begin, bench_end;

static u32 warm = 100, rounds = 1000;
static u32 sample[SAMPLES_MAX], done, row;
static const char *row_name;

u32 sample_option(const char *word, u32 otherwise)
{
	return (u32)MIN(command_number(word, otherwise), (u64)SAMPLES_MAX);
}

void sample_init(void)
{
	warm = sample_option("warm=", warm);
	rounds = MAX(sample_option("rounds=", rounds), 1u);
}

void sample_start(const char *name, u32 number)
{
	row_name = name;
	row = number;
	done = 0;
}

bool sample_wanted(void)
{
	return done < warm + rounds;
}

void sample_take(void)
{
	if (done >= warm)
		sample[done - warm] = (u32)MIN(bench_end - bench_begin, (u64)UINT32_MAX);
	done++;
}

/* Sorts by insertion, because nearly all values are equal. */
static void sort(void)
{
	for (u32 i = 1; i < rounds; i++) {
		u32 moved = sample[i], at = i;
		for (; at > 0 && sample[at - 1] > moved; at--)
			sample[at] = sample[at - 1];
		sample[at] = moved;
	}
}

void sample_report(void)
{
	sort();
	kit_report("ROW %u %s %u %u %u %u", row, row_name, rounds, sample[0], sample[rounds / 2],
		   sample[rounds - 1]);
}

void sample_once(const char *name, u32 number)
{
	u64 took = bench_end - bench_begin;

	kit_report("ROW %u %s 1 %lu %lu %lu", number, name, took, took, took);
}
