/* Stand-in for ipc/inherit.c: all tasks are equally urgent, so none inherits. */
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
	(void)ep, (void)sender;
}
