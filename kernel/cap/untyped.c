/*
 * Untyped memory.
 *
 * As in seL4 the kernel has no allocator: an Untyped is a range with a mark up to which it is
 * used, retype carves objects after the mark, and when the last of them is gone the mark goes back
 * to the start. Sizes need not be powers of two here (NOVA and Composite have no untyped objects;
 * seL4 aligns each object to its size), so little is lost to alignment.
 *
 * Memory is zeroed before it is used, a quarter of a page at a time, with a check for interrupts after each. The slot keeps
 * the mark (`used`) and how far zeroing has come (`zeroed`: all of [used, zeroed) is zero), so that an interrupted retype
 * goes on where it stopped.
 */
#include "cap/untyped.h"
#include "cap/cnode.h"
#include "cap/derive.h"
#include "cap/make_mapped.h"
#include "cap/reap.h"
#include "cap/replace.h"
#include "gen/kernel/methods.h"
#include "ipc/endpoint.h"
#include "ipc/notification.h"
#include "ipc/reply.h"
#include "lib/string.h"
#include "mm/space.h"
#include "mm/wx.h"
#include "object/identity.h"
#include "sched/preempt.h"
#include "sched/thread.h"
#include "x86/cpu.h"
#include "x86/layout.h"

#define OBJECTS_AT_ONCE 2ul
#define SLOTS_AT_ONCE 8 /* checked */
#define ZEROED_AT_ONCE (PAGE_SIZE / 4)

struct request {
	u32 type, count;
	u64 size;         /* argument: bytes, slots or pages */
	u64 bytes, align; /* of one object */
	u64 start, end;   /* offsets in the Untyped */
	struct slot *slots;
};

static status_t decode_size(struct request *q, bool device)
{
	static const u16 fixed[CAP_TYPES] = {
		[CAP_ENDPOINT] = ENDPOINT_BYTES,   [CAP_NOTIFICATION] = NOTIFICATION_BYTES,
		[CAP_REPLY] = REPLY_BYTES,         [CAP_THREAD] = THREAD_BYTES,
		[CAP_ADDRESS_SPACE] = SPACE_BYTES, [CAP_PAGE_TABLE] = TABLE_BYTES,
	};

	q->align = 64;
	switch (q->type) {
	case CAP_UNTYPED:
		if (q->size == 0 || (q->size & (PAGE_SIZE - 1)) || q->size >> 43)
			return ERR_ARG;
		q->bytes = q->size;
		q->align = PAGE_SIZE;
		return OK;
	case CAP_FRAME:
		if (q->size < 1 || q->size > FRAME_MAX_PAGES)
			return ERR_ARG;
		q->bytes = q->size * PAGE_SIZE;
		q->align = q->size == FRAME_MAX_PAGES ? FRAME_MAX_PAGES * PAGE_SIZE : PAGE_SIZE;
		return OK;
	}
	if (device)
		return ERR_ARG;
	if (q->type == CAP_CNODE) {
		if (q->size < CNODE_MIN_SLOTS || q->size > CNODE_MAX_SLOTS)
			return ERR_ARG;
		q->bytes = CNODE_HEADER_BYTES + q->size * sizeof(struct slot);
		return OK;
	}
	if (q->type >= CAP_TYPES || !fixed[q->type] || q->size)
		return ERR_ARG;
	q->bytes = fixed[q->type];
	if (q->type == CAP_THREAD || q->bytes >= PAGE_SIZE)
		q->align = MIN(q->bytes, PAGE_SIZE);
	return OK;
}

/* Interrupts are checked for after some of them. All of it takes a thousand instructions, so it begins anew if one waits. */
static status_t check_empty(const struct slot *first, const struct slot *last)
{
	for (const struct slot *p = first; p <= last; p++) {
		if (p->type != CAP_NULL)
			return ERR_OCCUPIED;
		if ((p - first) % SLOTS_AT_ONCE == SLOTS_AT_ONCE - 1 && preempt_pending())
			return PREEMPTED;
	}
	/* A single object is made at once. */
	return first != last && preempt_pending() ? PREEMPTED : OK;
}

/* Destination slots: a run of empty ones. */
static status_t decode_slots(struct invocation *inv, struct request *q)
{
	const struct untyped_retype args = untyped_retype_args(inv);
	struct slot *first = NULL, *last;
	status_t s = cnode_slot(inv->caller, args.cnode, args.index, &first);

	last = first;
	if (s == OK && q->count > 1)
		s = cnode_slot(inv->caller, args.cnode, args.index + q->count - 1, &last);
	if (s != OK)
		return s;
	q->slots = first;
	return check_empty(first, last);
}

