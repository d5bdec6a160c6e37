/*
 * Linux waits up to a second for an update to begin and end, in order to know the exact moment at which a second begins. Here
 * two equal readings between updates are enough, and the boot goes on. The clock's registers must not be read while it updates
 * them. The flag UIP is set 244 us before an update (datasheet, "Update cycle"), so a reading is whole if UIP is clear before
 * and after it.
 */
#include "pc/rtc.h"
#include "lib/date.h"
#include "lib/print.h"
#include "lib/string.h"
#include "pc/acpi.h"
#include "pc/apic.h"
#include "x86/cpu.h"
#include "x86/x86.h"

#define CMOS_INDEX 0x70 /* bit 7 would keep NMIs out: it stays clear */
#define CMOS_DATA 0x71

enum { REG_SECOND = 0, REG_MINUTE = 2, REG_HOUR = 4, REG_DAY = 7, REG_MONTH = 8, REG_YEAR = 9 };
#define REG_A 0x0a
#define REG_B 0x0b
#define A_UPDATING 0x80
#define B_24_HOURS 0x02
#define B_BINARY 0x04
#define HOUR_PM 0x80

#define REGISTERS 128
#define CENTURY_UNKNOWN 70 /* without a register for it, years below are 20xx */
#define TRIES 8
#define UPDATE_PART 100 /* of a second: an update takes 2 ms */

struct raw {
	u8 second, minute, hour, day, month, year, century;
};

static u8 read(u8 reg)
{
	outb(CMOS_INDEX, reg);
	return inb(CMOS_DATA);
}

static bool wait_updated(void)
{
	u64 start = rdtsc();

	while (read(REG_A) & A_UPDATING)
		if (rdtsc() - start > tsc_hz / UPDATE_PART)
			return false; /* reads as all ones if there is no clock */
	return true;
}

static bool read_once(struct raw *r)
{
	u8 century = acpi_facts.rtc_century;

	if (!wait_updated())
		return false;
	*r = (struct raw){
		read(REG_SECOND),
		read(REG_MINUTE),
		read(REG_HOUR),
		read(REG_DAY),
		read(REG_MONTH),
		read(REG_YEAR),
		0};
	if (century && century < REGISTERS)
		r->century = read(century);
	return true;
}

static bool read_twice(struct raw *r)
{
	struct raw again;

	for (u32 i = 0; i < TRIES; i++) {
		if (!read_once(r) || !read_once(&again))
			return false;
		if (!memcmp(r, &again, sizeof(again)))
			return true;
	}
	return false;
}

/* The value of a register, which the clock's mode makes binary or two decimal digits. */
static u32 number(u8 value, u8 mode)
{
	return mode & B_BINARY ? value : (value >> 4) * 10u + (value & 15);
}

/* In the 12-hour mode the first hour of each half of the day is 12. */
static u32 hour(u8 value, u8 mode)
{
	if (mode & B_24_HOURS)
		return number(value, mode);
	return number(value & (u8)~HOUR_PM, mode) % 12 + (value & HOUR_PM ? 12 : 0);
}

static u32 year(const struct raw *r, u8 mode)
{
	u32 years = number(r->year, mode), century = number(r->century, mode);

	if (!century)
		century = years < CENTURY_UNKNOWN ? 20 : 19;
	return century * 100 + years;
}

u64 rtc_read(void)
{
	struct raw r;

	if (!read_twice(&r)) {
		kverbose("rtc: there is no real-time clock: the date is not known\n");
		return 0;
	}
	u8 mode = read(REG_B);
	struct date d = {
		.year = year(&r, mode),
		.month = number(r.month, mode),
		.day = number(r.day, mode),
		.hour = hour(r.hour, mode),
		.minute = number(r.minute, mode),
		.second = number(r.second, mode),
	};
	u64 seconds = date_seconds(&d), since = (rdtsc() - kinfo->boot_tsc) / tsc_hz;

	kverbose("rtc: %u-%02u-%02u %02u:%02u:%02u%s\n", d.year, d.month, d.day, d.hour, d.minute,
		 d.second, seconds ? "" : ", which is not a date");
	return seconds > since ? seconds - since : 0;
}
