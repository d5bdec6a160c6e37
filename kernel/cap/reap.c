/*
 * How objects end, and which thread pays for it.
 *
 * Each object counts the slots that name it, and an object whose count falls to zero is put on a list, to be taken apart in
 * steps of constant size: a CNode full of CNodes full of threads needs no recursion, and an interrupt never waits for more
 * than a step.
 *
 * The thread that causes the end of an object pays for it, unless a less urgent thread made the object. An object records
 * its urgency: the own priority of the thread that retyped it. If the thread that deletes the last capability
 * is as urgent as that or less, the object goes on that thread's list; the thread takes it apart before it returns to user
 * mode, at its own priority, in its own slice. If the thread is more urgent, it goes on at once, and the object waits until
 * the processor is free for its urgency (cap/dying.c). Objects that end while another is taken apart go on the
 * same list, or to their own urgency if that is lower. So when a client hands an urgent server the last capability of a
 * large object, the object ends at the client's urgency, at which it was made.
 *
 * seL4 finds out that a capability is the last by looking at its neighbours in the derivation list, and destroys a CNode by turning
 * its capability into a "zombie" that shrinks; the deleting thread does all the work, preemptibly, whatever its priority and
 * that of the thread that filled the CNode. NOVA unlinks in the deleter's system call and leaves the rest to callbacks after
 * a grace period (RCU), which run in the kernel before the next thread, at no thread's urgency. Composite's
 * deletions are constant, since user code has to empty an object first, and its memory can be reused only after a time in
 * which no processor may still look at it. Here the deleter's part is constant, as in NOVA, and the rest of the work has an
 * urgency, like a thread.
 *
 * A thread that needs memory pays for all objects in it: retype takes apart the dying objects there (reap_in), whichever
 * list they are on, and so does the revoke of an Untyped (reap_revoked), after which none is left there. A thread that dies
 * may still have objects of its own to take apart, and any number of callers that it owes an answer. That work is done at
 * the dead thread's own priority, if the list that it is on is more urgent. A thread that ends itself stays with the
 * scheduler, stopped, until its list is empty; the thread itself is the last object on the list.
 *
 * The most urgent thread that waits for an object wakes in the deletion itself, and up to WAITERS_AT_ONCE do where the object
 * does not wait for a lower urgency and no interrupt waits; the others wake when it is taken apart.
 *
 * An Endpoint of which a server has left, and that is to be looked at (ipc/serve.c), is on a list of an urgency likewise: the
 * looks at a cascade of Endpoints are done like the parts of a dying object, and an urgent thread does not pay for them.
 *
 * Invariants: an object is dying and on a list, and marked, or none of these. A living Endpoint may be on a list of an
 * urgency. If a thread is on a list itself, the objects
 * of its own list are moved to other lists before the thread is taken apart.
 */
#include "cap/reap.h"
#include "cap/cnode.h"
#include "cap/delete.h"
#include "cap/dying.h"
#include "cap/log_later.h"
#include "cap/marks.h"
#include "ipc/cancel.h"
#include "ipc/endpoint.h"
#include "ipc/inherit.h"
#include "ipc/notification.h"
#include "ipc/reply.h"
#include "ipc/serve.h"
#include "mm/space.h"
#include "sched/fpu.h"
#include "sched/preempt.h"
#include "sched/ready.h"
#include "sched/schedule.h"
#include "x86/cpu.h"
#include "x86/layout.h"

#define SLOTS_PER_STEP 8  /* empty ones, which cost little */
#define WAITERS_AT_ONCE 8 /* of an object: they wake in its deletion, the most urgent first */

/* The object that the slots name takes memory, too, so not all of memory can be such slots: a count never wraps to 0. */
_Static_assert(PHYS_MAP_BYTES / sizeof(struct slot) - 1 <= (u32)~0u &&
		       sizeof(((struct kobject *)0)->refs) == sizeof(u32),
	       "a count of all slots fits into `refs`");

void reap_init(void *memory, u64 end)
{
	marks_init(memory, end);
	dying_init();
}

/* ---- the lists ---- */
/* Puts a dying object on a list of urgency `level`, before the object that `at` points to, or on the list of its own urgency
 * if that is lower. */
static void put_on_list(struct kobject *o, struct kobject **at, u8 level)
{
	if (o->urgency < level)
		dying_add_later(o, o->urgency);
	else
		dying_add(at, o, level);
}

/* The urgency at which an object that dies now would be taken apart: that of the object that is being taken apart, or of the
 * thread that runs. */
static u8 level_now(const struct cpu *cpu)
{
	return cpu->reaping ? cpu->reaping->level : cpu->current->priority;
}

/* ---- the ends ---- */
/* The next object that t ended and has to take apart; NULL: there is none, or only t itself. */
static struct kobject *own_work(const struct thread *t)
{
	struct kobject *o = t->dying;

	return o == &t->header ? o->dying_next : o;
}

/* Moves one of the objects that t had still to take apart to the list that t is on. If a thread that needs t's memory calls
 * this, that list may be t's own or another thread's; then the object waits for t's urgency. False: none is left. */
static bool take_over(struct thread *t)
{
	struct kobject *o = own_work(t);

	if (!o)
		return false;
	dying_remove(o);
	if (this_cpu()->reaping_for_memory)
		dying_add_later(o, MIN(o->urgency, t->own_priority));
	else
		put_on_list(o, t->header.dying_link, t->header.level);
	/* A dead thread is in the ready queue only because of its own list. */
	if (t->queued && !t->dying)
		ready_remove(t);
	return true;
}

