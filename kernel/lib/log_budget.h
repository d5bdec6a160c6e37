/* Lines of the kernel's log that programs cause (faults, deadlocks), each charged to the program. */
#pragma once
#include "sched/thread.h"

/* The thread's program may have one more report on the log. False: it has used up its budget, and this one is counted; the number
 * dropped is printed before its next one. */
bool log_allows(const struct thread *t);
