/* Around a CNode: links, moves and deletions are recorded. */
#include "cnode_fakes.h"
#include "cap/cnode.h"
#include "sched/preempt.h"
#include "cap/delete.h"
#include "cap/derive.h"
#include "cap/reap.h"
#include "ipc/closed.h"
#include "ipc/endpoint.h"
#include "sched/thread.h"
#include "unit.h"

SHARED struct slot *linked_child, *linked_parent, *deleted, *moved_to, *moved_from;
SHARED u32 links, unqueued;
SHARED bool linked_while_queued;

void derive_link(struct slot *child, struct slot *parent)
{
	links++;
	linked_child = child;
	linked_parent = parent;
	linked_while_queued = parent->flags & SLOT_CLOSED;
}

void derive_move(struct slot *to, struct slot *from)
{
	moved_to = to;
	moved_from = from;
	*to = *from;
	*from = (struct slot){0};
}

void closed_remove(struct slot *s)
{
	unqueued++;
	s->flags &= (u8)~SLOT_CLOSED;
	s->first = s->last = NULL;
}

void closed_raise(struct slot *s)
{
	s->flags |= SLOT_CLOSED;
}
void slot_delete(struct slot *s)
{
	deleted = s;
}

status_t delete_invoke(struct slot *s)
{
	return deleted = s, OK;
}
status_t revoke_invoke(struct slot *s)
{
	return deleted = s, OK;
}
status_t cnode_copy_bytes_decode(struct invocation *inv)
{
	return (void)inv, OK;
}
status_t cnode_copy_slots_decode(struct invocation *inv)
{
	return (void)inv, OK;
}
status_t describe_invoke(const struct slot *s, struct invocation *inv)
{
	return (void)s, (void)inv, OK;
}
status_t next_invoke(const struct cnode *c, struct invocation *inv)
{
	return (void)c, (void)inv, OK;
}
void endpoint_fail_begin(struct endpoint *e)
{
	(void)e;
}
bool endpoint_fail_one(struct endpoint *e)
{
	return (void)e, false;
}
bool preempt_pending(void)
{
	return false;
}
u64 capability_plain(const struct slot *s)
{
	return s->base;
}

bool slot_withdraw(struct slot *s)
{
	return (void)s, true;
}
void sent_moved(struct slot *s)
{
	(void)s;
}
bool reap_run(void)
{
	return true;
}
bool reap_revoked(u64 base, u64 bytes)
{
	return (void)base, (void)bytes, true;
}
void inherit_save(struct thread *server, struct thread *caller)
{
	(void)server, (void)caller;
}
void reply_move(struct reply *to, struct reply *from)
{
	(void)to, (void)from;
}
