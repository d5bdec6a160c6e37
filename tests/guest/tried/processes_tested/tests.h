/* The tests of the process server. */
#pragma once

#define PROCESSES_TESTS(X) \
	X(hello)         \
	X(forks)         \
	X(maps)          \
	X(costs)         \
	X(reads)         \
	X(killed)

#define X(name) void test_##name(void);
PROCESSES_TESTS(X)
#undef X
