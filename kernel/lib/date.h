/* Converts calendar dates to seconds since 1970. */
#pragma once
#include "microk/types.h"

struct date {
	u32 year, month, day, hour, minute, second; /* month and day from 1 */
};

/* Seconds since 1970-01-01 00:00:00 of a date of the Gregorian calendar; 0 for one that does not exist, or before. */
u64 date_seconds(const struct date *d);
