/* Checks for host tests: a failed one is printed, and the program's status is 1. */
#pragma once
#include <stdio.h>
#include <string.h>

static int check_failures;

#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			printf("%s:%d: in %s: this must hold: %s\n", __FILE__, __LINE__, __func__, \
			       #condition);                                                        \
			check_failures++;                                                          \
		}                                                                                  \
	} while (0)

static inline int check_result(const char *name)
{
	if (check_failures)
		printf("%s: %d checks failed\n", name, check_failures);
	else
		printf("%s: ok\n", name);
	return check_failures != 0;
}

/* Numbers that are the same for the same seed: xorshift64*. The seed is not 0. */
static inline unsigned long random_next(unsigned long *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1dul >> 16;
}
