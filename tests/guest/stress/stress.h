/* Storms of different shapes. */
#pragma once
#include "tests/guest/kit/kit.h"

struct storm {
	u32 spaces, servers, clients;
	u64 rounds; /* how often something bad is done */
	u64 calm;   /* TSC ticks at most between two of them */
};

void storm_run(const struct storm *s);

#define STRESS_TESTS(X)                                                     \
	X(many_clients) X(pairs) X(reply_that_never_comes) X(reply_after_death) \
	X(receive_from_dead_peer) X(caller_killed_while_served) X(ring_is_refused)
#define X(name) void test_##name(void);
STRESS_TESTS(X)
#undef X
