/* Nothing to run: from stage 2 on an interrupt may always bring something. Until then there is time for what
 * still dies, left by one who was interrupted at it and did not come back (it ended itself). */
#include "cap/reap.h"
#include "sched/schedule.h"

void schedule_nothing_left(void)
{
	reap_run();
}
