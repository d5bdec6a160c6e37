/* Shared by the library's host tests. */
#pragma once
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

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
	rnd_state ^= rnd_state << 13;
	rnd_state ^= rnd_state >> 7;
	rnd_state ^= rnd_state << 17;
	return rnd_state % n;
}

static inline void seed(int argc, char **argv)
{
	CHECK(argc == 2);
	rnd_state = strtoull(argv[1], NULL, 0) | 1;
}
