/* The result of a check, in memory that only the judge's two processes see. */
#pragma once
#include "sanitizer.h"
#include "wire.h"

#define FIELD 1200

struct verdict {
	bool said;
	bool gone; /* the subject has reported its process's end */
	char status[16], expected[FIELD], came[FIELD], cause[FIELD], detail[REPORT_BYTES];
};
extern struct verdict *verdict;

/* Makes `verdict`; false if there is no memory. */
bool verdict_make(void);

/* Ends the check's process with this result. */
_Noreturn void verdict_end(const char *status, const char *expected, const char *came, const char *cause, const char *detail);

/* Ends it with the meaning of the subject's last answer: it failed by itself, reached an open exercise, or is gone. */
_Noreturn void verdict_of_answer(const struct unit_answer *a);

/* Fills in the result of a check whose process in the judge ended by a signal (0: without one) before it came to a verdict. */
void verdict_of_signal(int signal);