/* The rest of t's end waits for t's own urgency. */
static bool let_wait(struct thread *t)
{
	if (t->ends_itself || t->own_priority >= t->header.level)
		return false;
	dying_remove(&t->header);
	dying_add_later(&t->header, t->own_priority);
	return true;
}

static bool empty_one_slot(struct thread *t)
{
	for (u32 i = 0; i < THREAD_SLOTS; i++) {
		if (t->slots[i].type == CAP_NULL)
			continue;
		slot_delete(&t->slots[i]);
		return true;
	}
	return false;
}

static bool reap_thread(struct thread *t)
{
	fpu_forget(t);
	if (empty_one_slot(t))
		return false;
	if ((own_work(t) || t->owed.head) && let_wait(t))
		return false;
	if (t != this_cpu()->current && take_over(t))
		return false;
	if (inherit_forget_one(t))
		return false;
	/* Only the last step takes the thread out of the scheduler. A thread that reaps it for its memory may be stopped before
	 * that, and then the dying thread itself goes on with its unfinished operation. */
	if (t->queued)
		ready_remove(t);
	schedule_forget(t);
	return true;
}

static bool reap_cnode(struct cnode *c)
{
	for (u32 seen = 0; c->count && seen < SLOTS_PER_STEP; seen++) {
		struct slot *s = &c->slots[c->count - 1];
		if (slot_withdraw_one(s))
			return false;
		c->count--;
		if (s->type == CAP_NULL)
			continue;
		slot_delete(s);
		return false;
	}
	return c->count == 0;
}

static bool reap_endpoint(struct endpoint *ep)
{
	endpoint_fail_begin(ep);
	if (endpoint_fail_one(ep))
		return false;
	if (ep->servers)
		endpoint_unserve(ep->servers);
	return !ep->servers;
}

static bool reap_reply(struct reply *r)
{
	reply_drop(r);
	return true;
}

/* One step; true when the object is no more. */
static bool reap_step(struct kobject *o)
{
	switch (o->type) {
	case CAP_NULL: return log_later_step();
	case CAP_THREAD: return reap_thread(thread_of(o));
	case CAP_CNODE: return reap_cnode((struct cnode *)o);
	case CAP_ENDPOINT:
		return o->dying ? reap_endpoint((struct endpoint *)o)
				: endpoint_look((struct endpoint *)o);
	case CAP_NOTIFICATION: return !notification_fail_one((struct notification *)o);
	case CAP_REPLY: return reap_reply((struct reply *)o);
	case CAP_ADDRESS_SPACE: space_destroy((struct space *)o); return true;
	default: return true;
	}
}

/* Objects for which no thread waits end in so few steps that they need no list. */
static bool ends_at_once(struct kobject *o, bool waits)
{
	u32 most = waits ? 1 : WAITERS_AT_ONCE;

	if (o->type == CAP_THREAD || o->type == CAP_CNODE)
		return false;
	for (u32 i = 0; i < most; i++) {
		if (reap_step(o))
			return true;
		if (preempt_pending())
			return false;
	}
	return false;
}

void object_release(struct kobject *o)
{
	struct cpu *cpu = this_cpu();
	u8 level;

	if (--o->refs || o->dying)
		return;
	o->dying = true;
	if (object_is_listed(o))
		dying_remove(o); /* an Endpoint that was to be looked at */
	level = level_now(cpu);
	if (o->type == CAP_THREAD) {
		struct thread *t = thread_of(o);

		thread_end(t);
		schedule_forget(t);
		t->ends_itself =
			t == cpu->current && !cpu->reaping_for_memory && o->urgency >= level;
	}
	if (ends_at_once(o, o->urgency < level))
		return;
	put_on_list(o, cpu->reaping ? cpu->reaping->dying_link : &cpu->current->dying, level);
	mark_set(virt_to_phys(o));
}

static void step(struct kobject *o)
{
	struct cpu *cpu = this_cpu();

	cpu->reaping = o;
	bool ended = reap_step(o);

	cpu->reaping = NULL;
	if (!ended)
		return;
	if (o->type != CAP_NULL && o->dying)
		mark_clear(virt_to_phys(o));
	if (o->type == CAP_THREAD && thread_of(o) == cpu->current) {
		cpu->current = NULL;
		schedule_request();
	}
	dying_remove(o);
}

bool reap_run(void)
{
	struct thread *t = this_cpu()->current;
	struct kobject *o;

	while ((o = own_work(t))) {
		if (preempt_pending())
			return false;
		step(o);
		dying_take_turns();
	}
	return true;
}

bool reap_finish(void)
{
	struct cpu *cpu = this_cpu();
	struct thread *t = cpu->current;

	while (reap_run()) {
		if (!t->dying)
			return true;
		step(t->dying); /* t itself, which may free more */
		if (cpu->current != t)
			return true;
		if (preempt_pending())
			return false; /* it may owe any number of callers an answer */
	}
	return false;
}

/* Does one step of taking apart a dying object in the memory. False: there is none. */
static bool step_in(u64 base, u64 bytes)
{
	struct cpu *cpu = this_cpu();
	u64 place = mark_first(base, base + bytes);

	if (place == ~0ul)
		return false;
	cpu->reaping_for_memory = true;
	step(phys_to_virt(place));
	cpu->reaping_for_memory = false;
	return true;
}

bool reap_in(u64 base, u64 bytes)
{
	do {
		if (preempt_pending())
			return false;
	} while (step_in(base, bytes));
	return true;
}

bool reap_revoked(u64 base, u64 bytes)
{
	const struct thread *t = this_cpu()->current;

	/* If the current thread lies in that memory itself, it is the last to end, on its way out of the kernel. */
	while (!t->header.dying && step_in(base, bytes))
		if (preempt_pending())
			return false;
	return true;
}
