/* From stage 2 on, on the way out of the kernel: objects end, and the thread that ended them takes them apart before it goes
 * on (cap/reap.c). */
#include "cap/reap.h"
#include "entry/exit.h"

bool exit_finish(void)
{
	return reap_finish();
}

void exit_nothing_left(void) {}
