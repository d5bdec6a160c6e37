/*
 * date: shows the date and the time in UTC. The kernel reads the machine's clock once, at boot; from then on the
 * processor's time-stamp counter is used.
 */
#include "microk/info.h"
#include "lib/microk/util.h"
#include "user/shell/calendar.h"
#include "user/shell/command.h"
#include "user/shell/output.h"

#define DAY 86400ul
static void out_day(u64 days_since_1970)
{
	static const char *const week[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
	struct calendar_date d = calendar_date(days_since_1970);

	out("%s %lu-%02lu-%02lu", week[days_since_1970 % 7], d.year, d.month, d.day);
}

static int date_run(const struct arguments *a)
{
	const struct microk_info *info = command_info_area("date");

	(void)a;
	if (!info)
		return EXIT_FAILED;
	if (info->boot_date == 0 || info->tsc_hz == 0) {
		err_row("date: unknown: this machine has no real-time clock, or it was never set");
		return EXIT_FAILED;
	}
	u64 now = info->boot_date + (tsc_read() - info->boot_tsc) / info->tsc_hz;

	out_day(now / DAY);
	out(" %02lu:%02lu:%02lu UTC\n", now / 3600 % 24, now / 60 % 60, now % 60);
	return EXIT_OK;
}

const struct command command_date = {
	.name = "date",
	.usage = "date",
	.summary = "Show the date and the time (UTC)",
	.details = "The machine's clock is read at boot and assumed to run in UTC.",
	.has_namesake = true,
	.run = date_run,
};
