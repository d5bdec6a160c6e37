/* Expectations of the tests here: each that does not hold is printed, and their number at the end. */
#pragma once
#include <errno.h>
#include <stdio.h>

static int failures, checks;

#define EXPECT(condition)                                                                          \
	do {                                                                                       \
		checks++;                                                                          \
		errno = 0;                                                                         \
		if (!(condition)) {                                                                \
			failures++;                                                                \
			printf("line %d does not hold: %s (errno %d)\n", __LINE__, #condition,     \
			       errno);                                                             \
		}                                                                                  \
	} while (0)
#define FAILS(call, error) EXPECT((call) == -1 && errno == (error))

static int expect_end(void)
{
	printf("%d checks, %d failures\n", checks, failures);
	return failures != 0;
}
