/* For host tests that end at the first failure, such as those that go through many random cases. (tests/host/check.h counts
 * the failures.) */
#pragma once
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include "tests/random.h"

#define CHECK(c)                                                                                   \
	do {                                                                                       \
		if (!(c)) {                                                                        \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #c);            \
			exit(1);                                                                   \
		}                                                                                  \
	} while (0)

static uint64_t rnd_state;

static inline uint64_t below(uint64_t n)
{
	return random_word(&rnd_state) % n;
}

static inline void seed(const char *number)
{
	rnd_state = strtoull(number, NULL, 0) | 1;
}
