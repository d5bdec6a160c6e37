/* The meaning of a sanitizer's report. */
#pragma once
#include "microk/types.h"

#define REPORT_BYTES 2400

/* The lines of a report without the parts that differ from run to run, so that one mistake reads alike in each check: the
 * process's number, the registers after the event, and addresses. At most REPORT_BYTES - 1 characters. */
void sanitizer_plain(const char *report, char *plain);

/* The address that the report is about, or 0. */
u64 sanitizer_address(const char *report);

/* Whether that is the physical address of one of the check's objects, in the place of a pointer. */
bool sanitizer_is_physical(u64 address);

/* The usual meaning of a report's words, or "". */
const char *sanitizer_likely(const char *plain);
