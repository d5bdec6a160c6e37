/*
 * CNode and its methods: all that is done to slots.
 *
 * seL4 addresses slots through a CSpace like a page table with guards; NOVA uses flat selectors. With a flat table the
 * look-up is two instructions, and a capability is a number like a file descriptor. The price is that the table's size is
 * chosen when the task is made.
 */
#include "cap/cnode.h"
#include "cap/delete.h"
#include "cap/derive.h"
#include "cap/reap.h"
#include "gen/kernel/methods.h"
#include "ipc/closed.h"
#include "ipc/endpoint.h"
#include "ipc/inherit.h"
#include "ipc/reply.h"
#include "ipc/sent.h"
#include "object/identity.h"
#include "sched/lookup.h"
#include "sched/preempt.h"

#define NOTHING (~0ul) /* no capability's: those have IDENTITY_BITS */

/* EXERCISE 2.1 look-up-with-rights: begin */
status_t cnode_slot(const struct thread *caller, u64 cnode, u64 index, struct slot **out)
{
	struct slot *s = cap_lookup(caller, cnode);

	if (!s)
		return ERR_CAP;
	if (s->type != CAP_CNODE)
		return ERR_TYPE;
	if (!(s->rights & RIGHT_WRITE))
		return ERR_RIGHTS;
	struct cnode *c = (struct cnode *)s->object;
	if (index == 0 || index >= c->count)
		return ERR_RANGE;
	*out = &c->slots[index];
	return OK;
}

/* The slot of the called CNode that a method is about. */
static status_t decode_slot(struct invocation *inv, u64 index, struct slot **out)
{
	struct cnode *c = (struct cnode *)inv->slot->object;

	if (index == 0 || index >= c->count)
		return ERR_RANGE;
	*out = &c->slots[index];
	return OK;
}

/* The checks that copy, mint and move share: destination empty, source filled. */
static status_t decode_pair(struct invocation *inv, u64 index, u64 source_cnode, u64 source_index,
			    struct slot **to, struct slot **from)
{
	status_t s = decode_slot(inv, index, to);

	if (s == OK)
		s = cnode_slot(inv->caller, source_cnode, source_index, from);
	if (s != OK)
		return s;
	if ((*from)->type == CAP_NULL)
		return ERR_CAP;
	if ((*to)->type != CAP_NULL)
		return ERR_OCCUPIED;
	return OK;
}
/* EXERCISE 2.1 look-up-with-rights: end */

/* EXERCISE 2.2 mint-and-badge: begin */
void slot_derive(struct slot *to, struct slot *from, u32 rights)
{
	if (from->flags & SLOT_CLOSED)
		closed_remove(from);
	to->type = from->type;
	to->flags |= from->flags & SLOT_DEVICE; /* it may have SLOT_THREAD */
	to->rights = from->rights & rights & RIGHT_ALL_KERNEL;
	to->prot = from->prot & (rights >> RIGHT_PROT_SHIFT);
	to->size = from->size;
	to->base = from->base;
	if (from->type == CAP_ENDPOINT || from->type == CAP_NOTIFICATION)
		to->badge = from->badge;
	if (slot_has_object(from))
		object_hold(from->object);
	slot_seal(to);
	derive_link(to, from);
}

static status_t decode_mint(struct invocation *inv)
{
	const struct cnode_mint args = cnode_mint_args(inv);
	struct slot *to, *from;
	status_t s = decode_pair(inv, args.index, args.source_cnode, args.source_index, &to, &from);

	if (s != OK)
		return s;
	if (args.flags & ~(u64)(MINT_WATCH | MINT_BADGE))
		return ERR_ARG;
	if (!is_copyable(from))
		return ERR_DERIVED;
	if ((args.flags & MINT_BADGE) && from->type != CAP_ENDPOINT &&
	    from->type != CAP_NOTIFICATION)
		return ERR_TYPE;
	if ((args.flags & MINT_WATCH) && from->type != CAP_ENDPOINT)
		return ERR_TYPE;
	/* Only the receiver may report that a badge has no holders left. */
	if ((args.flags & MINT_WATCH) && !(from->rights & RIGHT_READ))
		return ERR_RIGHTS;
	/* The server knows its clients by badges: a holder of one may not take another. */
	if ((args.flags & MINT_BADGE) && from->badge != 0)
		return ERR_STATE;

	slot_derive(to, from, (u32)args.rights);
	if (args.flags & MINT_BADGE)
		to->badge = args.badge;
	if (args.flags & MINT_WATCH)
		to->flags |= SLOT_WATCH;
	return OK;
}
/* EXERCISE 2.2 mint-and-badge: end */

