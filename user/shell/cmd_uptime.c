/* uptime: shows how long the machine has been running, and for what part of that it was idle. */
#include "microk/info.h"
#include "lib/microk/util.h"
#include "user/shell/command.h"
#include "user/shell/output.h"

static int uptime_run(const struct arguments *a)
{
	const struct microk_info *info = command_info_area("uptime");

	(void)a;
	if (!info)
		return EXIT_FAILED;
	if (info->tsc_hz < 1000) {
		err_row("uptime: the kernel could not measure how fast the clock runs");
		return EXIT_FAILED;
	}
	u64 ticks = tsc_read() - info->boot_tsc;
	u64 tenths = ticks / (info->tsc_hz / 10);
	u64 seconds = tenths / 10, permille = info->idle_ticks / (ticks / 1000 + 1);

	out("up ");
	if (seconds >= 86400)
		out("%lu d ", seconds / 86400);
	if (seconds >= 3600)
		out("%lu h ", seconds / 3600 % 24);
	if (seconds >= 60)
		out("%lu min ", seconds / 60 % 60);
	out("%lu.%lu s, idle %lu.%lu%%\n", seconds % 60, tenths % 10, MIN(permille, 1000ul) / 10,
	    MIN(permille, 1000ul) % 10);
	return EXIT_OK;
}

const struct command command_uptime = {
	.name = "uptime",
	.usage = "uptime",
	.summary = "Show how long the system has been running",
	.details = "",
	.run = uptime_run,
};
