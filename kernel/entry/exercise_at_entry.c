/* Reports an exercise that is open at the system-call entry, where the thread cannot go on. */
#include "entry/exercise_at_entry.h"
#include "lib/exercise.h"
#include "sched/schedule.h"
#include "sched/thread.h"
#include "x86/cpu.h"

void exercise_missing_at_entry(const char *number, const char *name, const char *handout)
{
	exercise_missing(number, name, handout);
	this_cpu()->current->state = THREAD_STOPPED;
	schedule_request();
}
