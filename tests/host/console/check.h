/* Checks for host tests: a failed one is printed with both values and makes the program fail. */
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

static inline int check_result(const char *name)
{
	if (check_failures)
		printf("%s: %d checks failed\n", name, check_failures);
	else
		printf("%s: ok\n", name);
	return check_failures != 0;
}

/* Numbers that are the same in every run: xorshift64*. */
static inline unsigned long random_next(unsigned long *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1dul >> 16;
}
