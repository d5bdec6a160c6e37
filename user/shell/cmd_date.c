/*
 * date: shows the date and the time in UTC. The kernel reads the machine's clock once, at boot; from then on the
 * processor's time-stamp counter is used. The calendar's arithmetic follows an idea of Howard Hinnant: years begin in
 * March, so that the leap day is a year's last day.
 */
#include "microk/info.h"
#include "lib/microk/util.h"
#include "user/shell/command.h"
#include "user/shell/output.h"

extern const struct command command_date;

#define DAY 86400ul
#define DAYS_OF_400_YEARS 146097ul
#define DAYS_BEFORE_1970 719468ul /* since the 1st of March of year 0 */

static void out_day(u64 days_since_1970)
{
	static const char *const week[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
	u64 days = days_since_1970 + DAYS_BEFORE_1970;
	u64 era = days / DAYS_OF_400_YEARS, in_era = days % DAYS_OF_400_YEARS;
	/* Without the past leap days, all years have one length. */
	u64 year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
	u64 in_year = in_era - (365 * year + year / 4 - year / 100);
	u64 month = (5 * in_year + 2) / 153; /* 0 is March */

	out("%s %lu-%02lu-%02lu", week[days_since_1970 % 7], era * 400 + year + (month >= 10),
	    month < 10 ? month + 3 : month - 9, in_year - (153 * month + 2) / 5 + 1);
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
