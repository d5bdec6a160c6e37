/*
 * A device that is refused an access may be refused millions a second. Linux limits the reports, but takes an interrupt for each
 * fault, until it has had 10 of a device and switches that device's off. Here a fault is taken from the unit when its report can be
 * recorded, within the budget that devices have on the log (ipc/log_budget.c). Those that come in between find no room in the unit,
 * which sends no interrupt for them. So a device's storm costs 8 interrupts at once, and one in 4 seconds, and needs no state for
 * each device.
 */
#include "ipc/device_fault.h"
#include "ipc/log_report.h"
#include "pc/apic.h"
#include "pc/vtd_faults.h"

enum { BUS = REPORT_ABOUT + 1, DEVICE, FUNCTION, WHAT, ADDRESS, REASON };

static const struct report_part parts[] = {
	{"[iospace] device ", REPORT_BYTE, BUS},
	{":", REPORT_BYTE, DEVICE},
	{".", REPORT_DECIMAL, FUNCTION},
	{" was refused ", REPORT_STRING, WHAT},
	{" ", REPORT_HEX, ADDRESS},
	{": ", REPORT_STRING, REASON},
	{"\n", REPORT_TEXT, REPORT_ABOUT},
	{NULL, REPORT_TEXT, REPORT_ABOUT},
};

static const struct report_part lost_parts[] = {
	{"[iospace] before that, devices were refused more than was recorded\n", REPORT_TEXT,
	 REPORT_ABOUT},
	{NULL, REPORT_TEXT, REPORT_ABOUT},
};

static const struct report_part answer_parts[] = {
	{"[iospace] a device answered a request that was not made\n", REPORT_TEXT, REPORT_ABOUT},
	{NULL, REPORT_TEXT, REPORT_ABOUT},
};

static bool is_waiting; /* a unit may have more */

static const char *what(const struct vtd_fault *f)
{
	if (f->reason >= VTD_FAULT_INTERRUPT && f->reason < VTD_FAULT_INTERRUPT_END)
		return "interrupt";
	return f->writes ? "a write to" : "a read from";
}

static const char *reason(const struct vtd_fault *f)
{
	switch (f->reason) {
	case VTD_FAULT_NO_TABLES: return "no driver has mapped anything for it";
	case VTD_FAULT_NO_WRITE: return "it is not mapped, or for reading only";
	case VTD_FAULT_NO_READ: return "it is not mapped";
	}
	if (f->reason >= VTD_FAULT_INTERRUPT && f->reason < VTD_FAULT_INTERRUPT_END)
		return "it is not the device's";
	return "the unit found an error in the request or in a table";
}

static void report(const struct vtd_fault *f)
{
	struct report *r = report_begin_device();

	if (f->reason == VTD_FAULT_ANSWER) {
		report_end(r, answer_parts);
		return;
	}
	report_value(r, BUS, f->requester >> 8);
	report_value(r, DEVICE, f->requester >> 3 & 31);
	report_value(r, FUNCTION, f->requester & 7);
	report_value(r, WHAT, (u64)what(f));
	report_value(r, ADDRESS, f->address);
	report_value(r, REASON, (u64)reason(f));
	report_end(r, parts);
}

static void take_all(void)
{
	struct vtd_fault f;
	bool lost;

	log_at_most(LOG_NO_THREADS);
	is_waiting = true;
	while (is_waiting && report_allows_device()) {
		is_waiting = vtd_fault_take(&f, &lost);
		if (is_waiting)
			report(&f);
		if (is_waiting && lost && report_allows_device())
			report_end(report_begin_device(), lost_parts);
	}
	log_at_most(LOG_ANY);
}

bool device_fault_interrupt(void)
{
	if (!vtd_unit_count)
		return false;
	apic_eoi();
	take_all();
	return true;
}

void device_fault_poll(void)
{
	if (is_waiting)
		take_all();
}