static status_t decode_copy(struct invocation *inv)
{
	const struct cnode_copy args = cnode_copy_args(inv);
	struct slot *to, *from;
	status_t s = decode_pair(inv, args.index, args.source_cnode, args.source_index, &to, &from);

	if (s != OK)
		return s;
	if (!is_copyable(from))
		return ERR_DERIVED;
	slot_derive(to, from, (u32)args.rights);
	return OK;
}

static status_t decode_move(struct invocation *inv)
{
	const struct cnode_move args = cnode_move_args(inv);
	struct slot *to, *from;
	status_t s = decode_pair(inv, args.index, args.source_cnode, args.source_index, &to, &from);

	if (s != OK)
		return s;
	bool closed = from->flags & SLOT_CLOSED;
	if (closed)
		closed_remove(from);
	/* The mark stands for an operation on the old slot, not on the new one. */
	from->flags &= ~SLOT_UNFINISHED;
	derive_move(to, from);
	sent_moved(to);
	if (closed)
		closed_raise(to);
	return OK;
}

static status_t decode_save_caller(struct thread *caller, struct slot *s)
{
	status_t status = slot_check(s, CAP_REPLY, RIGHT_WRITE);

	if (status != OK)
		return status;
	struct reply *to = (struct reply *)s->object;
	if (to->caller)
		return ERR_STATE;
	if (!caller->bound_reply.caller)
		return ERR_NO_REPLY;
	to->owner = caller;
	reply_move(to, &caller->bound_reply);
	inherit_save(caller, to->caller);
	return OK;
}

/*
 * An interrupted operation is called again with the same arguments, but its slot may hold another capability by then. It
 * goes on only with the capability that it began with: SLOT_UNFINISHED is on that capability as long as it stays there,
 * whichever thread was interrupted at it, and the thread records the slot and the capability's identity. (The mark alone is
 * not enough: another thread's operation on the next capability leaves the same mark.) seL4 keeps a dying capability in its
 * slot (a "zombie") until all is done; here the slot is empty at once, so that the next capability may come.
 *
 * One case is not distinguished: the next capability names the same object, and another thread has been interrupted at it. A
 * generation in each slot would distinguish it, but a slot has no room for one, and the case is harmless. The operation goes
 * on in the slot that its caller named, with the object that its caller named, and its caller could begin it anew there: the
 * outcome is that of a call made after the exchange, and the two threads have not agreed on another order. The children that
 * the first capability left behind, which have come up to its parent, are not touched.
 */
static bool is_lost(const struct thread *t, const struct slot *s, bool continued)
{
	return continued &&
	       (!(s->flags & SLOT_UNFINISHED) || t->unfinished_identity != capability_plain(s));
}

/* Records that the operation was interrupted at the capability in s, with which it will go on. */
static status_t interrupted(struct thread *t, struct slot *s)
{
	t->unfinished = s;
	t->unfinished_identity = capability_plain(s);
	t->fails = false;
	s->flags |= SLOT_UNFINISHED;
	return PREEMPTED;
}

/* Records that the operation was interrupted after it emptied the slot: a capability that comes there is not its own. */
static status_t interrupted_after(struct thread *t, const struct slot *s)
{
	t->unfinished = s;
	t->unfinished_identity = NOTHING;
	return PREEMPTED;
}

/* The slot was emptied; the objects that ended with it remain to be taken apart. */
static status_t finish_delete(void)
{
	return reap_run() ? OK : PREEMPTED;
}

