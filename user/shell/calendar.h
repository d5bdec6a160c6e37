/* The calendar: days since 1970-01-01 as a date. Pure. */
#pragma once
#include "lib/microk/ipc.h"

struct calendar_date {
	u64 year, month, day; /* month 1..12, day 1..31 */
};

struct calendar_date calendar_date(u64 days_since_1970);
