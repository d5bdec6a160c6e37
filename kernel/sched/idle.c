/* Nothing to run: from stage 2 on an interrupt may always bring something. */
#include "sched/schedule.h"

void schedule_nothing_left(void) {}
