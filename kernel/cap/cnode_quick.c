/*
 * A server mints a capability for each client, copies and deletes some for each request. On the general way to a method more
 * than half of the instructions are those that save and load registers, copy words, and choose a thread.
 * A method that leaves all threads as they are needs none of these.
 *
 * seL4 has no such way: each invocation takes its slow path. NOVA's kernel objects are reached by system calls of their
 * own, whose arguments it reads from the saved registers. Here the words are pushed as the method's struct invocation, and the
 * method's own decode function runs, so that nothing is checked in two places.
 */
#include "cap/cnode_quick.h"
#include "cap/cnode.h"
#include "cap/delete.h"
#include "cap/derive.h"
#include "gen/kernel/methods.h"
#include "sched/thread.h"

#define COPY_WORDS 4
#define MINT_WORDS 6
#define DELETE_WORDS 1

/* Other slots name the object, no thread waits to send through this one, and no server waits for word that it was the last. */
static bool is_deleted_quickly(const struct slot *s)
{
	const struct slot *parent = derive_parent_of_only_child(s);

	if (!slot_has_object(s) || s->object->refs == 1 || s->aux)
		return false;
	return !parent || !(parent->flags & SLOT_WATCH);
}

static status_t quick_delete(struct invocation *inv)
{
	struct cnode *c = (struct cnode *)inv->slot->object;
	u64 index = cnode_delete_args(inv).index;

	if (index >= c->count || !is_deleted_quickly(&c->slots[index]))
		return NOT_QUICK;
	slot_delete(&c->slots[index]);
	return OK;
}

status_t cnode_quick(struct invocation *inv, u64 length)
{
	if (inv->caller->unfinished || !invocation_may(inv, RIGHT_WRITE))
		return NOT_QUICK;
	if (inv->label == CNODE_DELETE && length == DELETE_WORDS)
		return quick_delete(inv);
	if (inv->label == CNODE_MINT && length == MINT_WORDS)
		return cnode_mint_decode(inv);
	if (inv->label == CNODE_COPY && length == COPY_WORDS)
		return cnode_copy_decode(inv);
	return NOT_QUICK;
}
