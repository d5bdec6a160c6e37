#include "lib/exercise.h"

static void missing_look_up(void)
{
	exercise_missing(
		"2.1", "look-up with rights", "labs/2-caps/handout.md#21-look-up-with-rights");
}

/* Accepts any capability and any index. */
status_t cnode_slot(const struct thread *caller, u64 cnode, u64 index, struct slot **out)
{
	struct slot *s = cap_lookup(caller, cnode);

	missing_look_up();
	if (!s || s->type != CAP_CNODE)
		return ERR_CAP;
	*out = &((struct cnode *)s->object)->slots[index];
	return OK;
}

/* The slot of the called CNode that a method is about. */
static status_t decode_slot(struct invocation *inv, u64 index, struct slot **out)
{
	missing_look_up();
	*out = &((struct cnode *)inv->slot->object)->slots[index];
	return OK;
}

/* The checks that copy, mint and move share: only that there is something to copy. */
static status_t decode_pair(struct invocation *inv, u64 index, u64 source_cnode, u64 source_index,
			    struct slot **to, struct slot **from)
{
	status_t s = decode_slot(inv, index, to);

	if (s == OK)
		s = cnode_slot(inv->caller, source_cnode, source_index, from);
	if (s == OK && (*from)->type == CAP_NULL)
		s = ERR_CAP;
	return s;
}
