/* Lines of the kernel's log that programs cause (faults, deadlocks), each charged to an account (mm/log_account.h). */
#pragma once
#include "sched/thread.h"

/* Whether the thread may cause one more report on the log. False: its account is used up, and this report is counted as
 * dropped; the number of dropped reports is printed before the account's next report. */
bool log_allows(const struct thread *t);
