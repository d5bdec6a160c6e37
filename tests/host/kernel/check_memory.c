/* Memory, queues and threads, looked at from outside, at any moment: also while an operation is not finished. */
#include "machine.h"
#include "cap/marks.h"
#include "ipc/notification.h"
#include "mm/space.h"
#include "x86/cpu.h"

#define EXTENTS 8192
#define OBJECTS 4096
#define MADE_SLOTS 16 /* of each CNode but the root's */

struct extent {
	u64 start, end;
	const struct slot *slot; /* of an Untyped */
	u32 type;
};

static struct extent extents[EXTENTS];
static const struct kobject *objects[OBJECTS];
static u32 extent_count, object_count;
static i64 dying_count;    /* less those that are marked */
static i64 queued_senders; /* less those that are listed at a slot */

static void visit_slot(const struct slot *s);
static void check_senders(const struct slot *s);

static const struct thread *thread_to_check(const struct kobject *o)
{
	return thread_of((struct kobject *)o);
}

static void take(u64 start, u64 bytes, const struct slot *s, u32 type)
{
	MUST(extent_count < EXTENTS);
	extents[extent_count++] = (struct extent){start, start + bytes, s, type};
}

/* A dying CNode's count falls, but its memory is as large as it was. */
static u64 cnode_bytes(const struct kobject *o)
{
	u64 slots = o == &machine_root->header ? ROOT_SLOTS : MADE_SLOTS;

	return CNODE_HEADER_BYTES + slots * sizeof(struct slot);
}

static void visit_slots(const struct slot *s, u64 count)
{
	for (u64 i = 0; i < count; i++)
		visit_slot(&s[i]);
}

static void visit_object(const struct kobject *o);

/* An object that has not been taken apart yet. (`dying` alone does not show that: it stays set afterwards.) */
static bool is_marked(const struct kobject *o)
{
	return mark_first(virt_to_phys(o), virt_to_phys(o) + 1) == virt_to_phys(o);
}

/* A living Endpoint that is to be looked at. It is not visited here, because the slots that lead to it may be elsewhere. */
static bool is_to_be_looked_at(const struct kobject *o)
{
	return o->type == CAP_ENDPOINT && o->refs && !o->dying && !is_marked(o);
}

/* Objects that are still to be taken apart: memory that must not be reused yet. Dying, and on a list, and marked. */
static void visit_dying(struct kobject *const *list)
{
	struct kobject *const *link = list;

	for (struct kobject *o = *list; o; link = &o->dying_next, o = *link) {
		MUST(o->dying_link == link);
		if (is_to_be_looked_at(o))
			continue;
		MUST(o->dying && !o->refs);
		MUST(is_marked(o));
		dying_count++;
		visit_object(o);
	}
}

/* Only objects on a list are marked. */
static void check_marks(void)
{
	u64 place = mark_first(0, HOST_MEMORY_BYTES);

	for (; place != ~0ul; place = mark_first(place + 1, HOST_MEMORY_BYTES))
		dying_count--;
	MUST(dying_count == 0);
}

/* The lists of the urgencies, and the thread that takes apart the objects on them. */
static void check_later(void)
{
	const struct thread *w = cpu0.worker;
	i64 most = -1;

	for (u32 p = 0; p < PRIORITIES; p++) {
		struct kobject *const *end = &cpu0.later[p].first;

		visit_dying(end);
		for (; *end; end = &(*end)->dying_next)
			MUST((*end)->level == p);
		MUST(cpu0.later[p].end == end);
		MUST(!cpu0.later[p].first == !(cpu0.later_filled >> p & 1));
		most = cpu0.later[p].first ? (i64)p : most;
	}
	MUST(w->dying == (most < 0 ? NULL : cpu0.later[most].first));
	MUST(most < 0 ? !w->queued : w->priority == most && (w->queued || w == cpu0.current));
}

static void visit_object(const struct kobject *o)
{
	for (u32 i = 0; i < object_count; i++)
		if (objects[i] == o)
			return;
	MUST(object_count < OBJECTS);
	objects[object_count++] = o;
	switch (o->type) {
	case CAP_ENDPOINT: take(virt_to_phys(o), ENDPOINT_BYTES, NULL, o->type); break;
	case CAP_NOTIFICATION: take(virt_to_phys(o), NOTIFICATION_BYTES, NULL, o->type); break;
	case CAP_REPLY: take(virt_to_phys(o), REPLY_BYTES, NULL, o->type); break;
	case CAP_ADDRESS_SPACE:
		take(virt_to_phys(o) - TABLE_BYTES, SPACE_BYTES, NULL, o->type);
		break;
	case CAP_THREAD:
		take(virt_to_phys(thread_to_check(o)), THREAD_BYTES, NULL, o->type);
		visit_slots(thread_to_check(o)->slots, THREAD_SLOTS);
		visit_dying(&thread_to_check(o)->dying);
		break;
	case CAP_CNODE:
		take(virt_to_phys(o), cnode_bytes(o), NULL, o->type);
		visit_slots(((const struct cnode *)o)->slots, ((const struct cnode *)o)->count);
		break;
	default: MUST(!"an object");
	}
}

static void visit_slot(const struct slot *s)
{
	if (s->type == CAP_NULL)
		return;
	check_senders(s);
	if (slot_has_object(s)) {
		MUST(s->object->type == s->type && s->object->refs && !s->object->dying);
		visit_object(s->object);
	} else if (s->type == CAP_FRAME || s->type == CAP_UNTYPED) {
		take(s->base, s->size * PAGE_SIZE, s, s->type);
	} else if (s->type == CAP_PAGE_TABLE) {
		take(s->base, PAGE_SIZE, s, s->type);
	}
}

