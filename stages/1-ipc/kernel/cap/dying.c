/* Stand-in for cap/dying.c: the servers of an endpoint are not recorded (ipc/serve.c), so none is looked at. */
#include "cap/dying.h"
#include "lib/print.h"

void dying_ensure(struct kobject *o, u8 level)
{
	panic("an endpoint (%p) is to be looked at (%u), which none is at this stage", (void *)o,
	      level);
}
