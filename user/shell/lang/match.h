/* Patterns of names (POSIX XCU 2.14): ? * [abc] [a-z] [!a]. Pure. */
#pragma once
#include "microk/types.h"

struct pattern {
	const char *text;
	const u8 *quoted; /* by byte: it stands for itself */
	size_t length;
};

/* Whether a character of it is special. */
bool pattern_is_active(const struct pattern *p);
/* Whether the whole text fits. Characters are UTF-8's. The time is at most the product of the two lengths. */
bool pattern_matches(const struct pattern *p, const char *text, size_t length);
