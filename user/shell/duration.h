/* Lengths of time as a person types them. Pure. */
#pragma once
#include "microk/types.h"

#define DURATION_MAX_MS 3600000000ul /* a million seconds, about 11 days */

/* The milliseconds in "2" or "0.25", by at most three digits after the point. False: it is not such a number, or is longer than
 * DURATION_MAX_MS. `end` is the first character after the number. */
bool duration_parse(const char *text, const char *end, u64 *ms);
