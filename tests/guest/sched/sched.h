/* Shared by the scheduling tests: an order of events, sleeping, and threads of three priorities. */
#pragma once
#include "tests/guest/kit/clock.h"
#include "tests/guest/kit/short.h"

/* Three priorities below the test's own (KIT_PRIORITY), and one above. */
#define LOW 10
#define MIDDLE 30
#define HIGH 50
#define URGENT 61

#define SCHED_TESTS(X)                   \
	X(deadline_passes)               \
	X(deadline_of_a_call)            \
	X(deadline_met)                  \
	X(many_deadlines)                \
	X(calls_itself)                  \
	X(call_cycle)                    \
	X(refused_before_deadlock)       \
	X(send_closes_a_cycle)           \
	X(cycle_past_a_replaced_server) \
	X(handler_calls_the_faulted)     \
	X(fault_closes_a_cycle)          \
	X(report_ends_the_receive_that_frees_it) \
	X(long_cycle)                    \
	X(too_long_to_look_through)      \
	X(inheritance)                   \
	X(inheritance_queued)            \
	X(inheritance_chain)             \
	X(inheritance_ends)              \
	X(lent_while_queued)             \
	X(lent_along_a_chain)            \
	X(lent_while_served)             \
	X(urgency_set_while_it_waits)    \
	X(urgency_of_a_raised_sender)    \
	X(urgency_through_a_fault)       \
	X(urgency_of_who_came_first)     \
	X(urgency_of_a_replaced_server)  \
	X(looked_once_and_calls)         \
	X(lent_after_another_looked)     \
	X(lent_after_another_left)       \
	X(lent_after_another_faulted)    \
	X(lent_after_a_handler_was_given_up) \
	X(lent_through_a_reply_object)   \
	X(saved_and_then_gone)           \
	X(served_by_urgency)             \
	X(receivers_by_urgency)          \
	X(waiters_by_urgency)            \
	X(urgency_moves_in_the_queue)    \
	X(many_in_the_queue)             \
	X(closed_and_senders_take_turns) \
	X(closed_come_alone)             \
	X(slice_theft)                   \
	X(slice_theft_by_blocking)       \
	X(deadlines_by_urgency)          \
	X(deadline_between_client_and_server) \
	X(deadline_below_a_long_chain) \
	X(round_robin)                   \
	X(priority_limit)                \
	X(time_is_charged_to_the_caller) \
	X(time_follows_the_queue)        \
	X(no_tick_when_idle)             \
	X(crowd)                         \
	X(revoke_lets_others_in)         \
	X(delete_ends_what_is_its_own)   \
	X(ended_while_others_spin)

#define X(name) void test_##name(void);
SCHED_TESTS(X)
#undef X

/* Notes an event; expect_order holds the notes against `wanted` and forgets them. */
extern volatile u32 steps;
void step(char who);
void expect_order(const char *wanted);

/* A blocking system call with a deadline, which is put in the caller's own IPC buffer. */
enum microk_status until(enum microk_syscall op, cap_t cap, struct ipcbuf *buffer, u64 deadline);

/* All less urgent threads get to run while the test sleeps. */
void sleep_us(u64 n);
void sleep_until(struct kit_thread t, enum thread_state state);
void sleep_until_priority(struct kit_thread t, u64 priority);

/* The same for a new thread, which is returned. */
struct kit_thread waiting(void (*entry)(u64), u64 argument, u8 priority, enum thread_state state);
/* Leaves a message at the endpoint: the next thread that polls there receives it, which makes it a server. */
void greet(cap_t ep);

extern cap_t never; /* a Notification that is never signalled; a test that uses it makes it first */

/* Notes 'm' and spins until it may stop: it must not run while a more urgent thread waits. */
extern volatile bool middle_may_stop;
void middle(u64 unused);

/* Receives once from `from`, calls `to`, and answers with that call's result. Argument: the index in `relays`. */
struct relay {
	cap_t from, to;
};
extern struct relay relays[4];
extern enum microk_status relay_result[4];
void relay(u64 i);
