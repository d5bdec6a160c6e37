/* The table of tests with wrong calls. */
#pragma once

#define BAD_TESTS(X)      \
	X(bad_operation)  \
	X(bad_index)      \
	X(bad_type)       \
	X(bad_rights)     \
	X(bad_length)     \
	X(bad_label)      \
	X(bad_transfer)   \
	X(no_buffer)      \
	X(random_calls)

#define X(name) void test_##name(void);
BAD_TESTS(X)
#undef X
