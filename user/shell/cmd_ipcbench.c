/*
 * ipcbench: measures a call to another process and back.
 *
 * Each round trip is timed by itself, which gives the median: timer interrupts weigh on the mean as
 * much as IPC does. The cost of reading the clock is subtracted.
 */
#include "gen/protocols/supervise_client.h"
#include "microk/info.h"
#include "lib/microk/string.h"
#include "lib/microk/util.h"
#include "user/shell/command.h"
#include "user/shell/line.h"
#include "user/shell/output.h"
#include "user/shell/scratch.h"
#include "user/shell/sort.h"

extern const struct command command_ipcbench;

#define CALLS_DEFAULT 10000
#define CALLS_MAX 50000
#define CALLS_BETWEEN 500 /* two questions whether the person has typed ^C */

static u32 *const sample = (u32 *)shell_scratch; /* ticks */
_Static_assert(CALLS_MAX * sizeof(*sample) <= SCRATCH_BYTES, "they fit");

static bool before(void *context, size_t i, size_t j)
{
	(void)context;
	return sample[i] < sample[j];
}

static void swap(void *context, size_t i, size_t j)
{
	u32 s = sample[i];

	(void)context;
	sample[i] = sample[j];
	sample[j] = s;
}

/* The smallest difference between two successive readings. */
static u64 clock_cost(void)
{
	u64 least = UINT32_MAX;

	for (int i = 0; i < 100; i++) {
		u64 start = tsc_read();
		least = MIN(least, tsc_read() - start);
	}
	return least;
}

static enum microk_status measure(cap_t supervisor, u32 calls, u64 *total)
{
	u64 cost = clock_cost();
	enum microk_status status = supervise_ping(supervisor); /* once unmeasured, to warm up */

	*total = 0;
	for (u32 i = 0; i < calls && status == OK; i++) {
		u64 start = tsc_read();
		status = supervise_ping(supervisor);
		u64 ticks = tsc_read() - start;
		ticks = ticks > cost ? ticks - cost : 0;
		sample[i] = (u32)MIN(ticks, (u64)UINT32_MAX);
		*total += ticks;
		if ((i + 1) % CALLS_BETWEEN == 0 && line_interrupted_now())
			status = ERR_CANCELLED;
	}
	return status;
}

static void show(u32 calls, u64 total)
{
	const struct microk_info *info = command_info_area("ipcbench");
	u64 mean = total / calls;

	sort(NULL, calls, before, swap);
	out("%'u round trips to init (supervise.ping)\n", calls);
	out("  minimum  %'10u cycles\n", sample[0]);
	out("  median   %'10u cycles\n", sample[calls / 2]);
	out("  mean     %'10lu cycles\n", mean);
	if (info && mean > 0)
		out("  rate     %'10lu calls a second\n", info->tsc_hz / mean);
}

static int ipcbench_run(const struct arguments *a)
{
	u64 calls = CALLS_DEFAULT, total;

	if (a->count == 1 && !string_number(a->word[0], &calls))
		return command_usage(&command_ipcbench);
	if (calls < 1 || calls > CALLS_MAX) {
		err_row("ipcbench: the number of calls must be from 1 to %'u", CALLS_MAX);
		return EXIT_FAILED;
	}
	cap_t supervisor = command_grant("ipcbench", "supervisor");
	if (supervisor == 0)
		return EXIT_FAILED;
	enum microk_status status = measure(supervisor, (u32)calls, &total);
	if (status == ERR_CANCELLED)
		return EXIT_INTERRUPTED;
	if (status != OK) {
		err_row("ipcbench: init did not answer: %s", status_text(status));
		return EXIT_FAILED;
	}
	show((u32)calls, total);
	return EXIT_OK;
}

const struct command command_ipcbench = {
	.name = "ipcbench",
	.usage = "ipcbench [CALLS]",
	.summary = "Measure a call to another process and back",
	.details = "The default is 10,000 calls. Cycles are those of the time-stamp counter.",
	.accepts = {"", 0, 1},
	.run = ipcbench_run,
};
