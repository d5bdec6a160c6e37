/* The processor's state as a program finds it, and as a program can change it. */
#pragma once
#include "tests/guest/kit/catch.h"
#include "tests/guest/kit/kit.h"

#define STATE_TESTS(X)                                                                         \
	X(tables) X(control) X(selectors) X(flags) X(fpu_at_start) X(bases) X(counters) X(waiting) \
	X(null_ldt) X(lowest_pages) X(entry_ways) X(random_code)

#define X(name) void test_##name(void);
STATE_TESTS(X)
#undef X
