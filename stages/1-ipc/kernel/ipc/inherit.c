/* Stand-in for ipc/inherit.c: all tasks are equally urgent, so none inherits. */
#include "../../../../labs/1-ipc/kernel/lib/watch.h"
#include "ipc/inherit.h"

void inherit_begin(struct thread *server, const struct thread *caller)
{
	(void)server, (void)caller;
}
void inherit_end(struct thread *server)
{
	(void)server;
}
void inherit_return(struct thread *server, struct thread *caller)
{
	(void)server, (void)caller;
}
void inherit_queue(struct endpoint *ep, const struct thread *sender)
{
	(void)ep;
	watch_moment(sender, MOMENT_SENDER_WAITS);
}