/* Copies of a Frame lie in the same place, and parts of it in it. (The model checks that no Frame is made of another's memory.) */
static bool are_of_one_run(const struct extent *a, const struct extent *b)
{
	return a->type == CAP_FRAME && b->type == CAP_FRAME;
}

/* `inner` was made of `outer`: it lies in the part that is used. */
static bool is_made_of(const struct extent *inner, const struct extent *outer)
{
	return outer->type == CAP_UNTYPED && inner->start >= outer->start &&
	       inner->end <= outer->start + outer->slot->badge;
}

static void check_extents(void)
{
	for (u32 i = 0; i < extent_count; i++)
		for (u32 k = i + 1; k < extent_count; k++) {
			const struct extent *a = &extents[i], *b = &extents[k];
			if (a->start < b->end && b->start < a->end)
				MUST(are_of_one_run(a, b) || is_made_of(a, b) || is_made_of(b, a));
		}
}

/* The memory that an Untyped records as zeroed ahead is zero, and begins no earlier than the part that is not used. */
static void check_zeroed(const struct slot *s)
{
	u64 bytes = s->size * PAGE_SIZE;
	const u8 *memory = phys_to_virt(s->base);

	MUST(s->badge <= s->aux && s->aux <= bytes);
	for (u64 at = ALIGN_UP(s->badge, 8); at + 8 <= s->aux; at += 8)
		MUST(*(const u64 *)(memory + at) == 0);
}

/* A thread that waits to send does so through a capability that is still there, and is listed
 * there. */
static void check_senders(const struct slot *s)
{
	if (s->type != CAP_ENDPOINT)
		return;
	for (const struct thread *t = s->senders; t; t = t->sent_next) {
		MUST(t->state == THREAD_SENDING && t->wait_on == s->object && *t->sent_link == t);
		queued_senders--;
	}
}

static void check_queue(const struct queue *q, const struct kobject *on)
{
	for (const struct thread *t = q->head; t; t = t->next) {
		MUST((t->sent_link != NULL) == (t->state == THREAD_SENDING));
		queued_senders += t->state == THREAD_SENDING;
		MUST(t->wait_on == on && t->header.refs && !t->header.dying && !t->queued);
		MUST(t->state == THREAD_SENDING || t->state == THREAD_RECEIVING ||
		     t->state == THREAD_WAITING);
		MUST(!t->next || t->priority >= t->next->priority);
		MUST(!t->next || t->priority > t->next->priority || t->arrival <= t->next->arrival);
	}
}

/* The memory of a dead thread keeps its content, until it is reused. */
static bool is_there(const struct thread *t)
{
	for (u32 i = 0; i < object_count; i++)
		if (objects[i] == &t->header)
			return true;
	return t->header.refs;
}

static void check_reply(const struct reply *r)
{
	if (r->caller)
		MUST(r->caller->awaiting == r && r->caller->header.refs);
}

static void check_thread(const struct thread *t)
{
	const struct slot *cspace = &t->slots[T_CSPACE], *buffer = &t->slots[T_BUFFER];

	check_reply(&t->bound_reply);
	/* A dying thread may be in the ready queue while it has objects to take apart. It may also be there after another
	 * thread has taken them apart to free the memory: then the scheduler passes it over (kernel_exit). */
	MUST(!t->header.dying || t->state == THREAD_STOPPED);
	if (cspace->type)
		MUST(t->caps == ((const struct cnode *)cspace->object)->slots);
	else
		MUST(!t->caps_count);
	MUST((const u8 *)t->buffer == (buffer->type ? host_memory + buffer->base : NULL));
	MUST(!t->serves || *t->serve_link == t);
}

static void check_object(const struct kobject *o)
{
	if (o->type == CAP_ENDPOINT) {
		const struct endpoint *ep = (const struct endpoint *)o;
		check_queue(&ep->senders, o);
		check_queue(&ep->receivers, o);
		for (const struct thread *s = ep->servers; s; s = s->serve_next)
			MUST(s->serves == ep && is_there(s));
	} else if (o->type == CAP_NOTIFICATION) {
		const struct notification *n = (const struct notification *)o;
		check_queue(&n->waiters, o);
		MUST(!n->bound || (n->bound->notification == n && is_there(n->bound)));
	} else if (o->type == CAP_REPLY) {
		check_reply((const struct reply *)o);
	} else if (o->type == CAP_THREAD) {
		check_thread(thread_to_check(o));
	}
}

static void visit_thread(const struct thread *t)
{
	if (t && t != cpu0.worker)
		visit_object(&t->header);
}

/* Threads that run, to whose objects no slot leads that the root's CNode leads to: their own CSpace has the last capability
 * to them. */
static void visit_threads(void)
{
	visit_thread(cpu0.current);
	for (u32 p = 0; p < PRIORITIES; p++)
		for (const struct thread *t = cpu0.ready_lists[p].first; t; t = t->next)
			visit_thread(t);
}

void machine_check_memory(void)
{
	extent_count = object_count = 0;
	queued_senders = dying_count = 0;
	visit_object(&machine_root->header);
	visit_threads();
	check_later();
	check_marks();
	check_extents();
	for (u32 i = 0; i < extent_count; i++)
		if (extents[i].type == CAP_UNTYPED)
			check_zeroed(extents[i].slot);
	for (u32 i = 0; i < object_count; i++)
		check_object(objects[i]);
	MUST(queued_senders == 0);
	for (u32 p = 0; p < PRIORITIES; p++)
		for (const struct thread *t = cpu0.ready_lists[p].first; t; t = t->next)
			/* A stopped thread is there to take apart what it ended, unless another has done so. A thread that has
			 * itself been taken apart is not. */
			MUST(t->queued &&
			     (t->header.refs || t == cpu0.worker || is_marked(&t->header)));
}
