/* Facts that no program may find out, keep or undo against the kernel's rules. By the instruction
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
	X(part_goes_on)                                                                           \
	X(part_is_given_up)                                                                       \
	X(part_meets_an_obstacle)                                                                 \
	X(part_keeps_its_rights)                                                                  \
	X(attack_move)                                                                            \
	X(attack_call_again)                                                                      \
	X(attack_revoke_never_ends)                                                               \
	X(attack_move_unmap)                                                                      \
	X(attack_revoke_child)                                                                    \
	X(attack_space_dies)                                                                      \
	X(attack_memory_again)                                                                    \
	X(revoked_while_it_waits)                                                                 \
	X(deleted_while_it_waits)                                                                 \
	X(moved_while_it_waits)                                                                   \
	X(many_wait_through_one)                                                                  \
	X(fault_report_is_withdrawn)                                                              \
	X(never_writable_and_executable)                                                          \
	X(writable_here_executable_there)                                                         \
	X(identities_are_unique)                                                                  \
	X(no_address_is_told)                                                                     \
	X(a_driver_is_told)

#define X(name) void test_##name(void);
TESTS(X)
#undef X

/* Sleeps so many microseconds. */
void nap(u64 us);
