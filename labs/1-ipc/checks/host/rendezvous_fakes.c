/* Around the rendezvous: calls of the reply functions are only recorded. */
#include "rendezvous_fakes.h"
#include "ipc/closed.h"
#include "ipc/fault.h"
#include "ipc/notification.h"
#include "lib/upward.h"
#include "sched/stats.h"
#include "threads.h"

SHARED struct cpu_area cpu_area;
SHARED u32 drops, faults_delivered, links;
SHARED struct reply *dropped, *linked_reply;
SHARED struct thread *linked_caller;
SHARED u8 linked_state;
SHARED bool notified, closed;

void reply_link(struct reply *r, struct thread *caller, u8 state)
{
	links++, linked_reply = r, linked_caller = caller, linked_state = state;
}

void reply_drop(struct reply *r)
{
	drops++, dropped = r;
}

bool notification_take_bound(struct thread *t)
{
	return (void)t, notified;
}
bool closed_take(struct endpoint *ep, struct thread *t)
{
	return (void)ep, (void)t, closed;
}
void stats_message(struct endpoint *ep, struct thread *sender)
{
	ep->messages++, sender->ipc_calls++;
}
void fault_deliver(struct thread *f, struct thread *to, u64 badge)
{
	(void)f, (void)to, (void)badge, faults_delivered++;
}
static status_t transfer(struct thread *f, struct thread *t, u32 n)
{
	return (void)f, (void)t, (void)n, ERR_TRANSFER;
}
static void failed(struct thread *f, u32 n)
{
	(void)f, (void)n;
}
const struct upward upward = {.transfer = transfer, .transfer_failed = failed};
