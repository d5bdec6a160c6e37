/* Threads whose faults the test takes, sleeping, and features of the processor. */
#pragma once
#include "tests/guest/kit/clock.h"
#include "tests/guest/kit/short.h"

struct fault {
	bool came; /* false: it went on, or ended */
	u64 vector, error, address, ip, flags, tag;
};

/* Runs f(argument) on a thread of its own, 10 ms at most, and returns its first fault. The thread is stopped then. */
struct fault catch_fault(void (*f)(u64), u64 argument);

/* The same with each single step (vector 1) let through, `steps` at most. */
struct fault catch_fault_after_steps(void (*f)(u64), u64 argument, u32 steps);

/* Sleeps, so that less urgent threads run. */
void nap(u64 n_microseconds);

/* CPUID leaf 7 (leaf 1, extended leaf 1): whether the processor has a feature. */
bool has_feature_7b(u32 bit);
bool has_feature_7c(u32 bit);
bool has_feature_1c(u32 bit);
bool has_feature_extended_d(u32 bit);