/* Makes zeroed memory an object; returns the object's header. */
static struct kobject *make_header(const struct request *q, void *memory)
{
	struct thread *t = memory;
	struct cnode *c = memory;
	struct space *space = (struct space *)((u8 *)memory + TABLE_BYTES);

	switch (q->type) {
	case CAP_THREAD: thread_init(t); return &t->header;
	case CAP_ADDRESS_SPACE: space_init(space, memory); return &space->header;
	case CAP_CNODE: c->count = q->size; return &c->header;
	default: return memory; /* it begins with its header */
	}
}

static void make_object(struct slot *s, const struct request *q, u64 phys, bool device)
{
	*s = (struct slot){.type = (u8)q->type, .rights = RIGHT_ALL_KERNEL, .prot = 0xff};
	if (q->type == CAP_UNTYPED || q->type == CAP_FRAME || q->type == CAP_PAGE_TABLE) {
		s->phys = phys;
		s->flags = device ? SLOT_DEVICE : 0;
		if (q->type != CAP_PAGE_TABLE) /* whose level is 0 until it is mapped */
			s->pages = (u32)(q->bytes / PAGE_SIZE);
		if (q->type == CAP_FRAME)
			wx_begin(s);
		return;
	}
	s->object = make_header(q, phys_to_virt(phys));
	s->object->type = (u8)q->type;
	s->object->urgency = this_cpu()->current->own_priority;
	identity_give(s->object);
	slot_seal(s);
	object_hold(s->object);
}

/* EXERCISE 2.5 retype: begin */
/* When the last child is gone, all is free again. */
static u64 used_bytes(const struct slot *untyped)
{
	return derive_has_children(untyped) ? untyped->used : 0;
}

/* Where the objects go. Each starts aligned; the physical address counts. */
static status_t decode_place(const struct slot *untyped, struct request *q)
{
	u64 total = untyped->pages * PAGE_SIZE;
	u64 stride = ALIGN_UP(q->bytes, q->align);

	q->start = ALIGN_UP(untyped->phys + untyped->used, q->align) - untyped->phys;
	if (q->start > total || q->bytes > total ||
	    stride > (total - q->start + q->align) / q->count)
		return ERR_MEMORY;
	q->end = q->start + stride * (q->count - 1) + q->bytes;
	return q->end <= total ? OK : ERR_MEMORY;
}

/* Zeroes up to q->end, a part at a time. False: interrupted, to be continued. */
static bool zero_ahead(struct slot *untyped, u64 end)
{
	while (untyped->zeroed < end) {
		u64 left = untyped->pages * PAGE_SIZE - untyped->zeroed;
		u64 step = MIN(left, ZEROED_AT_ONCE);
		memset((u8 *)phys_to_virt(untyped->phys) + untyped->zeroed, 0, step);
		untyped->zeroed += step;
		if (preempt_pending())
			return false;
	}
	return true;
}

static void retype_invoke(struct slot *untyped, const struct request *q)
{
	bool device = untyped->flags & SLOT_DEVICE;
	u64 stride = ALIGN_UP(q->bytes, q->align);

	for (u32 i = 0; i < q->count; i++) {
		u64 offset = q->start + i * stride;
		make_object(&q->slots[i], q, untyped->phys + offset, device);
		/* Memory that was zeroed ahead here need not be zeroed again there. */
		if (q->type == CAP_UNTYPED && untyped->zeroed > offset)
			q->slots[i].zeroed = MIN(untyped->zeroed - offset, q->bytes);
		derive_link(&q->slots[i], untyped);
	}
	untyped->used = q->end;
	/* A child Untyped zeroes for itself; the parent must never again reach into it. */
	if (untyped->zeroed < q->end)
		untyped->zeroed = q->end;
}

