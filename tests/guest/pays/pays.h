/*
 * Processor time is paid for by its causer: an urgent victim, the test itself (KIT_PRIORITY), and a less urgent neighbour that
 * ends, sleeps, faults, logs and makes as much as it can. By the instruction clock: the victim's worst case stays within twice its
 * idle one.
 */
#pragma once
#include "tests/guest/kit/clock.h"
#include "tests/guest/kit/short.h"

#define PAYS_TESTS(X)               \
	X(others_pay)               \
	X(own_memory_is_paid_for)   \
	X(stopped_in_the_middle)    \
	X(ended_in_the_middle)      \
	X(ended_by_its_own_work)    \
	X(ended_with_saved_callers) \
	X(server_takes_turns)       \
	X(killer_goes_on)           \
	X(last_of_a_cnode)          \
	X(last_of_a_notification)   \
	X(last_of_an_endpoint)      \
	X(last_with_senders)        \
	X(last_of_a_thread)         \
	X(last_among_equals)        \
	X(busy_thread_of_the_server) \
	X(stopped_with_nothing_left) \
	X(expiry_steals)            \
	X(faults_steal)             \
	X(log_full)                 \
	X(log_full_by_many)         \
	X(log_full_by_restarts)     \
	X(log_full_by_circles)      \
	X(wakes_at_slice_end)       \
	X(wakes_beside_faults)      \
	X(wakes_beside_memory)      \
	X(wakes_beside_large_cnode) \
	X(wakes_beside_search)     \
	X(wakes_beside_replace)    \
	X(wakes_beside_short_ways) \
	X(wakes_beside_copied_slots) \
	X(wakes_beside_describe)    \
	X(wakes_beside_copy)        \
	X(wakes_beside_frames)      \
	X(wakes_beside_text)        \
	X(wakes_beside_sleepers)    \
	X(wakes_beside_configure)   \
	X(line_of_another)          \
	X(spaces_run_out)

#define X(name) void test_##name(void);
PAYS_TESTS(X)
#undef X

#define LESS_URGENT 5
#define AT_MOST_OFF 4000 /* instructions of the kernel's between two moments at which it looks for an interrupt */

/* Lets less urgent threads run for n microseconds. Makes no object. */
void nap(u64 n);
void nap_until(u64 at); /* by the TSC */

/* Wakes this many times, at various moments. Returns the longest delay, in ticks. */
u64 worst_wake(u32 times);

/* A thread's whole work: an instruction that does not exist, repeated each time the thread is resumed. */
void fault_for_ever(u64 unused);
