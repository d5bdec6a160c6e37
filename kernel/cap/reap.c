/*
 * How objects end.
 *
 * seL4 finds out that a capability is the last by looking at its neighbours in the derivation
 * list, and destroys a CNode by turning its capability into a "zombie" that shrinks; the deleting thread works it off, preemptibly.
 * Hubris has no dynamic objects. Here each object counts the slots that name it, and one whose count falls
 * to zero goes on the list of the thread that made it fall, which takes it apart in steps of constant size: a CNode full of
 * CNodes full of threads needs no recursion, and an interrupt never waits for more than a step.
 *
 * The causer pays: it does the steps before it goes back to user mode, at its own priority, in its own slice, and no other
 * thread does them for it, with two exceptions. A thread that reuses memory first takes apart what still lies dying in just that
 * memory (reap_in). And when a causer is itself ended by another, its list goes to that one.
 * A thread that ends itself stays with the scheduler, stopped, until its list is done; it is the last thing on it.
 *
 * Invariants: an object is dying and on a list, and marked, or none of these. The list of a thread that is
 * on a list itself belongs to that one's owner, which takes it over before it takes the thread apart.
 */
#include "cap/reap.h"
#include "cap/cnode.h"
#include "cap/delete.h"
#include "cap/marks.h"
#include "ipc/cancel.h"
#include "ipc/endpoint.h"
#include "ipc/notification.h"
#include "ipc/reply.h"
#include "ipc/sent.h"
#include "ipc/serve.h"
#include "mm/layout.h"
#include "mm/space.h"
#include "sched/cpu.h"
#include "sched/inherit.h"
#include "sched/ready.h"
#include "sched/schedule.h"
#include "x86/fpu.h"

#define SLOTS_PER_STEP 64 /* empty ones, which cost little */
#define WAITERS_AT_ONCE                                                                            \
	8 /* the most urgent that wait for an object wake at once, not when the list's owner comes to them */

void reap_init(void *memory, u64 end)
{
	marks_init(memory, end);
}

/* ---- the lists ---- */
static void list_add(struct kobject **at, struct kobject *o)
{
	o->dying_next = *at;
	o->dying_link = at;
	if (*at)
		(*at)->dying_link = &o->dying_next;
	*at = o;
}

static void list_remove(struct kobject *o)
{
	*o->dying_link = o->dying_next;
	if (o->dying_next)
		o->dying_next->dying_link = o->dying_link;
}

/* Objects that die while another is taken apart go before it, on the same list. */
static struct kobject **list_now(const struct cpu *cpu)
{
	return cpu->reaping ? cpu->reaping->dying_link : &cpu->current->dying;
}

/* ---- the ends ---- */
/* One of the objects that t had still to take apart goes over to the owner of the list that t is on; if that is t itself, to
 * the current thread, which needs t's memory. False: none is left. */
static bool take_over(struct thread *t)
{
	struct kobject *o = t->dying;

	if (o == &t->header)
		o = o->dying_next;
	if (!o)
		return false;
	list_remove(o);
	list_add(t->ends_itself ? &this_cpu()->current->dying : t->header.dying_link, o);
	return true;
}

static bool reap_thread(struct thread *t)
{
	/* Its operation may be unfinished. */
	if (t->queued)
		ready_remove(t);
	if (t != this_cpu()->current && take_over(t))
		return false;
	fpu_forget(t);
	if (inherit_forget_one(t))
		return false;
	for (u32 i = 0; i < THREAD_SLOTS; i++) {
		if (t->slots[i].type == CAP_NULL)
			continue;
		slot_delete(&t->slots[i]);
		return false;
	}
	schedule_forget(t);
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

static bool reap_endpoint(struct endpoint *ep)
{
	if (!ep->servers)
		return !endpoint_fail_one(ep);
	endpoint_unserve(ep->servers);
	return false;
}

/* One step; true when the object is no more. */
static bool reap_step(struct kobject *o)
{
	switch (o->type) {
	case CAP_THREAD: return reap_thread(thread_of(o));
	case CAP_CNODE: return reap_cnode((struct cnode *)o);
	case CAP_ENDPOINT: return reap_endpoint((struct endpoint *)o);
	case CAP_NOTIFICATION: return !notification_fail_one((struct notification *)o);
	case CAP_REPLY: reply_drop((struct reply *)o); return true;
	case CAP_ADDRESS_SPACE: space_destroy((struct space *)o); return true;
	default: return true;
	}
}

/* Some objects end in so few steps that they need no list: those that no thread waits for. */
static bool ends_at_once(struct kobject *o)
{
	if (o->type == CAP_THREAD || o->type == CAP_CNODE)
		return false;
	for (u32 i = 0; i < WAITERS_AT_ONCE; i++)
		if (reap_step(o))
			return true;
	return false;
}

void object_release(struct kobject *o)
{
	struct cpu *cpu = this_cpu();

	if (--o->refs || o->dying)
		return;
	o->dying = true;
	if (o->type == CAP_THREAD) {
		thread_end(thread_of(o));
		schedule_forget(thread_of(o));
		thread_of(o)->ends_itself =
			thread_of(o) == cpu->current && !cpu->reaping_for_memory;
	}
	if (ends_at_once(o))
		return;
	list_add(list_now(cpu), o);
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
	list_remove(o);
	mark_clear(virt_to_phys(o));
	if (o->type == CAP_THREAD && thread_of(o) == cpu->current) {
		cpu->current = NULL;
		schedule_request();
	}
}

/* The next object of t's own list; NULL: none but t itself, if that. */
static struct kobject *own_work(const struct thread *t)
{
	struct kobject *o = t->dying;

	return o == &t->header ? o->dying_next : o;
}

bool reap_run(void)
{
	struct thread *t = this_cpu()->current;
	struct kobject *o;

	while ((o = own_work(t))) {
		step(o);
		if (own_work(t) && preempt_pending())
			return false;
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
	}
	return false;
}

bool reap_in(u64 base, u64 bytes)
{
	u64 place;

	while ((place = mark_first(base, base + bytes)) != ~0ul) {
		this_cpu()->reaping_for_memory = true;
		step(phys_to_virt(place));
		this_cpu()->reaping_for_memory = false;
		if (preempt_pending())
			return false;
	}
	return true;
}
