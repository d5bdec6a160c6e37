/* Faults that were found in other kernels, tried here: those of waits that end while something else goes on (waits.c). */
#pragma once

void test_receive_retried_elsewhere(void);
void test_owner_dies_between(void);
void test_end_races_with_deadline(void);
void test_bound_thread_is_reused(void);
void test_caller_is_reused(void);

/* Tests of objects and mappings that outlive their owner (reuse.c). */
void test_waiter_becomes_a_frame(void);
void test_failures_keep_no_reference(void);
void test_cycles_end_with_their_memory(void);
void test_stale_mapping_of_a_space(void);
void test_trap_after_mov_ss(void);
void test_flags_of_an_old_slot(void);
void test_failed_answer_releases_once(void);
