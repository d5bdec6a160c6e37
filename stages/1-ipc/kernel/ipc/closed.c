/* Stand-in for ipc/closed.c: slots are filled at boot and stay, so none is ever closed. */
#include "ipc/closed.h"

bool closed_take(struct endpoint *ep, struct thread *t)
{
	(void)ep, (void)t;
	return false;
}
