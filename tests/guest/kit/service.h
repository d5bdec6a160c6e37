/* For test programs that init starts in a running system, where kit.h is for those that run as the root task. */
#pragma once
#include "microk/types.h"

/* Finds the tests' own serial line among the program's grants ("report.ports"); false if it has none. */
bool report_begin(void);
void report(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The number of capabilities in the CSpace of the process `id`. */
u32 count_caps(cap_t supervisor, u32 id);
