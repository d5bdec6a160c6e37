/* Every day of 130 years and odd dates, against the C library. */
#define _DEFAULT_SOURCE
#include "lib/date.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static void check(const struct date *d, u64 expected)
{
	u64 got = date_seconds(d);

	if (got == expected)
		return;
	printf("%u-%u-%u %u:%u:%u: %lu, not %lu\n", d->year, d->month, d->day, d->hour, d->minute,
	       d->second, got, expected);
	exit(1);
}

int main(void)
{
	for (time_t at = 0; at < 130l * 366 * 86400; at += 86399) {
		struct tm t;

		gmtime_r(&at, &t);
		check(&(struct date){(u32)t.tm_year + 1900, (u32)t.tm_mon + 1, (u32)t.tm_mday,
				     (u32)t.tm_hour, (u32)t.tm_min, (u32)t.tm_sec},
		      (u64)at);
	}
	check(&(struct date){2000, 2, 29, 23, 59, 59}, 951868799);
	check(&(struct date){1900, 2, 29, 0, 0, 0}, 0);
	check(&(struct date){2100, 2, 29, 0, 0, 0}, 0);
	check(&(struct date){2026, 0, 1, 0, 0, 0}, 0);
	check(&(struct date){2026, 13, 1, 0, 0, 0}, 0);
	check(&(struct date){2026, 4, 31, 0, 0, 0}, 0);
	check(&(struct date){2026, 4, 0, 0, 0, 0}, 0);
	check(&(struct date){2026, 4, 30, 24, 0, 0}, 0);
	check(&(struct date){2026, 4, 30, 23, 60, 0}, 0);
	check(&(struct date){1969, 12, 31, 0, 0, 0}, 0);
	check(&(struct date){165 * 100 + 65, 165, 165, 165, 165, 165},
	      0); /* a clock that is not there */
	puts("date: ok");
	return 0;
}
