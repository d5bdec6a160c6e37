/* The calls of the code under test to later stages' parts, and their results. */
#pragma once
#include "sched/thread.h"

extern u32 transfers_failed, failed_caps; /* calls, and the capabilities of the last, which was for failed_of */
extern struct thread *failed_of;
extern bool next_handler; /* from stage 2 on: the next handler takes the fault, or no handler does */
extern u32 reports;       /* calls of fault_again, the last for last_reported */
extern struct thread *last_reported;
extern bool reported_linked; /* it still named a Reply then */
