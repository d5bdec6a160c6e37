/* Years are counted from March, so that the leap day is the last of one (as in Zeller's congruence). Leap seconds do not count. */
#include "lib/date.h"

#define DAYS_BEFORE_1970 719468u /* since the 1st of March of year 0 */

static bool is_leap(u32 year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static u32 days_in(u32 year, u32 month)
{
	static const u8 days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return days[month - 1] + (month == 2 && is_leap(year));
}

static bool exists(const struct date *d)
{
	return d->year >= 1970 && d->year <= 9999 && d->month >= 1 && d->month <= 12 &&
	       d->day >= 1 && d->day <= days_in(d->year, d->month) && d->hour < 24 &&
	       d->minute < 60 && d->second < 60;
}

u64 date_seconds(const struct date *d)
{
	if (!exists(d))
		return 0;
	u32 years = d->month > 2 ? d->year : d->year - 1, months = (d->month + 9) % 12;
	/* Any five months in a row from March on have 153 days. */
	u64 days = years * 365ul + years / 4 - years / 100 + years / 400 + (153 * months + 2) / 5 +
		   d->day - 1 - DAYS_BEFORE_1970;

	return ((days * 24 + d->hour) * 60 + d->minute) * 60 + d->second;
}
