/* Faults that were found in other kernels, tried here: those of waits that end while something else goes on (waits.c). */
#pragma once

void test_receive_retried_elsewhere(void);
void test_owner_dies_between(void);
void test_end_races_with_deadline(void);
void test_bound_thread_is_reused(void);
void test_caller_is_reused(void);
