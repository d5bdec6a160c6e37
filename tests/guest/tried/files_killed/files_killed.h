/* The tests of the file server that dies. */
#pragma once

#define FILES_KILLED_TESTS(X)                                                                      \
	X(serves)                                                                                  \
	X(writes_killed)                                                                           \
	X(appends_killed)                                                                          \
	X(reads_killed)                                                                            \
	X(opens_killed)                                                                            \
	X(renames_killed)                                                                          \
	X(unlinks_killed)                                                                          \
	X(refusals_killed)                                                                         \
	X(closes_killed)                                                                           \
	X(waits_killed)                                                                            \
	X(successors_killed)                                                                       \
	X(three_killed)                                                                            \
	X(costs)

#define X(name) void test_##name(void);
FILES_KILLED_TESTS(X)
#undef X