static status_t retype_decode(struct invocation *inv)
{
	const struct untyped_retype args = untyped_retype_args(inv);
	struct slot *untyped = inv->slot;
	struct request q = {.type = (u32)args.type, .size = args.size, .count = (u32)args.count};
	bool device = untyped->flags & SLOT_DEVICE;
	status_t s;

	if (args.type >= CAP_TYPES || args.count < 1 || args.count > RETYPE_MAX_COUNT)
		return ERR_ARG;
	s = decode_size(&q, device);
	if (s == OK)
		s = decode_slots(inv, &q);
	if (s != OK)
		return s;
	if (!derive_has_children(untyped) && untyped->used) {
		/* Nothing may be carved out of what still lies dying in this memory. */
		if (!reap_in(untyped->phys, untyped->pages * PAGE_SIZE))
			return PREEMPTED;
		untyped->used = 0;
		untyped->zeroed = 0;
	}
	s = decode_place(untyped, &q);
	if (s != OK)
		return s;
	if (q.type == CAP_ADDRESS_SPACE && q.count > 1)
		return ERR_ARG;
	if (!device && q.type != CAP_UNTYPED && !zero_ahead(untyped, q.end))
		return PREEMPTED;
	retype_invoke(untyped, &q);
	return OK;
}
/* EXERCISE 2.5 retype: end */

/* Is there room for all of them? No size times RETYPE_MAX_COUNT comes near to 64 bits. */
static bool is_room(const struct slot *untyped, const struct request *q)
{
	u64 free = untyped->phys + used_bytes(untyped);
	u64 start = ALIGN_UP(free, q->align) - untyped->phys;

	return start + ALIGN_UP(q->bytes, q->align) * (q->count - 1) + q->bytes <=
	       untyped->pages * PAGE_SIZE;
}

/* The checks of retype_decode, for more objects than it makes at once. */
static status_t check_many(struct invocation *inv, struct untyped_retype args)
{
	struct request q = {.type = (u32)args.type, .size = args.size, .count = (u32)args.count};
	status_t s;

	if (args.type >= CAP_TYPES)
		return ERR_ARG;
	s = decode_size(&q, inv->slot->flags & SLOT_DEVICE);
	if (s == OK)
		s = decode_slots(inv, &q);
	if (s == OK && !is_room(inv->slot, &q))
		s = ERR_MEMORY;
	return s;
}

/* The first of the objects that are left. */
static status_t retype_step(struct invocation *inv, struct untyped_retype step)
{
	step.count = MIN(step.count, OBJECTS_AT_ONCE);
	untyped_retype_again(inv, step);
	return retype_decode(inv);
}

/* Making 64 objects takes as long as clearing seven pages, so a call makes a few at a time. If an interrupt waits, it
 * begins anew with the others: the caller's registers have them, as those of an interrupted `rep movs` have the rest of its
 * run. */
status_t untyped_retype_method(struct invocation *inv)
{
	struct untyped_retype rest = untyped_retype_args(inv);
	status_t s;

	if (rest.count <= OBJECTS_AT_ONCE || rest.count > RETYPE_MAX_COUNT ||
	    rest.type == CAP_ADDRESS_SPACE)
		return retype_decode(inv);
	s = check_many(inv, rest);
	while (s == OK && rest.count) {
		u64 made = MIN(rest.count, OBJECTS_AT_ONCE);

		s = retype_step(inv, rest);
		if (s == PREEMPTED)
			return untyped_retype_again(inv, rest);
		if (s != OK)
			return s;
		rest.index += made;
		rest.count -= made;
		if (rest.count && preempt_pending())
			return untyped_retype_again(inv, rest);
	}
	return s;
}

static status_t info_decode(struct invocation *inv)
{
	const struct slot *s = inv->slot;
	bool device = (s->flags & SLOT_DEVICE) != 0;
	const struct untyped_info_result result = {
		/* Where memory lies is of use to devices only (cap/iospace.c). */
		.physical_address = device ? s->phys : 0,
		.bytes = s->pages * PAGE_SIZE,
		.bytes_used = used_bytes(s),
		.is_device = device,
	};

	return untyped_info_answer(inv, result);
}

status_t untyped_decode(struct invocation *inv)
{
	if (inv->label < UNTYPED_RETYPE || inv->label > UNTYPED_REPLACE_FRAME)
		return ERR_METHOD;
	if (!invocation_may(inv, RIGHT_WRITE))
		return ERR_RIGHTS;
	switch (inv->label) {
	case UNTYPED_RETYPE: return untyped_retype_method(inv);
	case UNTYPED_INFO: return info_decode(inv);
	case UNTYPED_MAP_FRAME: return untyped_map_frame_method(inv);
	default: return untyped_replace_frame_method(inv);
	}
}
