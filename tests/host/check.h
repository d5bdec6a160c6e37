/* Checks for host tests: a failed one prints its place, and the program's status is 1. */
#pragma once
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tests/random.h"

__attribute__((weak)) int check_failures; /* one for all files of a test */

#define CHECK(condition)                                                                    \
	do {                                                                                \
		if (!(condition)) {                                                         \
			printf("%s:%d: in %s: this must hold: %s\n", __FILE__, __LINE__,    \
			       __func__, #condition);                                       \
			check_failures++;                                                   \
		}                                                                           \
	} while (0)

static inline int check_result(const char *name) {
	if (check_failures > 0)
		printf("%s: %d checks failed\n", name, check_failures);
	else
		printf("%s: ok\n", name);
	return check_failures > 0;
}

/* A copy in a block of exactly this size, so that the sanitizer sees a read after its end. */
static inline unsigned char *copy_exact(const void *data, size_t bytes) {
	unsigned char *copy = malloc(bytes > 0 ? bytes : 1);
	memcpy(copy, data, bytes);
	return copy;
}