static status_t decode_delete(struct thread *t, struct slot *s, bool continued)
{
	if (is_lost(t, s, continued))
		return finish_delete() == OK ? OK : interrupted_after(t, s);
	if (!slot_withdraw(s))
		return interrupted(t, s);
	/* Reap only if this delete destroyed an object. */
	if (!slot_has_object(s) || s->object->refs > 1) {
		slot_delete(s);
		return OK;
	}
	return delete_invoke(s) == OK ? OK : interrupted_after(t, s);
}

static status_t decode_revoke(struct thread *t, struct slot *s, bool continued)
{
	bool is_memory = s->type == CAP_UNTYPED;
	u64 base = s->base, bytes = s->size * PAGE_SIZE;

	if (s->type == CAP_NULL || is_lost(t, s, continued))
		return ERR_CAP;
	if (revoke_invoke(s) != OK)
		return interrupted(t, s);
	/* The memory is the revoker's now: no object is left in it, however urgent the object was. */
	if (is_memory && !reap_revoked(base, bytes))
		return interrupted(t, s);
	return OK;
}

/* It wakes only the threads that waited when it began. A more urgent thread that is turned away may come again at once, and must
 * not prevent the end of the operation. */
static status_t fail_invoke(struct slot *s)
{
	while (endpoint_fail_one((struct endpoint *)s->object))
		if (preempt_pending())
			return PREEMPTED;
	return OK;
}

static status_t decode_fail(struct thread *t, struct slot *s, bool continued)
{
	status_t status = slot_check(s, CAP_ENDPOINT, RIGHT_READ);

	if (status != OK)
		return status;
	if (is_lost(t, s, continued))
		return ERR_CAP;
	/* If another method was interrupted here, this one begins. */
	if (!continued || !t->fails)
		endpoint_fail_begin((struct endpoint *)s->object);
	if (fail_invoke(s) == OK)
		return OK;
	status = interrupted(t, s);
	t->fails = true;
	return status;
}

status_t cnode_mint_decode(struct invocation *inv)
{
	return decode_mint(inv);
}

status_t cnode_copy_decode(struct invocation *inv)
{
	return decode_copy(inv);
}

/* The index of the slot that a method of a single slot is about. */
static u64 single_index(const struct invocation *inv)
{
	switch (inv->label) {
	case CNODE_DELETE: return cnode_delete_args(inv).index;
	case CNODE_REVOKE: return cnode_revoke_args(inv).index;
	case CNODE_DESCRIBE: return cnode_describe_args(inv).index;
	case CNODE_FAIL: return cnode_fail_args(inv).index;
	case CNODE_NEXT: return cnode_next_args(inv).index;
	default: return cnode_save_caller_args(inv).index;
	}
}

status_t cnode_decode(struct invocation *inv)
{
	struct slot *s;
	const struct slot *unfinished = inv->caller->unfinished;
	bool looks = inv->label == CNODE_DESCRIBE || inv->label == CNODE_NEXT;
	status_t status;

	inv->caller->unfinished = NULL;
	if (inv->label < CNODE_COPY || inv->label > CNODE_COPY_SLOTS)
		return ERR_METHOD;
	if (!invocation_may(inv, looks ? RIGHT_READ : RIGHT_WRITE))
		return ERR_RIGHTS;
	switch (inv->label) {
	case CNODE_COPY: return decode_copy(inv);
	case CNODE_MINT: return decode_mint(inv);
	case CNODE_MOVE: return decode_move(inv);
	case CNODE_COPY_BYTES: return cnode_copy_bytes_decode(inv);
	case CNODE_COPY_SLOTS: return cnode_copy_slots_decode(inv);
	}
	status = decode_slot(inv, single_index(inv), &s);
	if (status != OK)
		return status;
	bool continued = unfinished == s;
	switch (inv->label) {
	case CNODE_DELETE: return decode_delete(inv->caller, s, continued);
	case CNODE_REVOKE: return decode_revoke(inv->caller, s, continued);
	case CNODE_DESCRIBE: return describe_invoke(s, inv);
	case CNODE_NEXT: return next_invoke((struct cnode *)inv->slot->object, inv);
	case CNODE_FAIL: return decode_fail(inv->caller, s, continued);
	default: return decode_save_caller(inv->caller, s);
	}
}
