/* What still dies may have been left by one who was interrupted at it and did not come back (it ended itself). Whoever
 * waits for such an object must not wait for ever: some of it is done at each tick, and all when nobody can run. */
#include "cap/reap.h"
#include "sched/schedule.h"

void schedule_ticked(void)
{
	reap_some();
}

void schedule_nothing_left(void)
{
	reap_run();
}
