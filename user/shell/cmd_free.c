/* free: the machine's memory. */
#include "user/shell/command.h"
#include "user/shell/keyed.h"
#include "user/shell/output.h"
#include "user/shell/stream.h"

#define MEMINFO "/proc/meminfo"

static int free_run(const struct arguments *a)
{
	u64 total = 0, unused = 0, cached = 0;
	char line[64];
	struct stream s;

	const struct {
		const char *key;
		u64 *kib;
	} numbers[] = {{"MemTotal", &total}, {"MemFree", &unused}, {"Cached", &cached}};

	(void)a;
	enum microk_status status = stream_open(&s, MEMINFO, 0);
	if (status != OK)
		return stream_report("free", MEMINFO, status);
	while (stream_line(&s, line, sizeof(line)))
		for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
			const char *value = keyed_value(line, numbers[i].key);
			if (value)
				*numbers[i].kib = keyed_number(value);
		}
	stream_close(&s);
	u64 other = unused + cached;
	out("%13s %13s %13s %13s\n", "TOTAL KIB", "USED", "PAGE CACHE", "FREE");
	out("%'13lu %'13lu %'13lu %'13lu\n", total, other < total ? total - other : 0, cached,
	    unused);
	return EXIT_OK;
}

const struct command command_free = {
	.name = "free",
	.usage = "free",
	.summary = "Show the machine's memory",
	.details = "PAGE CACHE is memory that was set aside for data of disks. USED is the rest "
		   "that is not free. FREE includes what processes were granted and have not used.",
	.run = free_run,
};
