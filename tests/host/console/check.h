/* Checks of bytes, which print both values when they fail. */
#pragma once
#include "tests/host/check.h"

static inline void check_bytes(const char *file, int line, const char *what, const char *got,
			       size_t got_bytes, const char *want, size_t want_bytes)
{
	if (got_bytes == want_bytes && memcmp(got, want, want_bytes) == 0)
		return;
	printf("%s:%d: %s: expected, then got:\n", file, line, what);
	for (int side = 0; side < 2; side++) {
		const char *bytes = side ? got : want;
		printf("  \"");
		for (size_t i = 0; i < (side ? got_bytes : want_bytes); i++)
			printf(bytes[i] >= 32 && bytes[i] < 127 ? "%c" : "\\%03o",
			       (unsigned char)bytes[i]);
		printf("\"\n");
	}
	check_failures++;
}

#define CHECK_BYTES(what, got, got_bytes, want)                                                    \
	check_bytes(__FILE__, __LINE__, (what), (got), (got_bytes), (want), sizeof(want) - 1)
