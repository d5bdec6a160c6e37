/* Tests of addresses, revoked rights, W^X, and interrupted operations. They run by the instruction
 * clock. */
#pragma once
#include "tests/guest/kit/short.h"

#define TESTS(X)                                                                                  \
	X(delete_ends_with_what_it_began_with)                                                    \
	X(revoke_ends_with_what_it_began_with)                                                    \
	X(fail_ends_with_what_it_began_with)                                                      \
	X(the_same_again_is_another)                                                              \
	X(the_same_again_unfinished)                                                              \
	X(started_anew_it_deletes_anew)                                                           \
	X(revoke_ends_beside_mapping)                                                             \
	X(revoke_ends_beside_calls)                                                               \
	X(fail_ends_beside_calls)                                                                 \
	X(fail_ends_beside_receivers)                                                             \
	X(part_goes_on)                                                                           \
	X(part_is_given_up)                                                                       \
	X(part_meets_an_obstacle)                                                                 \
	X(part_keeps_its_rights)                                                                  \
	X(part_moves_while_mapped)                                                                \
	X(part_moves_while_unmapped)                                                              \
	X(part_is_revoked)                                                                        \
	X(part_outlives_its_space)                                                                \
	X(part_leaves_no_old_memory)                                                              \
	X(many_are_made_in_parts)                                                                 \
	X(many_are_mapped_in_parts)                                                               \
	X(many_end_at_a_hole)                                                                     \
	X(made_and_mapped_in_parts)                                                               \
	X(protected_in_parts)                                                                     \
	X(protected_in_part)                                                                      \
	X(revoked_while_it_waits)                                                                 \
	X(deleted_while_it_waits)                                                                 \
	X(moved_while_it_waits)                                                                   \
	X(many_wait_through_one)                                                                  \
	X(fault_report_is_withdrawn)                                                              \
	X(never_writable_and_executable)                                                          \
	X(writable_here_executable_there)                                                         \
	X(copy_ends_with_its_source)                                                              \
	X(copy_ends_with_its_destination)                                                         \
	X(copy_goes_on)                                                                           \
	X(copy_writes_nothing_executed)                                                           \
	X(identities_are_unique)                                                                  \
	X(no_address_is_told)                                                                     \
	X(a_driver_is_told)

#define X(name) void test_##name(void);
TESTS(X)
#undef X

#define LESS_URGENT 5
#define NAPS 1000

/* Sleeps for this many microseconds. */
void nap(u64 us);

/* ---- one call by a thread so much less urgent that each return from a nap is in the middle of it ---- */
typedef enum microk_status one_call(void);
struct kit_thread begin(one_call *call);
void make_one_call(u64 call);     /* the thread's function */
void finish(void);                /* waits until the call has returned */
extern volatile bool done;        /* it has returned … */
extern enum microk_status status; /* … this */
