/*
 * How objects end.
 *
 * seL4 finds out that a capability is the last by looking at its neighbours in the derivation
 * list, and destroys a CNode by turning its capability into a "zombie" that shrinks. Hubris has
 * no dynamic objects. Here each object counts the slots that name it, and one whose count falls
 * to zero goes on one list that is worked off in steps of constant size: a CNode full of CNodes
 * full of threads needs no recursion, and an interrupt never waits for more than a step.
 */
#include "cap/reap.h"
#include "cap/cnode.h"
#include "cap/delete.h"
#include "ipc/cancel.h"
#include "ipc/endpoint.h"
#include "ipc/notification.h"
#include "ipc/reply.h"
#include "ipc/sent.h"
#include "ipc/serve.h"
#include "mm/space.h"
#include "sched/deadline.h"
#include "sched/schedule.h"
#include "x86/apic.h"
#include "x86/fpu.h"
#include "x86/x86.h"

#define SLOTS_PER_STEP 64 /* empty ones, which cost little */
#define SHARE 100000      /* of a second, that reap_some may take: 10 us */

static struct kobject *dying;

void object_release(struct kobject *o)
{
	if (--o->refs || o->dying)
		return;
	o->dying = true;
	if (o->type == CAP_THREAD) {
		thread_stop(thread_of(o));
		schedule_forget(thread_of(o));
	}
	o->dying_next = dying;
	dying = o;
}

static bool reap_thread(struct thread *t)
{
	deadline_stop(t);
	fpu_forget(t);
	endpoint_unserve(t->serves);
	for (u32 i = 0; i < THREAD_SLOTS; i++) {
		if (t->slots[i].type == CAP_NULL)
			continue;
		slot_delete(&t->slots[i]);
		return false;
	}
	return true;
}

static bool reap_cnode(struct cnode *c)
{
	for (u32 seen = 0; c->count && seen < SLOTS_PER_STEP; seen++) {
		struct slot *s = &c->slots[c->count - 1];
		if (sent_cancel_one(s))
			return false;
		c->count--;
		if (s->type == CAP_NULL)
			continue;
		slot_delete(s);
		return false;
	}
	return c->count == 0;
}

/* One step; true when the object is no more. */
static bool reap_step(struct kobject *o)
{
	switch (o->type) {
	case CAP_THREAD: return reap_thread(thread_of(o));
	case CAP_CNODE: return reap_cnode((struct cnode *)o);
	case CAP_ENDPOINT:
		endpoint_unserve((struct endpoint *)o);
		return !endpoint_fail_one((struct endpoint *)o);
	case CAP_NOTIFICATION: return !notification_fail_one((struct notification *)o);
	case CAP_REPLY: reply_drop((struct reply *)o); return true;
	case CAP_ADDRESS_SPACE: space_destroy((struct space *)o); return true;
	default: return true;
	}
}

/* A step that ends its object puts no other in front of it. */
static void step(void)
{
	struct kobject *o = dying;

	if (reap_step(o))
		dying = o->dying_next;
}

void reap_some(void)
{
	u64 end = dying ? rdtsc() + tsc_hz / SHARE : 0;

	while (dying && rdtsc() < end)
		step();
}

bool reap_run(void)
{
	while (dying) {
		step();
		if (dying && preempt_pending())
			return false;
	}
	return true;
}
