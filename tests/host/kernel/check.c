/* The invariants of slots, objects and queues, looked at from outside. */
#include "machine.h"

#define SEEN_MAX 4096
#define STEPS 10000

static const struct slot *seen[SEEN_MAX];
static u32 count;
static const struct kobject *objects[SEEN_MAX];
static u32 refs[SEEN_MAX], object_count;

static void visit_slot(const struct slot *s);

static void visit_object(struct kobject *o)
{
	for (u32 i = 0; i < object_count; i++)
		if (objects[i] == o) {
			refs[i]++;
			return;
		}
	MUST(object_count < SEEN_MAX);
	objects[object_count] = o;
	refs[object_count++] = 1;
	MUST(!o->dying);
	if (o->type == CAP_CNODE) {
		struct cnode *c = (struct cnode *)o;
		for (u64 i = 0; i < c->count; i++)
			visit_slot(&c->slots[i]);
	} else if (o->type == CAP_THREAD) {
		struct thread *t = (struct thread *)((u8 *)o - offsetof(struct thread, header));
		for (u32 i = 0; i < THREAD_SLOTS; i++)
			visit_slot(&t->slots[i]);
	}
}

static void visit_slot(const struct slot *s)
{
	if (s->type == CAP_NULL) {
		MUST(!s->prev && !s->next && !s->first && !s->last && !s->object && !s->badge &&
		     !s->aux);
		MUST((s->flags & ~SLOT_THREAD) == 0);
		return;
	}
	MUST(count < SEEN_MAX);
	seen[count++] = s;
	struct slot sealed = *s;
	sealed.rights &= RIGHT_ALL_KERNEL;
	slot_seal(&sealed);
	/* The fast path's bits agree, or a delete has begun to take back what waits. */
	if (slot_is_withdrawn(s))
		sealed.rights &= (u8)~SLOT_SENDABLE;
	MUST(s->rights == sealed.rights);
	if (slot_has_object(s)) {
		MUST(s->object->type == s->type);
		visit_object(s->object);
	}
}

static bool is_parent(const struct slot *link)
{
	return (u64)link & LINK_PARENT;
}
static struct slot *strip(const struct slot *link)
{
	return (struct slot *)((u64)link & ~LINK_PARENT);
}

static void check_links(const struct slot *s)
{
	if (s->prev)
		MUST(is_parent(s->prev) ? strip(s->prev)->first == s : s->prev->next == s);
	if (s->next)
		MUST(is_parent(s->next) ? strip(s->next)->last == s : s->next->prev == s);
	if (s->flags & SLOT_CLOSED) {
		MUST(s->type == CAP_ENDPOINT && (s->flags & SLOT_WATCH));
		return;
	}
	MUST(!s->first == !s->last);
	u32 steps = 0;
	for (const struct slot *c = s->first; c && !is_parent(c); c = c->next) {
		MUST(steps++ < STEPS);
		MUST(c->type == s->type || s->type == CAP_UNTYPED);
		if (s->type != CAP_UNTYPED) {
			MUST((slot_rights(c) & ~slot_rights(s)) == 0);
			MUST(!slot_has_object(s) || c->object == s->object);
		}
	}
}

/* The parents of every slot are a chain with an end, not a circle. */
static void check_depth(const struct slot *s)
{
	u32 steps = 0;

	while (s) {
		MUST(steps++ < STEPS);
		s = derive_parent(s, STEPS);
	}
}

static void check_closed(const struct endpoint *ep)
{
	u32 steps = 0;
	const struct slot *last = NULL;

	for (const struct slot *s = ep->closed_first; s; last = s, s = s->last) {
		MUST(steps++ < STEPS);
		MUST((s->flags & SLOT_CLOSED) && s->object == &ep->header && s->first == last);
	}
	MUST(ep->closed_last == last);
	for (u32 i = 0; i < count; i++)
		if (seen[i]->object == &ep->header && seen[i]->type == CAP_ENDPOINT &&
		    (seen[i]->flags & SLOT_CLOSED))
			steps--;
	MUST((int)steps >= 0); /* others are unreachable by capabilities, or in a dying object */
}

void machine_check(void)
{
	count = object_count = 0;
	visit_object(&machine_root->header);
	refs[0]--; /* the visit itself */
	for (u32 i = 0; i < count; i++) {
		check_links(seen[i]);
		check_depth(seen[i]);
	}
	for (u32 i = 0; i < object_count; i++) {
		/* CNodes that only hold each other are not reached, so some slots are not checked. */
		MUST(objects[i]->refs >= refs[i]);
		if (objects[i]->type == CAP_ENDPOINT)
			check_closed((const struct endpoint *)objects[i]);
	}
}
