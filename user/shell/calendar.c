/*
 * The calendar's arithmetic follows an idea of Howard Hinnant: years begin in March, so that the leap day is a
 * year's last day.
 */
#include "user/shell/calendar.h"

#define DAYS_OF_400_YEARS 146097ul
#define DAYS_BEFORE_1970 719468ul /* since the 1st of March of year 0 */

struct calendar_date calendar_date(u64 days_since_1970)
{
	u64 days = days_since_1970 + DAYS_BEFORE_1970;
	u64 era = days / DAYS_OF_400_YEARS, in_era = days % DAYS_OF_400_YEARS;
	/* Without the past leap days, all years have one length. */
	u64 year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
	u64 in_year = in_era - (365 * year + year / 4 - year / 100);
	u64 month = (5 * in_year + 2) / 153; /* 0 is March */

	return (struct calendar_date){
		.year = era * 400 + year + (month >= 10),
		.month = month < 10 ? month + 3 : month - 9,
		.day = in_year - (153 * month + 2) / 5 + 1};
}
