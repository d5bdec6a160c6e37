/*
 * date: shows the date and the time in UTC. The kernel reads the machine's clock once, at boot; from then on the
 * processor's time-stamp counter is used.
 */
#include "microk/info.h"
#include "lib/microk/util.h"
#include "user/shell/calendar.h"
#include "user/shell/command.h"
#include "user/shell/output.h"

extern const struct command command_date;

#define DAY 86400ul
static void out_day(u64 days_since_1970)
{
	static const char *const week[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
	struct calendar_date d = calendar_date(days_since_1970);

	out("%s %lu-%02lu-%02lu", week[days_since_1970 % 7], d.year, d.month, d.day);
}

static void date_run(u32 count, char **words)
{
	const struct microk_info *info = command_info_area("date");

	(void)words;
	if (!info)
		return;
	if (count > 1) {
		command_usage(&command_date);
		return;
	}
	if (info->boot_date == 0 || info->tsc_hz == 0) {
		out("date: unknown: this machine has no real-time clock, or it was never set\n");
		return;
	}
	u64 now = info->boot_date + (tsc_read() - info->boot_tsc) / info->tsc_hz;

	out_day(now / DAY);
	out(" %02lu:%02lu:%02lu UTC\n", now / 3600 % 24, now / 60 % 60, now % 60);
}

const struct command command_date = {
	.name = "date",
	.usage = "date",
	.summary = "Show the date and the time (UTC)",
	.details = "The machine's clock is read at boot and assumed to run in UTC.",
	.run = date_run,
};
