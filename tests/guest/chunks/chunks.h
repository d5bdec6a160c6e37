/* The table of the tests of lib/chunks. */
#pragma once

#define CHUNKS_TESTS(X)       \
	X(split_and_joined)   \
	X(mapped_and_unmapped) \
	X(created_and_joined)

#define X(name) void test_##name(void);
CHUNKS_TESTS(X)
#undef X
