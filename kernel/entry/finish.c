/* From stage 2 on, on the way out of the kernel: objects end, and the thread that ended them takes them apart before it goes
 * on (cap/reap.c). */
#include "cap/reap.h"
#include "sched/schedule.h"

bool schedule_finish(void)
{
	return reap_finish();
}

void schedule_nothing_left(void) {}
