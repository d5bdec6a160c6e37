#include "lib/exercise.h"

void reply_drop(struct reply *r)
{
	if (r->caller)
		exercise_missing("1.7", "peer death", "labs/1-ipc/handout.md#17-peer-death");
	/* The caller, if there is one, waits for ever. */
}
